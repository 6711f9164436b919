"""Forms of the agents' pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from families.models import FamilyNote


class NoteForm(forms.Form):
    """A note about a household."""

    body = forms.CharField(
        label=_("Note"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Des faits utiles au dossier, jamais de santé, d’opinion ni de jugement : "
            "la famille peut demander à lire ce qui la concerne."
        ),
    )
    visibility = forms.ChoiceField(
        label=_("Qui la lit"),
        choices=FamilyNote.Visibility.choices,
        initial=FamilyNote.Visibility.SERVICE,
        widget=forms.RadioSelect,
    )
