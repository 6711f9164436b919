"""Forms of movements: they read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.lending.models import Transfer, TransferItem
from classrooms.lending.queries.transfers import Load, TransferFilter
from classrooms.models import Cart, Depot, Device
from classrooms.queries.devices import identify
from core import clock
from core.accounts.models import User
from enrolment.schools.models import School

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
#: Devices typed or scanned into one transfer.
_MANY = 200


class TransferFilterForm(forms.Form):
    """What to keep of the list of transfers; lives in the address."""

    state = forms.ChoiceField(
        label=_("Étape"),
        required=False,
        choices=[("", _("En cours")), *Transfer.State.choices, ("all", _("Tous"))],
    )
    school = forms.TypedChoiceField(label=_("École"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["school"].choices = [("", _("Toutes")), *((s.pk, s.name) for s in schools)]

    def wanted(self) -> TransferFilter:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return TransferFilter(state=given.get("state", ""), school=given.get("school"))


class Places:
    """Schools and depots as one list to choose from: ``school:12``, ``depot:1``."""

    def __init__(self, schools: list[School], depots: list[Depot]) -> None:
        self.by_key: dict[str, School | Depot] = {
            **{f"depot:{depot.pk}": depot for depot in depots},
            **{f"school:{school.pk}": school for school in schools},
        }

    def key_of(self, place: School | Depot | None) -> str:
        """Return the key of a place, empty if it is not in the list."""
        return next((key for key, known in self.by_key.items() if known == place), "")

    def choices(self, *, without: str = "") -> list[Any]:
        """Return them in groups."""
        keys = [key for key in self.by_key if key != without]
        return [
            ("", _("Choisissez…")),
            (_("Ateliers"), [(k, str(self.by_key[k])) for k in keys if k[0] == "d"]),
            (_("Écoles"), [(k, str(self.by_key[k])) for k in keys if k[0] == "s"]),
        ]


class OriginForm(forms.Form):
    """Where things leave from."""

    start = forms.ChoiceField(label=_("D’où part le matériel ?"))

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["start"].choices = places.choices()


class TransferForm(forms.Form):
    """What leaves, where to, why, when."""

    carts = forms.MultipleChoiceField(
        label=_("Chariots"), required=False, widget=forms.CheckboxSelectMultiple
    )
    devices = forms.MultipleChoiceField(
        label=_("Appareils"), required=False, widget=forms.CheckboxSelectMultiple
    )
    typed = forms.CharField(
        label=_("Autres numéros"),
        help_text=_("Un par ligne : numéro d’inventaire, numéro de série, ou étiquette scannée."),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    to = forms.ChoiceField(label=_("Où cela part"))
    reason = forms.CharField(label=_("Pourquoi"), max_length=200)
    planned_for = forms.DateField(label=_("Prévu le"), required=False, widget=_DATE)

    def __init__(
        self,
        *args: Any,
        user: User,
        load: Load,
        start: str,
        places: Places,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.load, self.places = user, load, places
        fields: dict[str, Any] = self.fields
        fields["carts"].choices = [(cart.code, _cart_label(cart)) for cart in load.carts]
        fields["devices"].choices = [(d.asset_tag, _device_label(d)) for d in load.devices]
        fields["to"].choices = places.choices(without=start)

    def clean_typed(self) -> list[Device]:
        """Find every device typed; those that are not known are named."""
        lines = [line.strip() for line in self.cleaned_data["typed"].splitlines() if line.strip()]
        if len(lines) > _MANY:
            raise forms.ValidationError(_("C’est beaucoup : 200 numéros au plus à la fois."))
        found, unknown = [], []
        for line in lines:
            device = identify(self.user, line)
            if device is None:
                unknown.append(line[:40])
            else:
                found.append(device)
        if unknown:
            raise forms.ValidationError(
                _("Aucun appareil de votre parc ne porte ce numéro : %(lines)s"),
                params={"lines": ", ".join(unknown[:10])},
            )
        return found

    def clean_planned_for(self) -> Any:
        """A journey is planned for a day to come."""
        day = self.cleaned_data["planned_for"]
        if day and day < clock.today():
            raise forms.ValidationError(_("Choisissez un jour à venir."))
        return day

    def content(self) -> dict[str, Any]:
        """Return what ``plan_transfer`` asks for."""
        given = self.cleaned_data
        place = self.places.by_key[given["to"]]
        return {
            "carts": [cart for cart in self.load.carts if cart.code in given["carts"]],
            "devices": [d for d in self.load.devices if d.asset_tag in given["devices"]]
            + given["typed"],
            "to_school": place if isinstance(place, School) else None,
            "to_depot": place if isinstance(place, Depot) else None,
            "reason": given["reason"],
            "planned_for": given["planned_for"],
        }


def _cart_label(cart: Cart) -> str:
    return f"{cart.code} · {cart.name}"


def _device_label(device: Device) -> str:
    return f"{device.asset_tag} · {device.model} · {device.get_state_display()}"


class ReceiptForm(forms.Form):
    """What arrived, device by device."""

    def __init__(self, *args: Any, items: list[TransferItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scanned = any(item.seen_at for item in items)
        for item in items:
            self.fields[f"item-{item.pk}"] = forms.ChoiceField(
                label=item.device.asset_tag,
                choices=TransferItem.Outcome.choices,
                widget=forms.RadioSelect,
                initial="good" if item.seen_at or not scanned else "missing",
            )
        self.items = [(item, self[f"item-{item.pk}"]) for item in items]

    def outcomes(self) -> dict[int, str]:
        """Return how each item arrived, by number."""
        return {int(name.removeprefix("item-")): value for name, value in self.cleaned_data.items()}


class CancelForm(forms.Form):
    """Why a transfer is given up."""

    why = forms.CharField(label=_("Pourquoi"), max_length=200)
