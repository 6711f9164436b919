"""What an editor gives with a table."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TableForm(forms.Form):
    """A table of resources, and who it comes from."""

    supplier = forms.CharField(
        label=_("D’où vient ce tableau ?"),
        max_length=80,
        help_text=_("Le nom du fournisseur. Ce que vous expliquerez sera retenu pour lui."),
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Tableau"),
        help_text=_(
            "Excel (.xlsx), CSV, ou notices LOM, Dublin Core, JSON-LD, GAR ; 10 Mo et 10 000 "
            "lignes au plus."
        ),
    )
