"""Devices that may be proposed, devices on their way out, and how far each is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from classrooms import rules as fleet_rules
from classrooms.models import Device, DeviceModel
from classrooms.queries.devices import printable, search
from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure, LotLine, OldSystem, Wipe
from core.accounts.models import User

_PLACES = ("cart__school", "cart__depot", "school", "depot")

#: Steps of the list, by their code in the address.
STEPS = ("collect", "bench", "verify", "decided", "gone", "kept")


def candidates(user: User, reason: str, today: dt.date) -> QuerySet[Any]:
    """Return the devices that a reason points out and nobody has proposed, oldest first."""
    standing = Departure.objects.standing().filter(device=OuterRef("pk"))
    devices: QuerySet[Any] = (
        Device.objects.visible_to(user)
        .live()
        .filter(~Exists(standing))
        .select_related("model__category", *_PLACES)
        .order_by("purchased_on", "asset_tag")
    )
    if reason == Departure.Reason.LOST:
        return devices.filter(state__in=fleet_rules.MISSING)
    devices = devices.exclude(state__in=fleet_rules.MISSING)
    if reason == Departure.Reason.SYSTEM:
        return devices.filter(_any(_outdated()))
    return devices.filter(_any(_past_life(today)))


def _outdated() -> list[Q]:
    rows = OldSystem.objects.order_by("pk")
    return [Q(model__category=row.category_id, os_version=row.version) for row in rows]


def _past_life(today: dt.date) -> list[Q]:
    """Return one condition a model: bought so long ago that its expected life is over."""
    return [
        Q(model=pk, purchased_on__lte=fleet_rules.add_months(today, -life))
        for pk, life in DeviceModel.objects.order_by("pk").values_list("pk", "life_months")
    ]


def _any(conditions: list[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _of(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Departure.objects.visible_to(user)
    return rows.select_related(
        "device__model__category", *(f"device__{place}" for place in _PLACES), "triage", "sitting"
    )


_AT_WORKSHOP = Q(device__depot__isnull=False) | Q(device__cart__depot__isnull=False)
_BY_STEP = {
    "collect": Q(state="proposed") & ~_AT_WORKSHOP,
    "bench": Q(state="proposed") & _AT_WORKSHOP,
    "verify": Q(
        device__in=Wipe.objects.filter(result="waiting").values("device"),
        state__in=["proposed", "decided"],
    ),
    "decided": Q(state="decided"),
    "gone": Q(state="gone"),
    "kept": Q(state__in=["refused", "reused"]),
}


def departures(user: User, step: str, text: str = "") -> QuerySet[Any]:
    """Return the departures of a step one may see, with what a row shows."""
    wipes = Wipe.objects.passed().filter(
        device=OuterRef("device"), done_at__gte=OuterRef("proposed_at")
    )
    line = LotLine.objects.standing().filter(device=OuterRef("device"))
    rows = _of(user).filter(_BY_STEP[step]).annotate(wiped=Exists(wipes), in_lot=Exists(line))
    if text := printable(text):
        rows = rows.filter(device__in=Device.objects.filter(search(text)).values("pk"))
    last_first = step in ("gone", "kept")
    ordered: QuerySet[Any] = rows.order_by("-ended_at" if last_first else "proposed_at", "pk")
    return ordered


def counts(user: User) -> dict[str, int]:
    """Return how many departures stand at each step, in one query."""
    found: dict[str, int] = Departure.objects.visible_to(user).aggregate(
        **{step: Count("pk", filter=_BY_STEP[step]) for step in STEPS}
    )
    return found


def pending(user: User) -> QuerySet[Any]:
    """Return what a sitting can decide: in the workshop, or lost."""
    return (
        _of(user)
        .filter(_AT_WORKSHOP | Q(device__state__in=fleet_rules.MISSING), state="proposed")
        .order_by("reason", "device__asset_tag")
    )


def ready_for(user: User, destination: str) -> tuple[list[Departure], list[Departure]]:
    """Return written-off devices meant for a destination that no lot holds.

    First those that may leave as they are, then those whose data are still to be removed.
    """
    line = LotLine.objects.standing().filter(device=OuterRef("device"))
    rows: list[Departure] = list(
        _of(user)
        .filter(~Exists(line), state="decided", destination=destination)
        .order_by("device__asset_tag")
    )
    wipes = Wipe.objects.passed().filter(
        device__in=[row.device_id for row in rows], category__in=rules.FOR_LEAVING
    )
    latest: dict[int, Wipe] = {wipe.device_id: wipe for wipe in wipes.order_by("done_at", "pk")}
    ready: list[Departure] = []
    waiting: list[Departure] = []
    for row in rows:
        wipe = latest.get(row.device_id)
        clean = rules.is_clean(
            row.media,
            wipe.done_at if wipe else None,
            wipe.category if wipe else "",
            row.last_used_at,
            leaving=True,
        )
        (ready if clean else waiting).append(row)
    return ready, waiting
