"""Forms of counts and labels: they read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms import sheets
from classrooms.audits.models import LabelPrint
from enrolment.schools.models import School

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


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


class CampaignForm(forms.Form):
    """Which schools to count, from when to when."""

    name = forms.CharField(label=_("Nom de la campagne"), max_length=80)
    starts_on = forms.DateField(label=_("Du"), widget=_DATE)
    deadline = forms.DateField(label=_("À finir avant le"), widget=_DATE)
    everywhere = forms.BooleanField(label=_("Toutes les écoles équipées"), required=False)
    schools = forms.TypedMultipleChoiceField(
        label=_("Écoles"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, equipped: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.equipped = equipped
        fields: dict[str, Any] = self.fields
        fields["schools"].choices = [(school.pk, school.name) for school in equipped]

    def chosen(self) -> list[School]:
        """Return the schools chosen."""
        if self.cleaned_data["everywhere"]:
            return self.equipped
        wanted = set(self.cleaned_data["schools"])
        return [school for school in self.equipped if school.pk in wanted]

    def districts(self) -> list[tuple[str, list[tuple[School, bool]], int]]:
        """Return the schools by district, each with whether it is ticked, and how many are."""
        ticked = {str(pk) for pk in self["schools"].value() or ()}
        found: dict[str, list[tuple[School, bool]]] = {}
        for school in self.equipped:
            found.setdefault(school.district, []).append((school, str(school.pk) in ticked))
        return [
            (district, rows, sum(tick for _school, tick in rows))
            for district, rows in sorted(found.items())
        ]
