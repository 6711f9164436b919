"""Forms of counts and labels: they read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms import sheets
from classrooms.audits.models import LabelPrint


class LabelForm(forms.Form):
    """On which sheet, from which place, why."""

    sheet = forms.ChoiceField(
        label=_("Planche d’étiquettes"),
        choices=[(code, sheet.says) for code, sheet in sheets.SHEETS.items()],
        initial=sheets.DEFAULT,
    )
    start = forms.IntegerField(
        label=_("Première place libre"),
        min_value=1,
        max_value=189,
        initial=1,
        help_text=_("1 pour une planche neuve. Comptez de gauche à droite, puis de haut en bas."),
    )
    reason = forms.ChoiceField(label=_("Pourquoi ?"), choices=LabelPrint.Reason.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].widget.attrs["inputmode"] = "numeric"

    def paper(self) -> sheets.Sheet:
        """Return the sheet chosen."""
        return sheets.SHEETS[self.cleaned_data["sheet"]]
