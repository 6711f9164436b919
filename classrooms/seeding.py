"""Demo data of the fleet: who has which devices, what broke, what the lines cost.

Reads ``lina_school``, ``lina_class`` and the demo people; leaves ``lina_cart`` (15 tablets,
all fit, handed to nobody) and ``broken_cart`` (same school, in class, one broken screen).
"""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Any

from classrooms import rules, seeding_imports
from classrooms.models import (
    Cart,
    Device,
    DeviceModel,
    InternetLine,
)
from classrooms.seeding_chronicle import DAY
from classrooms.seeding_models import (
    BATCH,
    FAST,
    OPERATORS,
    SLOW,
    SYSTEMS,
    Numbers,
    stock_shelf,
)
from classrooms.seeding_story import tell
from core.seeding import SeedContext
from enrolment.schools.models import School


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    schools = list(School.objects.order_by("pk"))
    FleetPlan(ctx, schools).run()
    _lines(ctx, schools)
    seeding_imports.seed(ctx)


def _lines(ctx: SeedContext, schools: list[School]) -> None:
    """One line a school; 95 % of them at very high speed, to the unit."""
    rng = ctx.rng("lines")
    served = schools[: ctx.scale.lines]
    slow = set(rng.sample(range(len(served)), len(served) - round(len(served) * 0.95)))
    rows = []
    for index, school in enumerate(served):
        technology, down, up, cents = rng.choices(
            SLOW if index in slow else FAST, (1, 1, 1) if index in slow else (40, 30, 8, 6, 16)
        )[0]
        start = ctx.today - rng.randint(200, 1500) * DAY
        rows.append(
            InternetLine(
                school=school,
                reference=f"LI-{school.uai}-{index + 1:03d}",
                operator=rng.choice(OPERATORS),
                technology=technology,
                down_mbps=down,
                up_mbps=up,
                monthly_cents=cents,
                starts_on=start,
                contract_end=ctx.today + rng.randint(-40, 900) * DAY,
            )
        )
    InternetLine.objects.bulk_create(rows, batch_size=BATCH)


