"""Forms of the fleet's pages: they read what was typed, the actions decide."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms import extras
from classrooms.actions import Holder
from classrooms.models import Device, HandOutItem
from classrooms.queries.devices import DeviceFilter, Offered, offered, printable
from core import clock
from core.accounts.models import User
from enrolment.schools.models import ClassGroup, School, SchoolYear

PER_PAGE = (25, 50)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DeviceFilterForm(forms.Form):
    """What to keep of the list of devices; lives in the address."""

    q = forms.CharField(label=_("Numéro ou modèle"), required=False, max_length=60)
    school = forms.TypedChoiceField(label=_("École"), required=False, coerce=int, empty_value=None)
    category = forms.ChoiceField(label=_("Catégorie"), required=False)
    state = forms.ChoiceField(label=_("Situation"), required=False)
    condition = forms.ChoiceField(label=_("État"), required=False)
    cart = forms.ChoiceField(label=_("Chariot"), required=False)
    sort = forms.ChoiceField(
        label=_("Trier par"),
        required=False,
        choices=[
            ("tag", _("Numéro d’inventaire")),
            ("school", _("École et emplacement")),
            ("age", _("Du plus ancien au plus récent")),
            ("-age", _("Du plus récent au plus ancien")),
        ],
    )
    per = forms.TypedChoiceField(
        label=_("Par page"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(n, str(n)) for n in PER_PAGE],
    )

    def __init__(self, *args: Any, user: User, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["school"].choices = [
            ("", _("Toutes")),
            *((school.pk, school.name) for school in schools),
        ]
        fields["state"].choices = [
            ("", _("Toutes")),
            ("out", _("Remis à quelqu’un")),
            *Device.State.choices,
        ]
        fields["condition"].choices = [("", _("Tous")), *Device.Condition.choices]
        offered = self._offered(user, schools)
        fields["category"].choices = [("", _("Toutes")), *offered.categories]
        fields["cart"].choices = [("", _("Tous")), *offered.carts]
        self.own = offered.fields.get(str(self.data.get("category", "")), [])
        for field in self.own:
            words = field.options or [extras.written(field, answer) for answer in (True, False)]
            fields[f"x-{field.key}"] = forms.ChoiceField(
                label=field.label,
                required=False,
                choices=[("", _("Tous")), *((word, word) for word in words)],
            )

    def _offered(self, user: User, schools: list[School]) -> Offered:
        """Offer the carts of the school chosen, or of one's few schools."""
        chosen = printable(str(self.data.get("school", "")))
        if chosen in {str(school.pk) for school in schools}:
            return offered(user, school=int(chosen), cart=None)
        # Several hundred carts are no list to choose from: choose the school first.
        code = printable(str(self.data.get("cart", ""))) if len(schools) > 20 else None
        return offered(user, school=None, cart=code)

    def wanted(self) -> DeviceFilter:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return DeviceFilter(
            text=given.get("q", ""),
            school=given.get("school"),
            category=given.get("category", ""),
            state=given.get("state", ""),
            condition=given.get("condition", ""),
            cart=given.get("cart", ""),
            extra=tuple(
                (field.key, extras.read(field, text))
                for field in self.own
                if (text := given.get(f"x-{field.key}", ""))
            ),
            order=given.get("sort", "") or "tag",
        )

    @property
    def more_used(self) -> bool:
        """True if one of the criteria that are folded away is in use."""
        folded = ("category", "condition", "cart", "sort", "per")
        return any(self.data.get(name) for name in folded)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields of the category chosen, as asked."""
        return [self[f"x-{field.key}"] for field in self.own]

    @property
    def per_page(self) -> int:
        """Rows a page."""
        return int(self.cleaned_data.get("per") or PER_PAGE[0])


class HandOutForm(forms.Form):
    """To whom, until when."""

    holder = forms.ChoiceField(label=_("À qui remettez-vous ce matériel ?"))
    due_on = forms.DateField(label=_("À rendre le"), widget=_DATE)

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school = school
        start = clock.school_year_of(clock.today())
        self.classes = {
            f"class:{group.pk}": group
            for group in ClassGroup.objects.filter(
                school=school, school_year__start_year=start
            ).order_by("name", "pk")
        }
        teachers = User.objects.filter(
            taught_classes__in=[group.pk for group in self.classes.values()], is_active=True
        )
        self.teachers = {
            f"teacher:{person.pk}": person
            for person in teachers.distinct().order_by("family_name", "given_name", "pk")
        }
        fields: dict[str, Any] = self.fields
        fields["holder"].choices = [
            ("", _("Choisissez…")),
            (_("Une classe"), [(key, group.name) for key, group in self.classes.items()]),
            (_("Un enseignant"), [(k, p.get_full_name()) for k, p in self.teachers.items()]),
            (_("Toute l’école"), [("school", school.name)]),
        ]
        fields["due_on"].initial = usual_return(clock.today())

    def receiver(self) -> Holder:
        """Return who was chosen."""
        chosen = self.cleaned_data["holder"]
        return Holder(
            school=self.school,
            class_group=self.classes.get(chosen),
            teacher=self.teachers.get(chosen),
        )


class DeviceHandOutForm(HandOutForm):
    """The same for one device, which may go to one pupil's place of a class."""

    pupil_slot = forms.IntegerField(
        label=_("Numéro de l’élève dans la classe"),
        help_text=_("Pour un prêt à un seul élève : sa place dans la liste, jamais son nom."),
        required=False,
        min_value=1,
        max_value=99,
    )
    field_order = ["holder", "pupil_slot", "due_on"]

    def clean(self) -> dict[str, Any]:
        """A place is one of a class."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("pupil_slot") and given.get("holder") and given["holder"] not in self.classes:
            self.add_error("holder", _("Choisissez la classe de l’élève."))
        return given

    def receiver(self) -> Holder:
        """Return who was chosen, down to the pupil's place."""
        return replace(super().receiver(), pupil_slot=self.cleaned_data["pupil_slot"])


def usual_return(today: dt.date) -> dt.date:
    """Return the last day of the school year, the usual day to give things back."""
    year = SchoolYear.objects.filter(ends_on__gte=today).order_by("ends_on").first()
    return min(year.ends_on, today + dt.timedelta(days=365)) if year else today


class TakeBackForm(forms.Form):
    """How each device of a hand-out came back; one group of choices a device."""

    LEFT_OUT = "out"
    CHOICES = (
        ("good", _("Bon état")),
        ("damaged", _("Abîmé")),
        ("missing", _("Manquant")),
        (LEFT_OUT, _("Pas rendu")),
    )

    def __init__(self, *args: Any, items: list[HandOutItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            name = f"item-{item.pk}"
            self.fields[name] = forms.ChoiceField(
                label=str(item.slot or item.device.asset_tag),
                choices=self.CHOICES,
                widget=forms.RadioSelect,
                initial="good",
            )
        self.items = [(item, self[f"item-{item.pk}"]) for item in items]

    def outcomes(self) -> dict[int, str]:
        """Return how each item came back, by number, without those still out."""
        return {
            int(name.removeprefix("item-")): value
            for name, value in self.cleaned_data.items()
            if value != self.LEFT_OUT
        }
