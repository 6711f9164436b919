"""A cart as one sees it: its slots in order, and what each holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from classrooms import rules
from classrooms.holding import held_among
from classrooms.models import Cart, Device, HandOutItem, Incident

#: What a slot can show: words, tone and icon. Colour is never the only sign.
LOOKS: dict[str, tuple[Promise, str, str]] = {
    "ready": (_("Prêt"), "success", "check"),
    "out": (_("Remis"), "info", "users"),
    "broken": (_("En panne"), "urgent", "tools"),
    "repair": (_("À l’atelier"), "warning", "wrench"),
    "lost": (_("Introuvable"), "urgent", "search"),
    "stolen": (_("Volé"), "urgent", "alert"),
    "damaged": (_("Abîmé"), "warning", "alert"),
    "spare": (_("En réserve"), "plain", "box"),
    "retired": (_("Réformé"), "plain", "archive"),
    "away": (_("En route"), "info", "truck"),
    "empty": (_("Vide"), "plain", "minus"),
}

#: The same, counted.
COUNTED: dict[str, Any] = {
    "ready": ngettext_lazy("%(count)d prêt", "%(count)d prêts", "count"),
    "out": ngettext_lazy("%(count)d remis", "%(count)d remis", "count"),
    "broken": ngettext_lazy("%(count)d en panne", "%(count)d en panne", "count"),
    "repair": ngettext_lazy("%(count)d à l’atelier", "%(count)d à l’atelier", "count"),
    "lost": ngettext_lazy("%(count)d introuvable", "%(count)d introuvables", "count"),
    "stolen": ngettext_lazy("%(count)d volé", "%(count)d volés", "count"),
    "damaged": ngettext_lazy("%(count)d abîmé", "%(count)d abîmés", "count"),
    "spare": ngettext_lazy("%(count)d en réserve", "%(count)d en réserve", "count"),
    "retired": ngettext_lazy("%(count)d réformé", "%(count)d réformés", "count"),
    "away": ngettext_lazy("%(count)d en route", "%(count)d en route", "count"),
    "empty": ngettext_lazy("%(count)d place vide", "%(count)d places vides", "count"),
}


class Shown:
    """Something with a look: ``LOOKS`` has the words, tone and icon of each."""

    LOOKS: ClassVar[Mapping[str, tuple[Promise, str, str]]]
    look: str

    @property
    def label(self) -> Promise:
        """What it shows, in words."""
        return self.LOOKS[self.look][0]

    @property
    def tone(self) -> str:
        """Tone of its badge or card."""
        return self.LOOKS[self.look][1]

    @property
    def icon(self) -> str:
        """Name of the icon that goes with the words."""
        return self.LOOKS[self.look][2]


@dataclass(frozen=True)
class Slot(Shown):
    """One numbered place of a cart. ``look`` is a key of LOOKS."""

    LOOKS = LOOKS

    number: int
    look: str
    device: Device | None = None
    item: HandOutItem | None = None
    incident: Incident | None = None

    @property
    def is_fit(self) -> bool:
        """True if what is inside can be handed out now."""
        return self.look == "ready"


def slots_of(cart: Cart) -> list[Slot]:
    """Return every slot of a cart in order, the empty ones too, in four queries."""
    devices = {
        device.slot: device
        for device in cart.devices.select_related("model__category").order_by("slot")
    }
    ids = [device.pk for device in devices.values()]
    items = {
        item.device_id: item
        for item in HandOutItem.objects.out()
        .filter(device__in=ids)
        .select_related(
            "hand_out__class_group", "hand_out__teacher", "hand_out__school", "hand_out__cart"
        )
    }
    incidents = {
        incident.device_id: incident
        for incident in Incident.objects.open().filter(device__in=ids).select_related("reporter")
    }
    away = held_among(ids)
    last = max([cart.slots, *(slot for slot in devices if slot)])
    slots = [_slot(number, devices.get(number), items, incidents) for number in range(1, last + 1)]
    return [
        replace(slot, look="away")
        if slot.is_fit and slot.device and slot.device.pk in away
        else slot
        for slot in slots
    ]


def _slot(
    number: int,
    device: Device | None,
    items: dict[int, HandOutItem],
    incidents: dict[int, Incident],
) -> Slot:
    if device is None:
        return Slot(number, "empty")
    item = items.get(device.pk)
    reason = rules.unfit_reason(device.state, device.condition, already_out=item is not None)
    return Slot(number, reason or "ready", device, item, incidents.get(device.pk))


def summary(slots: list[Slot]) -> list[tuple[str, str, str]]:
    """Count slots by look, in the order of LOOKS: how many in words, tone, icon."""
    counts = {look: sum(slot.look == look for slot in slots) for look in LOOKS}
    return [
        (COUNTED[look] % {"count": count}, *LOOKS[look][1:])
        for look, count in counts.items()
        if count
    ]
