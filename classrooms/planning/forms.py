"""Forms of planning: they read what was typed, the actions decide."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import DeviceCategory
from classrooms.planning.models import Plan
from classrooms.planning.rules.planner import TERMS
from classrooms.planning.rules.refresh import Assumptions
from core import clock
from core.accounts.models import User
from enrolment.schools.models import School

#: What each term is called where weights are set.
TERM_NAMES = {
    "pupils": _("Élèves pour un appareil"),
    "priority": _("Éducation prioritaire"),
    "position": _("Indice de position sociale"),
    "age": _("Âge du matériel"),
    "faults": _("Pannes"),
}
#: Ready-made weights, in the order of ``TERMS``.
PRESETS = {
    "balanced": (_("Équilibrée"), (30, 25, 20, 15, 10)),
    "networks": (_("Éducation prioritaire d’abord"), (15, 45, 30, 5, 5)),
    "bare": (_("Les moins équipées d’abord"), (70, 10, 10, 5, 5)),
    "worn": (_("Remplacer l’ancien"), (15, 10, 10, 45, 20)),
}
_COUNT = forms.NumberInput(attrs={"inputmode": "numeric"})


class RefreshForm(forms.Form):
    """What a forecast rests on; lives in the address."""

    category = forms.TypedChoiceField(
        label=_("Catégorie"), required=False, coerce=int, empty_value=None
    )
    first_year = forms.TypedChoiceField(
        label=_("Premier budget"), required=False, coerce=int, empty_value=None
    )
    rise = forms.DecimalField(
        label=_("Hausse des prix, en % par an"),
        required=False,
        min_value=Decimal(-10),
        max_value=Decimal(20),
        max_digits=3,
        decimal_places=1,
        localize=True,
    )
    ceiling = forms.IntegerField(
        label=_("Plafond par an, en euros"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        widget=_COUNT,
    )
    order = forms.ChoiceField(
        label=_("Si le plafond ne suffit pas"),
        required=False,
        choices=[
            ("oldest", _("Les plus anciens d’abord")),
            ("worst", _("Les plus abîmés d’abord")),
        ],
    )

    on = forms.DateField(
        label=_("Valeur du parc au"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        categories = DeviceCategory.objects.visible_to(user).order_by("name")
        fields["category"].choices = [("", _("Toutes")), *((c.pk, c.name) for c in categories)]
        this = clock.today().year
        fields["first_year"].choices = [(year, str(year)) for year in (this + 1, this, this + 2)]

    @property
    def chosen_category(self) -> int | None:
        """The category asked for, if any."""
        found: int | None = self.cleaned_data.get("category")
        return found

    @property
    def day(self) -> dt.date:
        """The day on which the fleet is valued: today unless asked."""
        return self.cleaned_data.get("on") or clock.today()

    def assumptions(self) -> Assumptions:
        """Return what was asked; what makes no sense counts as not asked."""
        self.is_valid()
        given = self.cleaned_data
        ceiling, this = given.get("ceiling"), clock.today().year
        return Assumptions(
            first_year=given.get("first_year") or this + 1,
            base_year=this,
            rise=int((given.get("rise") or Decimal(0)) * 10),
            ceiling_cents=ceiling * 100 if ceiling else None,
            order=given.get("order") or "oldest",
        )


class NewPlanForm(forms.Form):
    """The three facts with which a plan begins."""

    name = forms.CharField(label=_("Nom"), max_length=80)
    category = forms.ModelChoiceField(label=_("Catégorie"), queryset=DeviceCategory.objects.none())
    devices = forms.IntegerField(
        label=_("Appareils à répartir"), min_value=1, max_value=100_000, widget=_COUNT
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category"].queryset = DeviceCategory.objects.visible_to(user).order_by("name")


class PlanForm(forms.Form):
    """All that a draft asks for. Weights are fields of their own, one a term."""

    name = forms.CharField(label=_("Nom"), max_length=80)
    devices = forms.IntegerField(
        label=_("Appareils à répartir"), min_value=1, max_value=100_000, widget=_COUNT
    )
    lot = forms.TypedChoiceField(label=_("Par lots"), choices=Plan.Lot.choices, coerce=int)
    low = forms.IntegerField(
        label=_("Au moins, par école servie"),
        help_text=_("0 : pas de minimum. Sinon, seules les écoles les mieux placées sont servies."),
        min_value=0,
        max_value=1000,
        widget=_COUNT,
    )
    high = forms.IntegerField(
        label=_("Au plus, par école"),
        help_text=_("0 : pas de maximum."),
        min_value=0,
        max_value=10_000,
        widget=_COUNT,
    )
    schools = forms.IntegerField(
        label=_("Écoles servies au plus"),
        help_text=_("0 : toutes."),
        min_value=0,
        max_value=2000,
        widget=_COUNT,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Niveaux"),
        required=False,
        choices=School.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Rien de coché : tous."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for term in TERMS:
            self.fields[term] = forms.IntegerField(
                label=TERM_NAMES[term],
                min_value=0,
                max_value=100,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "weight"}),
            )

    @property
    def weights(self) -> list[forms.BoundField]:
        """The fields of the weights."""
        return [self[term] for term in TERMS]

    @classmethod
    def initial_of(cls, plan: Plan) -> dict[str, Any]:
        """Return what the form shows for a plan."""
        names = ("name", "devices", "lot", "low", "high", "schools", "kinds")
        return {name: getattr(plan, name) for name in names} | dict(plan.wish.weights)

    def changes(self) -> dict[str, Any]:
        """Return what the action is to change; call it on a valid form."""
        given = dict(self.cleaned_data)
        return given | {"weights": {term: given.pop(term) for term in TERMS}}


class DecisionForm(forms.Form):
    """Why a plan is sent back; nothing is needed to approve it."""

    reason = forms.CharField(
        label=_("Pourquoi vous la renvoyez"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SendForm(forms.Form):
    """When the transfers are to leave."""

    planned_for = forms.DateField(
        label=_("Départ prévu le"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
