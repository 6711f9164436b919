"""Demo data of the second life: a lot given last year, another recycled, devices at each step.

What left the city is added to the fleet's devices (old ones, written off); what is on the
bench or proposed is taken from it, and its history goes on.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

from classrooms.models import Depot, Device, DeviceModel, FleetEvent, HandOutItem, Incident
from classrooms.models.history import TOLD
from classrooms.secondlife.models import (
    Departure,
    Lot,
    LotLine,
    OldSystem,
    Recipient,
    Sitting,
    Triage,
    Wipe,
)
from classrooms.secondlife.seeding_parts import Life, recipients, worth
from classrooms.seeding_models import Numbers
from core import clock
from core.seeding import SeedContext
from enrolment.schools.models import School

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
_GOOD = {code: "good" for code, _label in Triage.Test.choices}


class Story:
    """Writes the demo's second life."""

    def __init__(self, ctx: SeedContext) -> None:
        self.ctx, self.today = ctx, ctx.today
        self.rng: random.Random = ctx.rng("secondlife")
        self.numbers = Numbers(ctx.rng("secondlife-numbers"))
        self.technician = ctx.people["it_technician"]
        self.manager = ctx.people["it_manager"]
        self.depot = Depot.objects.order_by("code")[0]
        self.school: School = ctx.marks["lina_school"]
        self.models = {
            code: DeviceModel.objects.filter(category__code=code).order_by("pk")[0]
            for code in ("tablet", "laptop")
        }
        self._sittings: dict[int, int] = {}

    def at(self, day: dt.date, hour: int = 10) -> dt.datetime:
        """Return a working hour of a day, yesterday at the latest."""
        return clock.at(min(day, self.today - DAY), hour, self.rng.randint(0, 59))

    def run(self) -> None:
        """Write everything."""
        centre, homework, recycler = recipients()
        last, before = self.today.year - 1, self.today.year - 2
        spring = self._sitting(dt.date(last, 3, 18))
        gift = self._gone(spring, "tablet", 6, "give", dt.date(last, 6, 12))
        self._lot(centre, gift, dt.date(last, 6, 12), signed="Farida Belkacem, directrice")
        waste = self._gone(spring, "laptop", 4, "recycle", dt.date(last, 9, 23))
        self._lot(recycler, waste, dt.date(last, 9, 23), slip=f"BSD-{last}-PM-0417", grams=7_650)
        winter = self._sitting(dt.date(last, 12, 4))
        given = self._gone(winter, "tablet", 3, "give", dt.date(last + 1, 2, 6))
        self._lot(homework, given, dt.date(last + 1, 2, 6), signed="Yanis Moreau, président")
        stock = self._gone(winter, "tablet", 3, "give", None)
        self._fail(self._gone(winter, "laptop", 1, "recycle", None, wiped=False)[0])
        self._lot(centre, stock[:2], None)
        autumn = self._sitting(dt.date(before, 10, 9))
        old = self._gone(autumn, "tablet", 2, "give", dt.date(before, 11, 20))
        self._lot(homework, old, dt.date(before, 11, 20), signed="Yanis Moreau, président")
        worn = self._gone(autumn, "laptop", 3, "recycle", dt.date(before, 12, 3))
        self._lot(recycler, worn, dt.date(before, 12, 3), slip=f"BSD-{before}-PM-0093", grams=5_900)
        self._renewed()
        self._bench()
        self._proposed()
        Sitting.objects.create(
            public_id=self.numbers.uuid(),
            number=self._number(self.today),
            held_on=self.today,
            present="Inès Morvan, responsable du parc ; Lucas Ferrand, technicien",
            held_by=self.manager,
        )
        category = self.models["tablet"].category
        OldSystem.objects.create(category=category, version="13", since=self.today - 200 * DAY)

    def _number(self, day: dt.date) -> str:
        self._sittings[day.year] = self._sittings.get(day.year, 0) + 1
        return f"REF-{day.year}-{self._sittings[day.year]:03d}"

    def _sitting(self, day: dt.date) -> Sitting:
        return Sitting.objects.create(
            public_id=self.numbers.uuid(),
            number=self._number(day),
            held_on=day,
            present="Inès Morvan, responsable du parc ; Lucas Ferrand, technicien",
            state=Sitting.State.CLOSED,
            held_by=self.manager,
            closed_at=self.at(day, 16),
        )

    def _gone(
        self,
        sitting: Sitting,
        category: str,
        count: int,
        destination: str,
        left: dt.date | None,
        *,
        wiped: bool = True,
    ) -> list[Departure]:
        """Add devices that served eight years, were wiped and written off; return their files."""
        made = []
        held = sitting.held_on
        for _turn in range(count):
            life = self._served(category, held.year - 8, held - 40 * DAY)
            if wiped:
                wipe = self._wipe(life.device, self.at(held - 12 * DAY, 9))
                life.tell(FleetEvent.Kind.WIPED, wipe.done_at + 3 * HOUR, self.manager)
            decided = self.at(held, 11)
            life.tell(FleetEvent.Kind.CHANGED, decided, self.manager, state="retired")
            departure = self._departure(life.device, sitting, decided, destination)
            if left is not None:
                kind = "given" if destination == "give" else "recycled"
                departure.state, departure.ended_at = Departure.State.GONE, self.at(left, 15)
                life.tell(kind, departure.ended_at, self.manager)
            departure.last_used_at = self.at(held - 40 * DAY, 15)
            departure.save()
            life.device.save()
            if destination == "give":
                self._graded(departure, self.rng.choice("AB"), held - 20 * DAY)
            FleetEvent.objects.bulk_create(life.events)
            made.append(departure)
        return made

    def _served(self, category: str, year: int, back: dt.date) -> Life:
        """Add a device that served a school and came back to the workshop."""
        model = self.models[category]
        bought = dt.date(year, 5, self.rng.randint(2, 27))
        device = Device.objects.create(
            asset_tag=self.numbers.tag(year).replace("PM-", "PM-R"),
            serial=self.numbers.serial(),
            model=model,
            state=Device.State.SPARE,
            condition=Device.Condition.NEW,
            depot=self.depot,
            purchased_on=bought,
            cost_cents=model.price_cents,
            os_version="11" if category == "tablet" else "18.04",
            label_token=self.numbers.token(),
            created_at=self.at(bought),
        )
        life = Life(device)
        new = {"state": "spare", "condition": "new", "depot": self.depot}
        empty: dict[str, Any] = dict.fromkeys(TOLD)
        life.tell(FleetEvent.Kind.ENTERED, self.at(bought + 9 * DAY), None, **(empty | new))
        life.tell(
            FleetEvent.Kind.MOVED,
            self.at(bought + 60 * DAY),
            self.technician,
            state="in_use",
            depot=None,
            school=self.school,
        )
        life.tell(
            FleetEvent.Kind.MOVED,
            self.at(back, 14),
            self.technician,
            state="repair",
            condition="worn",
            school=None,
            depot=self.depot,
        )
        return life

    def _departure(
        self, device: Device, sitting: Sitting, decided: dt.datetime, destination: str
    ) -> Departure:
        return Departure(
            public_id=self.numbers.uuid(),
            device=device,
            reason="age" if destination == "give" else "irreparable",
            state=Departure.State.DECIDED,
            proposed_by=self.technician,
            proposed_at=decided - 30 * DAY,
            media="flash" if device.model.category.code == "tablet" else "ssd",
            destination=destination,
            sitting=sitting,
            decided_at=decided,
            decided_by=self.manager,
        )

    def _wipe(self, device: Device, at: dt.datetime, **facts: Any) -> Wipe:
        tablet = device.model.category.code == "tablet"
        done: dict[str, Any] = {
            "media": "flash" if tablet else "ssd",
            "category": Wipe.Category.PURGE,
            "technique": Wipe.Technique.CRYPTO if tablet else Wipe.Technique.BLOCK,
            "tool": "Gestionnaire de flotte" if tablet else "nvme-cli",
            "tool_version": "5.2" if tablet else "2.11",
            "done_by": self.technician,
            "result": Wipe.Result.PASSED,
            "verification": Wipe.Verification.REPORT,
            "verified_by": self.manager,
            "verified_at": at + 3 * HOUR,
        }
        return Wipe.objects.create(
            public_id=self.numbers.uuid(), device=device, done_at=at, **(done | facts)
        )

    def _fail(self, departure: Departure) -> None:
        """Leave a disk that could not be erased, and has to be destroyed."""
        self._wipe(
            departure.device,
            self.at(self.today - 9 * DAY),
            result=Wipe.Result.FAILED,
            verification=Wipe.Verification.SAMPLE,
            note="Secteurs illisibles : la relecture trouve encore des fichiers.",
        )

    def _graded(self, departure: Departure, grade: str, day: dt.date, **facts: Any) -> None:
        Triage.objects.create(
            departure=departure,
            grade=grade,
            tests=_GOOD | facts.pop("tests", {}),
            done_by=self.technician,
            done_at=self.at(day),
            **facts,
        )

    def _lot(
        self,
        recipient: Recipient,
        departures: list[Departure],
        left: dt.date | None,
        *,
        signed: str = "",
        slip: str = "",
        grams: int | None = None,
    ) -> Lot:
        kind = Lot.Kind.RECYCLING if recipient.recycles else Lot.Kind.GIFT
        day = left or self.today - 3 * DAY
        prefix = f"{'REC' if recipient.recycles else 'DON'}-{day.year}-"
        gone_on = min(left, self.today - DAY) if left else None
        lot = Lot.objects.create(
            public_id=self.numbers.uuid(),
            number=f"{prefix}{Lot.objects.filter(number__startswith=prefix).count() + 1:03d}",
            kind=kind,
            recipient=recipient,
            state=Lot.State.GONE if left else Lot.State.DRAFT,
            opened_by=self.technician,
            opened_at=self.at(day - 20 * DAY if left else day),
            gone_on=gone_on,
            handed_by=self.manager if left else None,
            signed_name=signed,
            slip_number=slip,
            weight_grams=grams,
        )
        wipes = {
            wipe.device_id: wipe
            for wipe in Wipe.objects.filter(device__in=[d.device_id for d in departures])
        }
        LotLine.objects.bulk_create(
            LotLine(lot=lot, device=row.device, wipe=wipes[row.device_id]) for row in departures
        )
        return lot

    def _on_with(self, device: Device) -> Life:
        """Go on telling the life of a device of the fleet."""
        return Life(device, {name: getattr(device, name) for name in TOLD})

    def _loose(self, **where: Any) -> list[Device]:
        """Return devices of the fleet that nobody holds and that have no fault."""
        busy = HandOutItem.objects.out().values("device")
        faulty = Incident.objects.open().values("device")
        rows = (
            Device.objects.filter(cart__isnull=True, **where)
            .exclude(pk__in=busy)
            .exclude(pk__in=faulty)
            .exclude(departures__isnull=False)
            .select_related("model__category", "school", "depot")
        )
        return list(rows.order_by("purchased_on", "pk"))

    def _renewed(self) -> None:
        """Put three devices back into the reserve, one of them last year."""
        spares = self._loose(state="spare", depot__isnull=False)
        days = (self.today - 340 * DAY, self.today - 70 * DAY, self.today - 35 * DAY)
        for device, asked in zip(spares, days, strict=False):
            day = max(asked, (device.purchased_on or asked) + 45 * DAY)
            life = self._on_with(device)
            came, done = self.at(day), self.at(day + 8 * DAY, 15)
            life.tell(FleetEvent.Kind.CHANGED, came, self.technician, state="repair")
            wipe = self._wipe(
                device,
                self.at(day + 2 * DAY, 9),
                category=Wipe.Category.CLEAR,
                technique=Wipe.Technique.RESET,
            )
            life.tell(FleetEvent.Kind.WIPED, wipe.done_at + 3 * HOUR, self.manager)
            life.tell(
                FleetEvent.Kind.RENEWED, done, self.technician, state="spare", condition="good"
            )
            device.save()
            FleetEvent.objects.bulk_create(life.events)
            departure = Departure.objects.create(
                public_id=self.numbers.uuid(),
                device=device,
                reason="surplus",
                state=Departure.State.REUSED,
                proposed_by=self.technician,
                proposed_at=came,
                media="flash",
                destination="give",
                worth_cents=0,
                ended_at=done,
            )
            self._graded(departure, "B", day + 2 * DAY, parts="Batterie neuve", parts_cents=2_490)

    def _bench(self) -> None:
        """Bring two devices to the bench: one wiped and waiting to be verified, one just here."""
        standing = self._loose(state="in_use", school__isnull=False)
        ours = [d for d in standing if d.model.category.code == "desktop"][:2]
        for turn, device in enumerate(ours):
            life = self._on_with(device)
            came = self.at(self.today - (6 - 4 * turn) * DAY)
            life.tell(
                FleetEvent.Kind.MOVED,
                came,
                self.technician,
                state="repair",
                school=None,
                depot=self.depot,
            )
            if not turn:
                mistaken = self._mistaken(device)
                life.tell(FleetEvent.Kind.UNWIPED, mistaken, self.technician)
            device.save()
            FleetEvent.objects.bulk_create(life.events)
            departure = Departure.objects.create(
                public_id=self.numbers.uuid(),
                device=device,
                reason="surplus",
                note="Salle informatique fermée",
                proposed_by=self.technician,
                proposed_at=came - 9 * DAY,
                media="" if turn else "ssd",
                destination="give",
                worth_cents=worth(device, self.today),
            )
            if not turn:
                self._graded(departure, "B", self.today - 5 * DAY, tests={"camera": "none"})
                self._wipe(
                    device,
                    self.at(self.today - 4 * DAY),
                    result=Wipe.Result.WAITING,
                    verification="",
                    verified_by=None,
                    verified_at=None,
                )

    def _mistaken(self, device: Device) -> dt.datetime:
        """Leave a wipe noted on the wrong device, and withdrawn; return when it was."""
        noticed = self.at(self.today - 5 * DAY, 16)
        self._wipe(
            device,
            noticed - 2 * HOUR,
            result=Wipe.Result.WITHDRAWN,
            verification="",
            verified_by=None,
            verified_at=None,
            withdrawn_from=Wipe.Result.WAITING,
            withdrawn_why="Noté sur le mauvais poste : c’était celui d’à côté.",
            withdrawn_by=self.technician,
            withdrawn_at=noticed,
        )
        return noticed

    def _proposed(self) -> None:
        """Propose what stands longest in the demo technician's schools; it goes on serving."""
        for device in itertools.islice(self._loose(state="in_use", school=self.school), 2):
            Departure.objects.create(
                public_id=self.numbers.uuid(),
                device=device,
                reason="age",
                proposed_by=self.technician,
                proposed_at=self.at(self.today - 3 * DAY),
                destination="give",
                worth_cents=worth(device, self.today),
            )


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    Story(ctx).run()
