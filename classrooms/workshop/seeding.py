"""Demo data of the workshop: devices on the bench, claims, a model that breaks too often.

Runs after the fleet's own; keeps to what its history tells, so that it still adds up.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from typing import Any

from classrooms import rules as rules_of_faults
from classrooms.actions import leaving
from classrooms.deadlines import WorkingDays
from classrooms.models import (
    Depot,
    Device,
    FleetEvent,
    HandOutItem,
    Incident,
    IncidentNote,
)
from classrooms.workshop import rules
from classrooms.workshop.actions import notice_faults
from classrooms.workshop.models import Claim, Repair, RepairEntry, RepairPart, WorkshopTerms
from core import clock
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.journal import Actor
from core.seeding import SeedContext

DAY = dt.timedelta(days=1)
_OPEN = ("received", "diagnosed", "waiting_part", "at_supplier")
_FOUND = {
    "screen": ("Dalle fendue, tactile mort sur un tiers.", "Dalle tactile", 4200),
    "power": ("Batterie gonflée, carte saine.", "Batterie", 3100),
    "charging": ("Connecteur USB-C dessoudé.", "Connecteur de charge", 950),
    "keyboard": ("Deux touches arrachées.", "Clavier", 2400),
    "other": ("Haut-parleur gauche muet.", "Haut-parleur", 700),
}
_BATCH = 2000


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    bench = Bench(ctx)
    bench.terms()
    bench.ended()
    bench.opened()
    bench.claims()
    bench.break_a_model()
    bench.write()
    notice_faults(ctx.today)


class Bench:
    """Collects rows, the demo technician's schools first; ``write`` saves them."""

    def __init__(self, ctx: SeedContext) -> None:
        self.ctx, self.today = ctx, ctx.today
        self.rng: random.Random = ctx.rng("workshop")
        self.lucas: User = ctx.people["it_technician"]
        posts = Post.objects.filter(user=self.lucas, role=Role.IT_TECHNICIAN)
        self.uais = set(posts.values_list("scope_ref", flat=True))
        self.repairs: list[Repair] = []
        self.parts: list[RepairPart] = []
        self.entries: list[RepairEntry] = []
        self.events: list[FleetEvent] = []
        self.plans: list[tuple[str, Repair]] = []
        self.terms_now = rules.Terms()

    def at(self, day: dt.date) -> dt.datetime:
        """Return a working hour of a day, yesterday at the latest."""
        hour, minute = self.rng.randint(8, 16), self.rng.randint(0, 59)
        return clock.at(min(day, self.today - DAY), hour, minute)

    def terms(self) -> None:
        """Write the rates of last year and of this one."""
        usual = self.terms_now
        for year, hour in ((self.today.year - 1, 3_600), (self.today.year, usual.hour_cents)):
            WorkshopTerms.objects.create(
                starts_on=dt.date(year, 1, 1),
                hour_cents=hour,
                share_percent=usual.share_percent,
                floor_percent=usual.floor_percent,
                claim_days=usual.claim_days,
                alert_min=usual.alert_min,
                alert_percent=usual.alert_percent,
                decided_by=self.ctx.people["it_manager"],
            )

    def ended(self) -> None:
        """Give half of the faults mended within a year a repair, with its cost."""
        rows = Incident.objects.filter(
            outcome="repaired", closed_at__gte=clock.at(self.today - 365 * DAY, 0)
        ).select_related("device__model", "school")
        for index, incident in enumerate(rows.order_by("pk")):
            if index % 2 and incident.closed_at is not None:
                start = incident.answered_at or incident.reported_at
                repair = self._repair(incident, "done", start, incident.closed_at)
                self._event(incident, "mended", incident.closed_at)
                self.entries.append(RepairEntry(repair=repair, at=incident.closed_at, state="done"))

    def opened(self) -> None:
        """Put what is swapped out onto the bench, and the demo technician's own."""
        swapped = Incident.objects.filter(state="swapped", device__state="repair")
        rows = swapped.select_related("device__model", "device__depot", "school").order_by("pk")
        elsewhere = list(rows)
        if elsewhere:
            self._give_up(elsewhere.pop())
        for index, incident in enumerate([*self._own(), *elsewhere]):
            state = _OPEN[index % len(_OPEN)]
            start = incident.answered_at or incident.reported_at
            since = max(start, self.at(self.today - self.rng.randint(1, 5) * DAY))
            repair = self._repair(incident, state, start, None, since=since)
            if state in rules.PAUSES:
                self._pause(incident, rules.PAUSES[state], repair.state_since)

    def _own(self) -> list[Incident]:
        """Tell faults of devices that stand by themselves at the demo technician's schools.

        Two are mended there, two were taken to the workshop.
        """
        out = HandOutItem.objects.out().values("device")
        told = Incident.objects.open().values("device")
        free = Device.objects.filter(state="in_use", school__uai__in=self.uais)
        free = free.exclude(pk__in=out).exclude(pk__in=told)
        rows = free.select_related("model", "school").order_by("-purchased_on", "pk")[:4]
        days = WorkingDays(self.today - 60 * DAY, self.today)
        found = []
        for index, device in enumerate(rows):
            kind = ("screen", "charging", "power", "keyboard")[index]
            day = self.today - (28 - 5 * index) * DAY
            at, taken = self.at(day), self.at(day + 2 * DAY)
            incident = Incident.objects.create(
                device=device,
                school=device.school,
                kind=kind,
                description="",
                priority=rules_of_faults.priority_of(kind),
                state=Incident.State.IN_PROGRESS,
                reported_at=at,
                answered_at=taken,
                handler=self.lucas,
                **days.promises(day, rules_of_faults.priority_of(kind)),
            )
            self._event(incident, "reported", at, {"state": ["in_use", "broken"]})
            self._event(incident, "taken_on", taken)
            device.state = Device.State.BROKEN
            if index >= 2:
                self._carry(incident, taken)
            Device.objects.filter(pk=device.pk).update(
                state=device.state, school=device.school, depot=device.depot
            )
            found.append(incident)
        return found

    def _carry(self, incident: Incident, at: dt.datetime) -> None:
        device, depot = incident.device, Depot.objects.order_by("code").first()
        changes: dict[str, list[Any]] = {
            "state": ["broken", "repair"],
            "school": [device.school_id, None],
            "depot": [None, depot.pk if depot else None],
        }
        self._event(incident, "moved", at, changes)
        device.state, device.school, device.depot = Device.State.REPAIR, None, depot

    def _elsewhere(self, row: Repair) -> bool:
        """Tell whether something is at a school that the demo technician does not see."""
        return row.school is None or row.school.uai not in self.uais

    def _repair(
        self,
        incident: Incident,
        state: str,
        start: dt.datetime,
        end: dt.datetime | None,
        since: dt.datetime | None = None,
    ) -> Repair:
        found, label, cents = _FOUND.get(incident.kind, _FOUND["other"])
        known = state != "received"
        worked = end is not None or state in ("waiting_part", "at_supplier")
        minutes = self.rng.choice((10, 15, 25, 40)) if worked else 0
        parts = cents if end is not None else 0
        quote = self.rng.choice((4_900, 6_500, 8_900)) if state == "at_supplier" else None
        hour = self.terms_now.hour_cents
        repair = Repair(
            device=incident.device,
            incident=incident,
            school=incident.school,
            depot=incident.device.depot if end is None else None,
            state=state,
            state_since=end or since or start,
            diagnosis=found if known else "",
            opened_at=start,
            opened_by_id=incident.handler_id,
            minutes=minutes,
            quote_cents=quote,
            quote_supplier="Répar’Littoral" if quote else "",
            quote_ref=f"D-{self.rng.randint(1000, 9999)}" if quote else "",
            closed_at=end,
            hour_cents=hour if end else None,
            parts_cents=parts if end else None,
            cost_cents=parts + rules.labour_cents(minutes, hour) if end else None,
        )
        self.repairs.append(repair)
        line = {"repair": repair, "author_id": incident.handler_id}
        self.entries.append(RepairEntry(at=start, state="received", **line))
        if known:
            self.entries.append(RepairEntry(at=start, state="diagnosed", text=found, **line))
        if minutes:
            self.entries.append(
                RepairEntry(at=repair.state_since, minutes=minutes, text="Démontage", **line)
            )
        if state in ("waiting_part", "at_supplier"):
            self.entries.append(RepairEntry(at=repair.state_since, state=state, **line))
        if parts:
            self.parts.append(
                RepairPart(at=repair.state_since, label=label, unit_cents=cents, **line)
            )
        return repair

    def _pause(self, incident: Incident, pause: str, since: dt.datetime) -> None:
        Incident.objects.filter(pk=incident.pk).update(
            pause=pause, paused_on=clock.service_day(since)
        )
        IncidentNote.objects.create(
            incident=incident,
            at=since,
            kind=IncidentNote.Kind.PAUSED,
            author_id=incident.handler_id,
            text=str(Incident.Pause(pause).label),
        )

    def _give_up(self, incident: Incident) -> None:
        """End one badly: a fault of another school, whose device's writing off is proposed."""
        device, end = incident.device, self.at(self.today - 2 * DAY)
        if device.depot is None:
            return
        start = incident.answered_at or incident.reported_at
        repair = self._repair(incident, "given_up", start, max(end, start))
        self.entries.append(
            RepairEntry(repair=repair, at=end, state="given_up", text="Carte mère oxydée.")
        )
        Incident.objects.filter(pk=incident.pk).update(
            state="closed", outcome="retired", closed_at=repair.closed_at
        )
        change = {"condition": [device.condition, "damaged"]}
        self._event(incident, "settled", repair.closed_at or end, change)
        device.condition = Device.Condition.DAMAGED
        Device.objects.filter(pk=device.pk).update(condition=device.condition)
        leaving.worn_out(by=Actor(user=self.lucas), device=device, incident=incident)

    def claims(self) -> None:
        """Write a claim that waits too long, one that is ready to leave, two that were answered."""
        today = self.today
        bench = [
            repair
            for repair in self.repairs
            if rules.under_warranty(repair.device.warranty_end, today)
        ]
        bench.sort(key=self._elsewhere)
        waiting = [repair for repair in bench if repair.closed_at is None]
        past = [repair for repair in bench if repair.state == "done"]
        plans = [*zip(("sent", "prepared"), waiting, strict=False)]
        plans += [*zip(("refused", "replaced"), past, strict=False)]
        self.plans = plans

    def _claim(self, state: str, repair: Repair) -> None:
        device, day = repair.device, self.today - self.rng.randint(18, 30) * DAY
        at = self.at(day)
        claim = Claim(
            device=device,
            repair=repair,
            incident=repair.incident,
            school=repair.school,
            maker=device.model.maker,
            fault=repair.diagnosis or "L’appareil ne s’allume plus.",
            state=state,
            opened_at=at,
            opened_by=self.lucas,
            serial_before=device.serial,
        )
        changes: dict[str, list[Any]] = {}
        if state != "prepared":
            claim.sent_on = day
            claim.reference = f"SAV-{self.rng.randint(10_000, 99_999)}"
        if state in ("refused", "replaced"):
            claim.answered_on = day + 9 * DAY
            claim.closed_at = at = self.at(day + 9 * DAY)
            claim.answer = "Trace de choc : hors garantie." if state == "refused" else ""
        if state == "replaced":
            claim.serial_after = f"{device.serial[:-3]}R{self.rng.randint(10, 99)}"
            changes["serial"] = [device.serial, claim.serial_after]
            Device.objects.filter(pk=device.pk).update(serial=claim.serial_after)
        claim.save()
        if repair.incident is not None:
            self._event(repair.incident, "claimed", at, changes)

    def break_a_model(self) -> None:
        """Let one model's chargers fail as often as no model's should; one device, three times."""
        since = self.today - 75 * DAY
        recent = FleetEvent.objects.filter(at__gte=clock.at(since - DAY, 0)).values("device")
        rows = (
            Device.objects.filter(state="in_use", cart__isnull=False)
            .exclude(pk__in=recent)
            .select_related("model", "cart__school")
        )
        quiet = list(rows.order_by("pk"))
        sizes = Counter(Device.objects.live().values_list("model", flat=True))
        models = Counter(device.model_id for device in quiet)
        able = [(sizes[pk], pk) for pk, count in models.items() if count > _needed(sizes[pk]) + 1]
        if not able:
            return
        _size, model = min(able)
        devices = [device for device in quiet if device.model_id == model]
        devices.sort(key=lambda d: d.cart is None or _uai(d) not in self.uais)
        days = WorkingDays(since - 30 * DAY, self.today)
        for index, device in enumerate(devices[: _needed(sizes[model])]):
            for turn in range(3 if index == 0 else 1):
                self._fault(device, since + (turn * 20 + self.rng.randint(0, 12)) * DAY, days)

    def _fault(self, device: Device, day: dt.date, days: WorkingDays) -> None:
        at, end = self.at(day), self.at(day + 4 * DAY)
        incident = Incident.objects.create(
            device=device,
            school=device.current_school,
            cart=device.cart,
            slot=device.slot,
            kind=Incident.Kind.CHARGING,
            description="Le connecteur bouge, la charge s’arrête.",
            priority=Incident.Priority.NORMAL,
            state=Incident.State.CLOSED,
            reported_at=at,
            answered_at=max(at, self.at(day + DAY)),
            closed_at=max(end, at),
            outcome=Incident.Outcome.REPAIRED,
            **days.promises(day, 2),
        )
        self._event(incident, "reported", at, {"state": ["in_use", "broken"]})
        self._event(incident, "settled", max(end, at), {"state": ["broken", "in_use"]})

    def _event(
        self,
        incident: Incident,
        kind: str,
        at: dt.datetime,
        changes: dict[str, list[Any]] | None = None,
    ) -> None:
        self.events.append(
            FleetEvent(
                at=at,
                kind=kind,
                device=incident.device,
                school=incident.school,
                cart=incident.cart,
                incident=incident,
                actor_id=incident.handler_id,
                changes=changes or {},
            )
        )

    def write(self) -> None:
        """Save what was collected."""
        Repair.objects.bulk_create(self.repairs, batch_size=_BATCH)
        RepairPart.objects.bulk_create(self.parts, batch_size=_BATCH)
        RepairEntry.objects.bulk_create(self.entries, batch_size=_BATCH)
        for state, repair in self.plans:
            self._claim(state, repair)
        self.events.sort(key=lambda event: event.at)
        FleetEvent.objects.bulk_create(self.events, batch_size=_BATCH)


def _needed(fleet: int) -> int:
    """Return how many faults make an alert, and two more."""
    terms = rules.Terms()
    return max(terms.alert_min, math.ceil(fleet * terms.alert_percent / 100)) + 2


def _uai(device: Device) -> str:
    school = device.current_school
    return school.uai if school is not None else ""
