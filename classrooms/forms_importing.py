"""What a person gives with a table of devices or lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import ImportRun


class TableForm(forms.Form):
    """A table, what it is about, and where it comes from; ``lines`` says who keeps those."""

    subject = forms.ChoiceField(
        label=_("Que contient-il ?"),
        choices=ImportRun.Subject.choices,
        initial=ImportRun.Subject.DEVICES,
    )
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

    def __init__(self, *args: Any, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not lines:
            del self.fields["subject"]
