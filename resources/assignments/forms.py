"""What teachers fill in: for whom and when, groups, the week to copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import ClassGroup, RollEntry
from resources.assignments import rules
from resources.assignments.access import taught_classes
from resources.assignments.checking import Days
from resources.assignments.models import Assignment, PupilGroup
from resources.assignments.targets import Target, roll_of
from resources.catalogue.models import Resource

_DATE = {"type": "date"}


def _pupil_choices(entries: Sequence[RollEntry]) -> list[tuple[int, str]]:
    return [(entry.child_id, entry.child.full_name) for entry in entries]


class ClassForm(forms.Form):
    """Which of one's classes."""

    classe: forms.ModelChoiceField[ClassGroup] = forms.ModelChoiceField(
        label=_("Classe"), queryset=ClassGroup.objects.none(), empty_label=_("Choisissez")
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classe"].queryset = taught_classes(user).order_by("name", "pk")  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """For whom, from when to when, with which instruction."""

    resources = forms.MultipleChoiceField(
        label=_("Ce qui est donné"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une ressource.")},
    )
    target = forms.ChoiceField(label=_("Pour qui ?"), widget=forms.RadioSelect)
    children = forms.TypedMultipleChoiceField(
        label=_("Élèves"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(
        label=_("À partir du"),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=_("Les élèves le voient dès ce jour."),
    )
    due_on = forms.DateField(
        label=_("À faire pour le"),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=_("Un jour d’école."),
    )
    note = forms.CharField(
        label=_("Consigne"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("En mots simples : les élèves la lisent, ou se la font lire."),
    )

    def __init__(
        self,
        class_group: ClassGroup,
        *args: Any,
        assignment: Assignment | None = None,
        offered: Sequence[Resource] = (),
        monday: dt.date | None = None,
        **kwargs: Any,
    ) -> None:
        self.groups = list(PupilGroup.objects.present().filter(class_group=class_group))
        entries = roll_of([class_group.pk])[class_group.pk]
        kwargs.setdefault(
            "initial", _kept(assignment) if assignment is not None else _first(monday)
        )
        super().__init__(*args, **kwargs)
        self.offered = offered
        if offered:
            listed: Any = self.fields["resources"]
            listed.choices = [(row.identifier, row.title) for row in offered]
            listed.initial = [row.identifier for row in offered]
        else:
            del self.fields["resources"]
        field: Any = self.fields["target"]
        field.choices = [
            (Assignment.Target.CLASS, Assignment.Target.CLASS.label),
            *((f"group-{group.pk}", group.name) for group in self.groups),
            (Assignment.Target.PUPILS, Assignment.Target.PUPILS.label),
        ]
        pupils: Any = self.fields["children"]
        pupils.choices = _pupil_choices(entries)

    def resources_given(self) -> list[Resource]:
        """Return the resources that stayed ticked, in their order."""
        kept = set(self.cleaned_data.get("resources", ()))
        return [row for row in self.offered if row.identifier in kept]

    def target_given(self) -> Target:
        """Return for whom it is."""
        kind, _dash, key = str(self.cleaned_data["target"]).partition("-")
        group = next((g for g in self.groups if str(g.pk) == key), None)
        children = self.cleaned_data["children"] if kind == Assignment.Target.PUPILS else ()
        return Target(kind, group, frozenset(children))

    def days_given(self) -> Days:
        """Return from when to when it is."""
        return Days(self.cleaned_data["starts_on"], self.cleaned_data["due_on"])

    def refuse(self, field: str | None, message: str) -> None:
        """Show why it can't be, at the field that could change it."""
        self.add_error(field if field in self.fields else None, message)


def _kept(assignment: Assignment) -> dict[str, Any]:
    group = f"group-{assignment.group_id}" if assignment.group_id else assignment.target
    return {
        "target": group,
        "children": [row.child_id for row in assignment.pupils.all()],
        "starts_on": assignment.starts_on,
        "due_on": assignment.due_on,
        "note": assignment.note,
    }


def _first(monday: dt.date | None) -> dict[str, Any]:
    """Offer the week that is being prepared: from its first day of class left to its last."""
    today = clock.today()
    calendar = SchoolCalendar.of(today, today + dt.timedelta(days=120))
    start = max(monday or rules.week_shown(today, calendar.is_school_day), today)
    first = start if calendar.is_school_day(start) else calendar.next_school_day(start)
    first = first or start
    week = calendar.school_days(first, rules.monday_of(first) + dt.timedelta(days=4))
    return {
        "target": Assignment.Target.CLASS,
        "starts_on": first,
        "due_on": week[-1] if week else first,
    }


class GroupForm(forms.Form):
    """A group's name and who is in it."""

    name = forms.CharField(
        label=_("Nom du groupe"),
        max_length=40,
        help_text=_("Les élèves ne le voient pas. Par exemple : les explorateurs."),
    )
    children = forms.TypedMultipleChoiceField(
        label=_("Élèves"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un élève de la classe.")},
    )

    def __init__(
        self,
        class_group: ClassGroup,
        *args: Any,
        group: PupilGroup | None = None,
        **kwargs: Any,
    ) -> None:
        if group is not None:
            kwargs.setdefault(
                "initial",
                {
                    "name": group.name,
                    "children": list(group.members.values_list("child", flat=True)),
                },
            )
        super().__init__(*args, **kwargs)
        field: Any = self.fields["children"]
        field.choices = _pupil_choices(roll_of([class_group.pk])[class_group.pk])
