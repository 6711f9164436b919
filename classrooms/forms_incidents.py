"""Forms about faults: they read what was tapped, typed or scanned; the actions decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from classrooms.models import Device, DeviceModel, Incident
from classrooms.queries.devices import identify
from classrooms.queries.incidents import Wanted
from classrooms.rules import outcomes_for
from core import clock
from core.accounts.models import User
from enrolment.schools.models import School

#: Drawing of each kind of fault on the big buttons.
KIND_ICONS = {
    "screen": "fault-screen",
    "power": "fault-power",
    "keyboard": "fault-keyboard",
    "charging": "fault-charging",
    "lost": "fault-lost",
    "other": "fault-other",
}
#: No fault is older than this.
_OLDEST = dt.date(2000, 1, 1)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
#: What a device's number field takes: typed, or read by a USB scanner, which ends by Enter.
_CODE = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"})


class ReportForm(forms.Form):
    """What is wrong, in one tap; who said so, when a technician types it."""

    kind = forms.ChoiceField(label=_("Qu’est-ce qui ne va pas ?"), choices=Incident.Kind.choices)
    reporter = forms.ChoiceField(
        label=_("Qui le signale ?"),
        required=False,
        help_text=_("Cette personne sera prévenue de la suite."),
    )

    def __init__(self, *args: Any, people: Iterable[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        fields: dict[str, Any] = self.fields
        fields["reporter"].choices = [
            ("", _("Moi")),
            *((key, person.get_full_name()) for key, person in self.people.items()),
        ]

    def said_by(self) -> User | None:
        """Return who said so, if not whoever types."""
        return self.people.get(self.cleaned_data["reporter"])


class DetailsForm(forms.Form):
    """A few more words or a photo, if one has a moment."""

    description = forms.CharField(
        label=_("Une précision ?"),
        help_text=_("Par exemple ce qui s’est passé. N’écrivez pas de nom d’élève."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label=_("Une photo de la panne"),
        help_text=_("L’appareil seul, sans élève sur la photo."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the one or the other."""
        given: dict[str, Any] = super().clean() or {}
        said = given.get("description", "").strip() or given.get("photo")
        if not said and not self.errors:
            self.add_error("description", _("Écrivez quelques mots ou choisissez une photo."))
        return given


def _meant(form: forms.Form, user: User, text: str, field: str) -> Device | None:
    """Return the device that a code names, or say that one's fleet has none."""
    device = identify(user, text)
    if device is None:
        form.add_error(field, _("Aucun appareil de votre parc ne porte ce numéro."))
    return device


class SwapForm(forms.Form):
    """Which spare takes the place: chosen in the list, typed, or scanned."""

    spare = forms.CharField(required=False, max_length=200)
    typed = forms.CharField(
        label=_("Ou tapez son numéro, ou scannez son étiquette"),
        required=False,
        max_length=200,
        widget=_CODE,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Find the device meant; what was typed goes before what was ticked."""
        given: dict[str, Any] = super().clean() or {}
        typed = given.get("typed", "").strip()
        text = typed or given.get("spare", "").strip()
        if not text:
            raise forms.ValidationError(_("Choisissez l’appareil de remplacement."))
        given["device"] = _meant(self, self.user, text, "typed" if typed else "spare")
        return given


class ReplaceForm(forms.Form):
    """Out with one device, in with another: two codes and what is wrong."""

    broken = forms.CharField(
        label=_("Appareil en panne"),
        help_text=_("Son numéro, ou scannez son étiquette."),
        max_length=200,
        widget=_CODE,
    )
    kind = forms.ChoiceField(
        label=_("Qu’est-ce qui ne va pas ?"),
        help_text=_("Si une panne est déjà signalée, elle garde son motif."),
        choices=Incident.Kind.choices,
    )
    spare = forms.CharField(
        label=_("Appareil de remplacement"),
        help_text=_("En réserve et de même catégorie."),
        max_length=200,
        widget=_CODE,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Find both devices."""
        given: dict[str, Any] = super().clean() or {}
        for field in ("broken", "spare"):
            if text := given.get(field, "").strip():
                given[f"{field}_device"] = _meant(self, self.user, text, field)
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


class AssignForm(forms.Form):
    """To whom a fault is entrusted."""

    assignee = forms.ModelChoiceField(
        label=_("Confier à"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choisissez…"),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["assignee"].queryset = people


class PriorityForm(forms.Form):
    """How soon, and why."""

    priority = forms.TypedChoiceField(
        label=_("Priorité"), coerce=int, choices=Incident.Priority.choices
    )
    why = forms.CharField(label=_("Pourquoi ?"), max_length=500)


class PauseForm(forms.Form):
    """What a fault waits for."""

    pause = forms.ChoiceField(label=_("Elle attend"), choices=Incident.Pause.choices)
    text = forms.CharField(
        label=_("Précision"),
        help_text=_("Par exemple le numéro de commande."),
        max_length=400,
        required=False,
    )


class IncidentFilterForm(forms.Form):
    """What to keep of the queue; lives in the address."""

    q = forms.CharField(label=_("Appareil, chariot ou école"), required=False, max_length=60)
    school = forms.TypedChoiceField(label=_("École"), required=False, coerce=int, empty_value=None)
    priority = forms.TypedChoiceField(
        label=_("Priorité"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Toutes")), *Incident.Priority.choices],
    )
    who = forms.ChoiceField(
        label=_("Suivie par"),
        required=False,
        choices=[("", _("Tout le monde")), ("mine", _("Moi")), ("nobody", _("Personne encore"))],
    )
    kind = forms.ChoiceField(
        label=_("Problème"), required=False, choices=[("", _("Tous")), *Incident.Kind.choices]
    )
    model = forms.TypedChoiceField(label=_("Modèle"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("Étape"),
        required=False,
        choices=[("", _("À régler")), ("waiting", _("En attente")), *Incident.State.choices],
    )
    late = forms.BooleanField(label=_("En retard seulement"), required=False)
    sort = forms.ChoiceField(
        label=_("Trier par"),
        required=False,
        choices=[
            ("", _("Échéance")),
            ("priority", _("Priorité")),
            ("age", _("Du plus ancien au plus récent")),
            ("school", _("École")),
        ],
    )

    def __init__(
        self, *args: Any, schools: list[School], models: list[DeviceModel], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["school"].choices = [
            ("", _("Toutes")),
            *((school.pk, school.name) for school in schools),
        ]
        fields["model"].choices = [("", _("Tous")), *((model.pk, str(model)) for model in models)]

    def wanted(self) -> Wanted:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            text=given.get("q", ""),
            school=given.get("school"),
            priority=given.get("priority"),
            kind=given.get("kind", ""),
            model=given.get("model"),
            state=given.get("state", ""),
            who=given.get("who", ""),
            late=given.get("late", False),
            order=given.get("sort", ""),
        )

    @property
    def more_used(self) -> bool:
        """True if one of the criteria that are folded away is in use."""
        return any(self.data.get(name) for name in ("kind", "model", "state", "late", "sort"))


class PeriodForm(forms.Form):
    """From when to when; the last twelve months unless told."""

    start = forms.DateField(label=_("Du"), required=False, widget=_DATE)
    end = forms.DateField(label=_("Au"), required=False, widget=_DATE)

    def period(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return the days asked for, six years apart at most and in order."""
        self.is_valid()
        usual = clock.months_later(today.replace(day=1), -11)
        end = max(_OLDEST, min(self.cleaned_data.get("end") or today, today))
        start = self.cleaned_data.get("start") or min(usual, end)
        start = max(start, clock.months_later(end, -72))
        return (start, end) if start <= end else (end, end)
