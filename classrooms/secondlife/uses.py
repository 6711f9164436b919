"""When devices last served somebody, and whether data of that time were removed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max, Q

from classrooms.models import Device, FleetEvent
from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure, Wipe
from classrooms.stock.models import StockMovement

#: Events after which a device may hold somebody's data: it served, or came back from serving.
_SERVED = Q(changes__state__0="in_use") | Q(changes__state__1="in_use")
_HANDED = Q(kind__in=[FleetEvent.Kind.HANDED_OUT, FleetEvent.Kind.RETURNED])


def last_uses(devices: Iterable[int]) -> dict[int, dt.datetime]:
    """Return the last instant at which each device served somebody, if its history knows one."""
    rows = (
        FleetEvent.objects.filter(_SERVED | _HANDED, device__in=list(devices))
        .order_by()
        .values("device")
        .annotate(last=Max("at"))
    )
    return {row["device"]: row["last"] for row in rows}


def last_use(device: Device) -> dt.datetime | None:
    """Return the last instant at which one device served somebody."""
    return last_uses([device.pk]).get(device.pk)


def clean_wipe(device: Device, *, leaving: bool, since: dt.datetime | None) -> Wipe | None:
    """Return the verified wipe that makes a device clean after ``since``, if there is one."""
    wipes = Wipe.objects.passed().filter(device=device)
    if leaving:
        wipes = wipes.filter(category__in=rules.FOR_LEAVING)
    if since is not None:
        wipes = wipes.filter(done_at__gt=since)
    found: Wipe | None = wipes.order_by("-done_at", "-pk").first()
    return found


def known_tools() -> list[str]:
    """Return the names of erasing tools noted lately, so that one tool keeps one name."""
    latest = Wipe.objects.order_by().values("tool").annotate(last=Max("done_at")).order_by("-last")
    return [row["tool"] for row in latest[:12]]


def part_ref(departure: Departure, ref: str) -> str:
    """Return the reference of a stock movement that belongs to a device's file."""
    return f"bench:{departure.pk}:{ref}"[:60]


def parts_of(departure: Departure) -> list[StockMovement]:
    """Return the pieces of the stock that are in a device: taken for it, and not put back."""
    taken = StockMovement.objects.filter(ref__startswith=part_ref(departure, ""))
    rows = list(taken.select_related("item").order_by("pk"))
    backs = {f"back:{row.pk}": row.pk for row in rows}
    gone = StockMovement.objects.filter(ref__in=backs).values_list("ref", flat=True)
    back = {backs[ref] for ref in gone}
    return [row for row in rows if row.pk not in back]


def must_destroy(device: Device, since: dt.datetime | None) -> bool:
    """Tell whether a wipe failed since the last use: what cannot be erased is destroyed."""
    failed = Wipe.objects.filter(device=device, result=Wipe.Result.FAILED)
    if since is not None:
        failed = failed.filter(done_at__gt=since)
    return failed.exists()


def since_of(departure: Departure) -> dt.datetime | None:
    """Return after which instant a wipe counts: fixed at the decision, looked up before."""
    if departure.decided_at is not None:
        return departure.last_used_at
    return last_use(departure.device)
