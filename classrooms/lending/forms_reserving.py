"""The form of a reservation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.access import FLEET_READERS, REPORTERS
from classrooms.lending import rules
from classrooms.lending.actions.reservations import Wish
from classrooms.lending.actions.telling import people_of
from classrooms.models import Cart
from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.schools.models import ClassGroup, School

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_HOURS = [(hour, f"{hour} h") for hour in (*rules.HOURS, rules.HOURS[-1] + 1)]


class ReservationForm(forms.Form):
    """When, for which class, for whom."""

    day = forms.DateField(label=_("Jour"), widget=_DATE)
    part = forms.ChoiceField(
        label=_("Quand"),
        widget=forms.RadioSelect,
        choices=[
            ("am", _("Le matin")),
            ("pm", _("L’après-midi")),
            ("day", _("Toute la journée")),
            ("hours", _("À des heures précises")),
        ],
    )
    first_hour = forms.TypedChoiceField(
        label=_("De"), coerce=int, choices=_HOURS[:-1], initial=_HOURS[0][0]
    )
    end_hour = forms.TypedChoiceField(
        label=_("À"), coerce=int, choices=_HOURS[1:], initial=_HOURS[2][0]
    )
    class_group = forms.ChoiceField(label=_("Classe"), required=False)
    teacher = forms.ChoiceField(label=_("Pour"))
    purpose = forms.CharField(
        label=_("Pour quoi faire ?"),
        help_text=_("Vos collègues le lisent. N’écrivez pas de nom d’élève."),
        required=False,
        max_length=100,
    )
    until = forms.DateField(
        label=_("Chaque semaine jusqu’au"),
        help_text=_("Laissez vide pour ce jour seulement. Les vacances sont sautées."),
        required=False,
        widget=_DATE,
    )
    skip_taken = forms.BooleanField(
        label=_("Réserver les autres semaines, sans les jours déjà pris"), required=False
    )

    def __init__(
        self, *args: Any, user: User, cart: Cart, school: School, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cart = cart
        start = clock.school_year_of(today)
        groups = ClassGroup.objects.filter(school=school, school_year__start_year=start)
        self.groups = {str(group.pk): group for group in groups.order_by("name", "pk")}
        self.people = {str(user.pk): user} if _works_at(user, school) else {}
        if reach_of(user, *FLEET_READERS).covers_school(school.uai):
            staff = people_of(school, Role.TEACHER, Role.HEAD_TEACHER)
            self.people |= {
                str(person.pk): person for person in staff.order_by("family_name", "given_name")
            }
        fields: dict[str, Any] = self.fields
        fields["class_group"].choices = [
            ("", _("Aucune en particulier")),
            *((key, group.name) for key, group in self.groups.items()),
        ]
        fields["teacher"].choices = [(k, p.get_full_name()) for k, p in self.people.items()]
        if list(self.people) == [str(user.pk)]:
            fields["teacher"].widget = forms.HiddenInput()
        self.initial.setdefault("teacher", str(user.pk))
        mine = [k for k, g in self.groups.items() if g.pk in set(_taught(user))]
        if len(mine) == 1:
            self.initial.setdefault("class_group", mine[0])

    def clean(self) -> dict[str, Any]:
        """The last week is not before the first."""
        given: dict[str, Any] = super().clean() or {}
        until, day = given.get("until"), given.get("day")
        if until and day and until < day:
            self.add_error("until", _("La dernière semaine vient après le premier jour."))
        return given

    def wish(self) -> Wish:
        """Return what is asked for."""
        given = self.cleaned_data
        first, end = rules.PARTS.get(given["part"], (given["first_hour"], given["end_hour"]))
        return Wish(self.cart, given["day"], first, end, given["until"])

    def rest(self) -> dict[str, Any]:
        """Return for whom and what for."""
        given = self.cleaned_data
        return {
            "teacher": self.people[given["teacher"]],
            "class_group": self.groups.get(given["class_group"]),
            "purpose": given["purpose"],
            "skip_taken": given["skip_taken"],
        }


def _works_at(user: User, school: School) -> bool:
    return reach_of(user, *REPORTERS).covers_school(school.uai)


def _taught(user: User) -> list[int]:
    return list(user.taught_classes.values_list("pk", flat=True))
