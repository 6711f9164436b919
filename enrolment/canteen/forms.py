"""Forms of the canteen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.canteen.models import Course, Diet, Label
from families.models import Allergen, Child

WEEKDAYS = (
    (1, _("Lundi")),
    (2, _("Mardi")),
    (3, _("Mercredi")),
    (4, _("Jeudi")),
    (5, _("Vendredi")),
)


class WeekForm(forms.Form):
    """The usual week and the diet, from a day on."""

    starts_on = forms.DateField(
        label=_("À partir du"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Indiquez un jour de début."),
            "invalid": _("Indiquez une date, par exemple 14/09/2026."),
        },
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Jours de cantine"),
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un jour de la semaine.")},
    )
    diet = forms.ChoiceField(
        label=_("Repas"),
        choices=Diet.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez un repas.")},
    )

    def __init__(self, *args: Any, served: frozenset[int], packed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["weekdays"]
        days.choices = [(number, name) for number, name in WEEKDAYS if number in served]
        diet: Any = self.fields["diet"]
        diet.choices = [
            (code, label) for code, label in Diet.choices if packed or code != Diet.PACKED_LUNCH
        ]


class RegistrationForm(WeekForm):
    """A first registration; may be repeated for brothers and sisters."""

    siblings = forms.ModelMultipleChoiceField(
        label=_("Faire la même inscription pour"),
        queryset=Child.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    rules_accepted = forms.BooleanField(
        label=_("J’ai lu et j’accepte le règlement de la cantine"),
        error_messages={"required": _("Acceptez le règlement de la cantine pour continuer.")},
    )

    field_order = ["weekdays", "diet", "starts_on", "siblings", "rules_accepted"]

    def __init__(self, *args: Any, siblings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["siblings"]
        others.queryset = siblings
        if not siblings.exists():
            del self.fields["siblings"]


class EndForm(forms.Form):
    """Leaving the canteen."""

    ends_on = forms.DateField(
        label=_("Premier jour sans cantine"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DayField(forms.Form):
    """A day in an address or a filter, anything else means today."""

    jour = forms.DateField(required=False)

    @classmethod
    def read(cls, data: Any) -> dt.date | None:
        """Return the day asked for, or None."""
        form = cls(data)
        return form.cleaned_data["jour"] if form.is_valid() else None


class CourseForm(forms.Form):
    """A dish of a menu; without a name it is left out."""

    kind = forms.ChoiceField(label=_("Type"), choices=Course.Kind.choices)
    name = forms.CharField(label=_("Nom du plat"), max_length=120, required=False)
    diet = forms.ChoiceField(
        label=_("Pour"), choices=[("", _("Tout le monde")), *Diet.choices[1:3]], required=False
    )

    allergens = forms.MultipleChoiceField(
        label=_("Allergènes"),
        choices=Allergen.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    labels = forms.MultipleChoiceField(
        label=_("Labels"),
        choices=Label.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class MenuFileForm(forms.Form):
    """A file of menus; looked at first, written when asked."""

    file = forms.FileField(label=_("Fichier Excel ou CSV"))
    write = forms.BooleanField(
        label=_("Enregistrer les menus (sinon, simple essai)"), required=False
    )


class ReasonForm(forms.Form):
    """Why somebody reads names beside health facts; kept in the journal."""

    REASONS = (
        ("tray_preparation", _("Préparer les plateaux du jour")),
        ("tray_check", _("Vérifier un plateau servi")),
        ("family_question", _("Répondre à une famille")),
    )

    reason = forms.ChoiceField(
        label=_("Pourquoi consultez-vous ces noms ?"), choices=REASONS, widget=forms.RadioSelect
    )


def parse_month(year: int, month: int) -> dt.date | None:
    """Return the first day of a month named in an address, within reason; else None."""
    if not 1 <= month <= 12 or abs(year - clock.today().year) > 3:
        return None
    return dt.date(year, month, 1)