class FleetPlan:
    """Where every device ends up; ``seeding_story`` tells how it came there."""

    def __init__(self, ctx: SeedContext, schools: list[School]) -> None:
        self.ctx, self.rng, self.today = ctx, ctx.rng("fleet"), ctx.today
        self.numbers = Numbers(ctx.rng("fleet-numbers"))
        self.shelf = stock_shelf()
        self.equipped = self._equipped(schools)
        self.carts: list[Cart] = []
        self.devices: list[Device] = []
        self.lots: dict[int, dt.date] = {}
        #: Broken devices in the workshop, with the spare that took their slot.
        self.swapped: list[tuple[Device, Device]] = []
        self.broken: list[Device] = []

    def run(self) -> None:
        """Plan, tell, write."""
        scale = self.ctx.scale
        self._fleet("tablet", scale.tablets, in_carts=0.97)
        self._fleet("laptop", round(scale.computers * 0.72), in_carts=0.75)
        self._fleet("desktop", scale.computers - round(scale.computers * 0.72), in_carts=0)
        self._demo_cart()
        self._break_some()
        Cart.objects.bulk_create(self.carts, batch_size=BATCH)
        story = tell(self)
        Device.objects.bulk_create(self.devices, batch_size=BATCH)
        self.ctx.progress("appareils", len(self.devices), len(self.devices))
        story.write()

    def _equipped(self, schools: list[School]) -> list[School]:
        """Choose the schools that have devices: priority education first, then low IPS."""
        known = [s.position_index for s in schools if s.position_index is not None]
        median = round(statistics.median(known)) if known else 1000
        ranked = sorted(
            schools,
            key=lambda s: (*rules.equipment_rank(s.priority, s.position_index, median), s.pk),
        )
        first = self.ctx.marks["lina_school"]
        ranked.sort(key=lambda school: school.pk != first.pk)
        return ranked[: self.ctx.scale.equipped_schools]

    def _fleet(self, category: str, total: int, *, in_carts: float) -> None:
        """Place ``total`` devices of a category: reserve, workshop, carts, then by the piece."""
        spares, mending = max(3, round(total * 0.03)), max(1, round(total * 0.012))
        for _ in range(spares):
            year = self.today.year - self.rng.randint(0, 3)
            self._device(category, self._bought(year), depot=self.shelf.depot, state="spare")
        left = total - spares - (mending if in_carts else 0)
        for_carts = round(left * in_carts)
        turn = 0
        while for_carts >= 12:
            school = self.equipped[turn % len(self.equipped)]
            size = min(for_carts, 12 if school.priority == "REP+" and turn % 3 else 15)
            if turn and size == 15:
                size = min(for_carts, self.rng.choice((13, 14, 15, 15, 15)))
            self._cart(category, school, size)
            for_carts, left, turn = for_carts - size, left - size, turn + 1
        lot = {s.pk: self._bought(self.today.year - self.rng.randint(0, 5)) for s in self.equipped}
        for index in range(left):
            school = self.equipped[index % len(self.equipped)]
            self._device(category, lot[school.pk], school=school)
        if in_carts:
            self._mend(category, mending)

    def _bought(self, year: int) -> dt.date:
        """Return a day of purchase in a year, always some weeks ago."""
        day = dt.date(year, self.rng.choice((3, 5, 6, 7)), self.rng.randint(2, 27))
        return min(day, self.today - self.rng.randint(100, 160) * DAY)

    def _cart(self, category: str, school: School, size: int) -> None:
        kind = "Tablettes" if category == "tablet" else "Portables"
        number = 1 + sum(1 for c in self.carts if c.school is school and c.name.startswith(kind))
        cart = Cart(
            code=f"CM-{len(self.carts) + 1:04d}",
            name=f"{kind} {number}",
            school=school,
            slots=15,
            label_token=self.numbers.token(),
        )
        self.carts.append(cart)
        bought = self._bought(self.today.year - self.rng.choice((0, 1, 1, 2, 3, 3, 4, 5)))
        year = bought.year
        model = self.shelf.pick(category, year, self.rng)
        funding = "state" if year <= self.today.year - 4 else None
        for slot in range(1, size + 1):
            self._device(category, bought, cart=cart, slot=slot, model=model, funding=funding)

    def _device(
        self,
        category: str,
        bought: dt.date,
        *,
        model: DeviceModel | None = None,
        funding: str | None = None,
        state: str = "in_use",
        **place: Any,
    ) -> Device:
        model = model or self.shelf.pick(category, bought.year, self.rng)
        device = Device(
            asset_tag=self.numbers.tag(bought.year),
            serial=self.numbers.serial(),
            model=model,
            state=state,
            condition=Device.Condition.NEW,
            purchased_on=bought,
            cost_cents=model.price_cents,
            funding=funding or self.rng.choice(("city", "city", "city", "quarter")),
            warranty_end=rules.add_months(bought, model.warranty_months),
            os_version=self.rng.choice(SYSTEMS[category]),
            label_token=self.numbers.token(),
            **place,
        )
        self.devices.append(device)
        return device

    def _mend(self, category: str, count: int) -> None:
        """Put ``count`` broken devices into the workshop, each replaced by a former spare."""
        inside = [
            d for d in self.devices if d.cart is not None and d.model.category.code == category
        ]
        own = self.ctx.marks["lina_school"]
        inside = [d for d in inside if d.cart and d.cart.school != own] or inside
        for spare in self.rng.sample(inside, count):
            broken = self._device(
                category,
                spare.purchased_on or self.today,
                model=spare.model,
                depot=self.shelf.depot,
                state="repair",
            )
            self.swapped.append((broken, spare))

    def _demo_cart(self) -> None:
        school = self.ctx.marks["lina_school"]
        own = [c for c in self.carts if c.school is not None and c.school.pk == school.pk]
        self.ctx.marks["lina_cart"] = own[0]
        self.ctx.marks["broken_cart"] = own[-1]

    def _break_some(self) -> None:
        """Break some devices in use: every ninetieth, and some of the demo school's."""
        demo, own = self.ctx.marks["lina_cart"], self.ctx.marks["broken_cart"]
        spoken_for = {id(device) for pair in self.swapped for device in pair}
        free = [
            d
            for d in self.devices
            if d.cart is not None and d.cart is not demo and id(d) not in spoken_for
        ]
        here = [d for d in free if d.cart is own]
        chosen = [here[3], here[8]] if own is not demo else []
        others = [d for d in free if d.cart is not own]
        chosen += self.rng.sample(others, max(4, len(self.devices) // 90))
        self.broken = chosen
