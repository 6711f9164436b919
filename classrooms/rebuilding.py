"""What the history says of every device, folded in bulk and held against the rows.

The history is the truth, rows are its sum: where they differ, rows follow. Devices are
taken by batches of their numbers and their events in one ordered read, so that memory does
not grow with the fleet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min

from classrooms.actions.history import lock_devices
from classrooms.models import Device, FleetEvent
from classrooms.models.history import CARD, TOLD
from core import journal
from core.journal import Actor

#: Devices read at once.
BATCH = 1_000
#: Added to slots while devices exchange them, so that no two share one.
_ASIDE = 10_000
#: What events tell; the system is also measured every day, and that is not history.
_FIELDS = tuple(name for name in (*TOLD, *CARD) if name != "os_version")
_LINKS = frozenset({"cart", "school", "depot", "model"})
_DAYS = frozenset({"purchased_on", "warranty_end"})


@dataclass(frozen=True)
class Difference:
    """One fact of one device on which row and history disagree."""

    field: str
    row: Any
    told: Any


@dataclass
class Finding:
    """What is wrong with one device.

    ``gaps`` are numbers of events whose value before is not what the events before them
    lead to: something changed without being told, even if it was changed back.
    """

    device: int
    tag: str
    differences: list[Difference] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)


@dataclass
class Count:
    """How much was read."""

    devices: int = 0
    events: int = 0


def fold(changes: Iterable[tuple[int, dict[str, list[Any]]]]) -> tuple[dict[str, Any], list[int]]:
    """Return what a device's events, in order, lead to; and which do not follow from the others.

    What no event tells stays out: it is not known, and not wrong.
    """
    known: dict[str, Any] = {}
    gaps = []
    for number, pairs in changes:
        for name, (before, after) in pairs.items():
            if known.get(name, before) != before:
                gaps.append(number)
            known[name] = after
    return known, gaps


def findings(count: Count | None = None) -> Iterator[Finding]:
    """Yield every device on which rows and history disagree, by number.

    Nothing is locked while all is read; what seems to differ is read again under its lock,
    for somebody may just have changed it.
    """
    count = count or Count()
    ends = Device.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        for finding in _batch(start, start + BATCH, count):
            with transaction.atomic():
                if lock_devices([finding.device]):
                    yield from _batch(finding.device, finding.device + 1, Count())


def _batch(start: int, end: int, count: Count) -> Iterator[Finding]:
    told = _told(start, end, count)
    rows = Device.objects.filter(pk__gte=start, pk__lt=end).order_by("pk")
    for row in rows.values("pk", *_FIELDS):
        count.devices += 1
        known, gaps = told.get(row["pk"], ({}, []))
        finding = Finding(row["pk"], row["asset_tag"], _differences(row, known), gaps)
        if finding.differences or finding.gaps:
            yield finding


def _told(start: int, end: int, count: Count) -> dict[int, tuple[dict[str, Any], list[int]]]:
    """Return what the events of a batch of devices lead to."""
    events = (
        FleetEvent.objects.filter(device__gte=start, device__lt=end)
        .exclude(changes={})
        .order_by("device", "at", "pk")
        .values_list("device", "pk", "changes")
    )
    folded = {}
    for device, rows in groupby(events.iterator(chunk_size=5_000), key=itemgetter(0)):
        mine = [(pk, changes) for _device, pk, changes in rows]
        count.events += len(mine)
        folded[device] = fold(mine)
    return folded


def _differences(row: dict[str, Any], known: dict[str, Any]) -> list[Difference]:
    found = []
    for name in _FIELDS:
        if name not in known:
            continue
        value = row[name].isoformat() if name in _DAYS and row[name] else row[name]
        if value != known[name]:
            found.append(Difference(name, value, known[name]))
    return found


def mend(wrong: Sequence[Finding], *, by: Actor) -> list[Finding]:
    """Let rows follow their history, each read again under its lock; return what could not.

    Those whose slot another row holds are mended together at the end: they may hold each
    other's. Journalled with the names of the facts, not their values.
    """
    stuck = []
    for finding in wrong:
        try:
            with transaction.atomic():
                lock_devices([finding.device])
                _follow(finding.device, by)
        except IntegrityError:
            stuck.append(finding)
    try:
        with transaction.atomic():
            pks = [finding.device for finding in stuck]
            lock_devices(pks)
            moved = [f.device for f in stuck if any(d.field == "slot" for d in f.differences)]
            aside = Device.objects.filter(pk__in=moved, slot__isnull=False)
            aside.update(slot=F("slot") + _ASIDE)
            for pk in pks:
                _follow(pk, by)
    except IntegrityError:
        return stuck
    return []


def _follow(pk: int, by: Actor) -> None:
    events = FleetEvent.objects.filter(device=pk).exclude(changes={}).order_by("at", "pk")
    known, _gaps = fold(events.values_list("pk", "changes"))
    device = Device.objects.get(pk=pk)
    row = Device.objects.values("pk", *_FIELDS).get(pk=pk)
    wrong = {found.field: found.told for found in _differences(row, known)}
    if wrong:
        Device.objects.filter(pk=pk).update(**{_column(name): wrong[name] for name in wrong})
        journal.record(by, "device.rebuild", device, fields=sorted(wrong))


def _column(name: str) -> str:
    return f"{name}_id" if name in _LINKS else name
