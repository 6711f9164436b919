"""What a person gives with a table of devices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TableForm(forms.Form):
    """A table of devices, and where it comes from."""

    supplier = forms.CharField(
        label=_("D’où vient ce tableau ?"),
        max_length=80,
        help_text=_("Un fournisseur, une école. Ce que vous expliquerez sera retenu pour lui."),
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Tableau"),
        help_text=_("Excel (.xlsx) ou CSV ; 10 Mo, 20 000 lignes et 64 colonnes au plus."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
