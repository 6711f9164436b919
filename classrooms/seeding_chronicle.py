"""Five years of the fleet's life, told event by event so that they add up to today."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from classrooms import rules
from classrooms.deadlines import WorkingDays
from classrooms.models import (
    Cart,
    Depot,
    Device,
    FleetEvent,
    HandOut,
    HandOutItem,
    Incident,
)
from classrooms.models.history import TOLD, plain
from classrooms.seeding_models import BATCH, PROBLEMS, Numbers
from core import clock
from enrolment.schools.models import ClassGroup, School

DAY = dt.timedelta(days=1)
_DAMAGE = ("screen", "power", "charging", "keyboard")


@dataclass
class Staff:
    """Account numbers of who acts at a school."""

    technicians: dict[str, int]
    teachers: dict[int, int]
    classes: dict[int, list[ClassGroup]]

    def technician(self, school: School | None) -> int | None:
        """Return the technician of a school, if it has one."""
        return self.technicians.get(school.uai) if school else None

    def teacher(self, school: School, rng: random.Random) -> int | None:
        """Return one of the teachers of a school."""
        known = [
            self.teachers[g.pk] for g in self.classes.get(school.pk, ()) if g.pk in self.teachers
        ]
        return rng.choice(known) if known else None


@dataclass
class Chronicle:
    """Collects what happened; ``write`` saves it in order."""

    today: dt.date
    rng: random.Random
    numbers: Numbers
    staff: Staff
    hand_outs: list[HandOut] = field(default_factory=list)
    items: list[HandOutItem] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    events: list[FleetEvent] = field(default_factory=list)

    @cached_property
    def days(self) -> WorkingDays:
        """The school calendar of the years told, read once."""
        return WorkingDays(self.today - 366 * 7 * DAY, self.today)

    def at(self, day: dt.date) -> dt.datetime:
        """Return a working hour of a day, yesterday at the latest."""
        day = min(day, self.today - DAY)
        return clock.at(day, self.rng.randint(8, 16), self.rng.randint(0, 59))

    def tell(
        self,
        device: Device,
        kind: str,
        at: dt.datetime,
        changes: dict[str, tuple[Any, Any]] | None = None,
        **where: Any,
    ) -> None:
        """Add one event. ``changes`` gives each field before and after."""
        pairs = {name: [plain(old), plain(new)] for name, (old, new) in (changes or {}).items()}
        school = where.pop("school", device.current_school)
        actor = where.pop("actor_id", self.staff.technician(school))
        self.events.append(
            FleetEvent(
                at=at,
                kind=kind,
                device=device,
                school=school,
                cart=where.pop("cart", device.cart),
                actor_id=actor,
                via="web",
                changes=pairs,
                **where,
            )
        )

    def enter(self, device: Device, depot: Depot) -> dt.date:
        """Tell that a device was bought and received at the workshop; return the day."""
        day = (device.purchased_on or self.today - 30 * DAY) + 9 * DAY
        changes: dict[str, tuple[Any, Any]] = dict.fromkeys(TOLD, (None, None))
        changes |= {
            "state": (None, Device.State.SPARE),
            "condition": (None, Device.Condition.NEW),
            "depot": (None, depot),
        }
        self.tell(device, FleetEvent.Kind.ENTERED, self.at(day), changes, school=None, cart=None)
        return day

    def place(self, device: Device, depot: Depot, day: dt.date, place: dict[str, Any]) -> None:
        """Tell that it left the workshop for a slot or a school."""
        changes: dict[str, tuple[Any, Any]] = {
            "state": (Device.State.SPARE, Device.State.IN_USE),
            "depot": (depot, None),
        }
        changes |= {name: (None, value) for name, value in place.items() if value is not None}
        cart: Cart | None = place.get("cart")
        school = cart.school if cart else place.get("school")
        self.tell(device, FleetEvent.Kind.MOVED, self.at(day), changes, school=school, cart=cart)

    def past_years(self, cart: Cart, devices: list[Device], since: dt.date) -> None:
        """Tell each school year's hand-out of a cart and its return in July."""
        school = cart.school
        if school is None or not devices:
            return
        for year in range(since.year, self.today.year + 1):
            out_day = dt.date(year, 9, 12) + self.rng.randint(0, 20) * DAY
            back_day = dt.date(year + 1, 6, 28) + self.rng.randint(0, 6) * DAY
            if out_day <= since or back_day > self.today - 75 * DAY:
                continue
            hand_out = self.open(school, cart, out_day, due_on=dt.date(year + 1, 7, 4))
            back = self.at(back_day)
            hand_out.state, hand_out.closed_at = HandOut.State.CLOSED, back
            for device in devices:
                self.hand(hand_out, device, hand_out.handed_at)
                self.items[-1].returned_at, self.items[-1].outcome = back, "good"
                worn = self._wear(device, back_day)
                self.tell(device, FleetEvent.Kind.RETURNED, back, worn, hand_out=hand_out)

    def _wear(self, device: Device, day: dt.date) -> dict[str, tuple[Any, Any]]:
        """Note in a July inspection that a device is no longer new, or that it is worn."""
        age = day - (device.purchased_on or day)
        before = device.condition
        if age > 4 * 360 * DAY:
            device.condition = Device.Condition.WORN
        elif age > 200 * DAY:
            device.condition = Device.Condition.GOOD
        return {} if before == device.condition else {"condition": (before, device.condition)}

    def inspect(self, device: Device) -> None:
        """Tell the inspection of a device that stands by itself."""
        day = self.today - self.rng.randint(60, 120) * DAY
        changes = self._wear(device, day)
        if changes:
            self.tell(device, FleetEvent.Kind.CHANGED, self.at(day), changes)

    def open(
        self, school: School, cart: Cart | None, day: dt.date, due_on: dt.date, **holder: Any
    ) -> HandOut:
        """Start a hand-out, to the school itself unless told."""
        hand_out = HandOut(
            public_id=self.numbers.uuid(),
            school=school,
            cart=cart,
            handed_at=self.at(day),
            handed_by_id=self.staff.technician(school),
            due_on=due_on,
            **({"holder": HandOut.Holder.SCHOOL} | holder),
        )
        self.hand_outs.append(hand_out)
        return hand_out

    def hand(
        self, hand_out: HandOut, device: Device, at: dt.datetime, slot: int | None = None
    ) -> None:
        """Put a device into a hand-out, and tell it."""
        self.join(hand_out, device, at, slot)
        self.tell(device, FleetEvent.Kind.HANDED_OUT, at, hand_out=hand_out)

    def join(
        self, hand_out: HandOut, device: Device, at: dt.datetime, slot: int | None = None
    ) -> None:
        """Put a device into a hand-out without telling it: another event does."""
        self.items.append(
            HandOutItem(hand_out=hand_out, device=device, slot=slot or device.slot, out_at=at)
        )

    def past_incident(self, device: Device, since: dt.date) -> None:
        """Tell a fault that was mended where the device stands."""
        school = device.current_school
        span = (self.today - 20 * DAY - since).days
        if school is None or span < 40:
            return
        day = since + self.rng.randint(20, span) * DAY
        kind, text = self.rng.choice(PROBLEMS[:-1])
        incident = self.report(device, kind, text, day, school)
        end = self.at(day + self.rng.randint(2, 18) * DAY)
        incident.state, incident.closed_at = Incident.State.CLOSED, end
        incident.outcome = (
            Incident.Outcome.NOTHING if self.rng.random() < 0.2 else Incident.Outcome.REPAIRED
        )
        incident.handler_id = self.staff.technician(school)
        taken = clock.service_day(incident.reported_at) + self.rng.randint(0, 4) * DAY
        incident.answered_at = min(max(self.at(taken), incident.reported_at), end)
        after = rules.state_after_report(Device.State.IN_USE, kind)
        changes = {} if after == Device.State.IN_USE else {"state": (after, Device.State.IN_USE)}
        self.tell(device, FleetEvent.Kind.SETTLED, end, changes, incident=incident)

    def report(
        self,
        device: Device,
        kind: str,
        text: str,
        day: dt.date,
        school: School,
        **where: Any,
    ) -> Incident:
        """Tell that a teacher of the school reported a fault."""
        at = self.at(day)
        cart: Cart | None = where.get("cart", device.cart)
        priority = rules.priority_of(kind)
        incident = Incident(
            public_id=self.numbers.uuid(),
            device=device,
            school=school,
            cart=cart,
            slot=where.get("slot", device.slot),
            kind=kind,
            description=text,
            priority=priority,
            reporter_id=where.get("reporter_id") or self.staff.teacher(school, self.rng),
            reported_at=at,
            **self.days.promises(day, priority),
        )
        self.incidents.append(incident)
        after = rules.state_after_report(Device.State.IN_USE, kind)
        changes = {} if after == Device.State.IN_USE else {"state": (Device.State.IN_USE, after)}
        self.tell(
            device,
            FleetEvent.Kind.REPORTED,
            at,
            changes,
            incident=incident,
            school=school,
            cart=cart,
            actor_id=incident.reporter_id,
        )
        return incident

    def write(self) -> None:
        """Save everything, events in the order of time."""
        HandOut.objects.bulk_create(self.hand_outs, batch_size=BATCH)
        Incident.objects.bulk_create(self.incidents, batch_size=BATCH)
        HandOutItem.objects.bulk_create(self.items, batch_size=BATCH)
        self.events.sort(key=lambda event: event.at)
        FleetEvent.objects.bulk_create(self.events, batch_size=BATCH)
