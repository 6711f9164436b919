"""Forms of the fleet's pages: they read what was typed, the actions decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.actions import Holder
from classrooms.models import Cart, Device, HandOutItem, Incident
from classrooms.queries.devices import DeviceFilter, categories, identify, printable
from classrooms.rules import outcomes_for
from core import clock
from core.accounts.models import User
from enrolment.schools.models import ClassGroup, School, SchoolYear

PER_PAGE = (25, 50)
#: Drawing of each kind of fault on the big buttons.
KIND_ICONS = {
    "screen": "fault-screen",
    "power": "fault-power",
    "keyboard": "fault-keyboard",
    "charging": "fault-charging",
    "lost": "fault-lost",
    "other": "fault-other",
}
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
            ("tag", _("Numéro d'inventaire")),
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
        fields["category"].choices = [("", _("Toutes")), *((c.code, c.name) for c in categories())]
        fields["state"].choices = [
            ("", _("Toutes")),
            ("out", _("Remis à quelqu'un")),
            *Device.State.choices,
        ]
        fields["condition"].choices = [("", _("Tous")), *Device.Condition.choices]
        fields["cart"].choices = [("", _("Tous")), *self._carts(user, schools)]

    def _carts(self, user: User, schools: list[School]) -> list[tuple[str, str]]:
        """Offer the carts of the school chosen, or of one's few schools."""
        chosen = printable(str(self.data.get("school", "")))
        carts = Cart.objects.visible_to(user).select_related("school", "depot")
        if chosen in {str(school.pk) for school in schools}:
            carts = carts.filter(school=int(chosen))
        elif len(schools) > 20:
            # Several hundred carts are no list to choose from: choose the school first.
            code = printable(str(self.data.get("cart", "")))
            carts = carts.filter(code=code)
        return [(cart.code, f"{cart.code} · {cart.name} · {cart.place}") for cart in carts]

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
            order=given.get("sort", "") or "tag",
        )

    @property
    def more_used(self) -> bool:
        """True if one of the criteria that are folded away is in use."""
        return any(self.data.get(name) for name in ("category", "condition", "cart", "sort", "per"))

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
            (_("Toute l'école"), [("school", school.name)]),
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


class ReportForm(forms.Form):
    """What is wrong, in one tap."""

    kind = forms.ChoiceField(label=_("Qu'est-ce qui ne va pas ?"), choices=Incident.Kind.choices)


class DetailsForm(forms.Form):
    """A few more words, if one has a moment."""

    description = forms.CharField(
        label=_("Une précision ?"),
        help_text=_("Par exemple ce qui s'est passé. N'écrivez pas de nom d'élève."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SwapForm(forms.Form):
    """Which spare takes the place: chosen in the list, typed, or scanned."""

    spare = forms.CharField(required=False, max_length=200)
    typed = forms.CharField(
        label=_("Ou tapez son numéro, ou scannez son étiquette"),
        required=False,
        max_length=200,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Find the device meant; what was typed goes before what was ticked."""
        given: dict[str, Any] = super().clean() or {}
        typed = given.get("typed", "").strip()
        field = "typed" if typed else "spare"
        text = typed or given.get("spare", "").strip()
        if not text:
            raise forms.ValidationError(_("Choisissez l'appareil de remplacement."))
        device = identify(self.user, text)
        if device is None:
            self.add_error(field, _("Aucun appareil de votre parc ne porte ce numéro."))
        given["device"] = device
        return given


class CloseForm(forms.Form):
    """How an incident ended."""

    outcome = forms.ChoiceField(label=_("Résultat"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = outcomes_for(incident.kind)
        fields: dict[str, Any] = self.fields
        said = dict(Incident.Outcome.choices) | {
            Incident.Outcome.RETIRED.value: _("Irréparable : proposer sa réforme")
        }
        fields["outcome"].choices = [(v, label) for v, label in said.items() if v in possible]
        fields["outcome"].initial = possible[0]


class IncidentFilterForm(forms.Form):
    """What to keep of the queue."""

    school = forms.TypedChoiceField(label=_("École"), required=False, coerce=int, empty_value=None)
    priority = forms.TypedChoiceField(
        label=_("Priorité"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Toutes")), *Incident.Priority.choices],
    )
    state = forms.ChoiceField(
        label=_("Étape"),
        required=False,
        choices=[("", _("À régler")), *Incident.State.choices],
    )
    sort = forms.ChoiceField(
        label=_("Trier par"),
        required=False,
        choices=[
            ("", _("Priorité, puis date")),
            ("age", _("Du plus ancien au plus récent")),
            ("school", _("École")),
        ],
    )

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["school"].choices = [
            ("", _("Toutes")),
            *((school.pk, school.name) for school in schools),
        ]
