"""Forms of a signature."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """The name of whoever signs, and what they drew if they did."""

    name = forms.CharField(label=_("Nom de la personne qui signe"), min_length=2, max_length=120)
    drawn = forms.CharField(required=False, max_length=120_000, widget=forms.HiddenInput())
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput())
    agreed = forms.BooleanField(label=_("J’ai lu ce texte et je m’engage à le respecter."))


class PaperForm(forms.Form):
    """The scan of a signed paper."""

    name = forms.CharField(label=_("Nom de la personne qui a signé"), min_length=2, max_length=120)
    scan = forms.FileField(
        label=_("Le papier signé"),
        help_text=_("Un PDF, ou une photo bien droite."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
