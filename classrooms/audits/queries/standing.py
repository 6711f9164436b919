"""How a count stands: what is due, what was seen, what should not be here, what nobody knows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits.models import Audit, Scan
from classrooms.holding import held_among
from classrooms.models import Device, HandOutItem
from classrooms.queries.slots import Shown
from core.accounts.models import User

#: What a place can show while one counts: words, tone and icon. Colour is never the only sign.
LOOKS = {
    "seen": (_("Vu"), "success", "check"),
    "moved": (_("Déplacé ici"), "success", "truck"),
    "due": (_("Pas encore vu"), "plain", "search"),
    "away": (_("Absence connue"), "info", "users"),
    "empty": (_("Vide"), "plain", "minus"),
}


@dataclass(frozen=True)
class Place(Shown):
    """A slot of a cart, or a device that stands by itself. ``look`` is a key of LOOKS."""

    LOOKS = LOOKS

    slot: int | None
    look: str
    device: Device | None = None
    scans: tuple[Scan, ...] = ()
    item: HandOutItem | None = None


@dataclass
class Standing:
    """A count as it is now."""

    places: list[Place] = field(default_factory=list)
    elsewhere: list[Scan] = field(default_factory=list)
    unknown: list[Scan] = field(default_factory=list)

    def of(self, *looks: str) -> list[Place]:
        """Return the places with one of these looks."""
        return [place for place in self.places if place.look in looks]

    @property
    def seen(self) -> int:
        """Devices seen at their place."""
        return len(self.of("seen", "moved"))

    @property
    def due(self) -> list[Device]:
        """Devices not seen, whose absence nobody knows of."""
        return [place.device for place in self.of("due") if place.device is not None]

    @property
    def stolen(self) -> list[Device]:
        """Devices declared stolen that somebody saw here."""
        seen = [place.device for place in self.of("seen", "moved")]
        seen += [scan.device for scan in self.elsewhere]
        return [device for device in seen if device and device.state == Device.State.STOLEN]

    @property
    def expected(self) -> int:
        """Devices that should be here."""
        return self.seen + len(self.due)


def expected_devices(audit: Audit) -> list[Device]:
    """Return what should be here: what is in the cart, or stands in the school outside carts."""
    rows = Device.objects.select_related("model__category", "cart", "school")
    if audit.cart is not None:
        return list(rows.filter(cart=audit.cart).order_by("slot"))
    return list(rows.live().filter(school=audit.school).order_by("asset_tag"))


def standing_of(audit: Audit, user: User | None = None) -> Standing:
    """Return how a count stands, in few queries; as ``user`` may see it, if one is named.

    A device of elsewhere that somebody else scanned, and that ``user`` may not see, is to them
    a code that nobody knows.
    """
    scans = list(
        audit.scans.standing()
        .select_related("device__cart__school", "device__school", "device__depot", "device__model")
        .order_by("pk")
    )
    seen: dict[int, list[Scan]] = defaultdict(list)
    for scan in scans:
        if scan.device_id is not None:
            seen[scan.device_id].append(scan)
    devices = expected_devices(audit)
    here = {device.pk for device in devices}
    strangers = {pk: found[0] for pk, found in seen.items() if pk not in here}
    shown = set(strangers)
    if user is not None and strangers:
        visible = Device.objects.visible_to(user).filter(pk__in=strangers)
        shown = set(visible.values_list("pk", flat=True))
    standing = Standing(
        elsewhere=[scan for pk, scan in strangers.items() if pk in shown],
        unknown=_once(
            [s for s in scans if s.device_id is None or s.device_id in strangers.keys() - shown]
        ),
    )
    outside = Q(hand_out__cart__isnull=True)
    if audit.cart is not None:
        outside |= ~Q(hand_out__cart=audit.cart)
    items = {
        item.device_id: item
        for item in HandOutItem.objects.out()
        .filter(outside, device__in=here)
        .select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
    }
    away = items.keys() | held_among(here - seen.keys())
    away |= {device.pk for device in devices if device.is_missing}
    places = [
        Place(device.slot, _look(device.pk, marks, away), device, marks, items.get(device.pk))
        for device in devices
        for marks in [tuple(seen.get(device.pk, ()))]
    ]
    if audit.cart is not None:
        by_slot = {place.slot: place for place in places}
        last = max([audit.cart.slots, *(place.slot or 0 for place in places)])
        places = [by_slot.get(n) or Place(n, "empty") for n in range(1, last + 1)]
    standing.places = places + _displaced(audit, here | seen.keys())
    return standing


def _displaced(audit: Audit, but: set[int]) -> list[Place]:
    """Return what lost its slot to another during the count, and is still looked for."""
    moves = audit.scans.filter(displaced__isnull=False).exclude(displaced__in=but)
    found = {scan.displaced_id: scan.displaced for scan in moves.select_related("displaced__model")}
    return [Place(None, "due", device) for device in found.values() if device is not None]


def _look(device: int, scans: tuple[Scan, ...], away: set[int]) -> str:
    if scans:
        return "moved" if any(scan.moved for scan in scans) else "seen"
    return "away" if device in away else "due"


def _once(scans: list[Scan]) -> list[Scan]:
    """Keep the first of each text."""
    first: dict[str, Scan] = {}
    for scan in scans:
        first.setdefault(scan.text.casefold(), scan)
    return list(first.values())
