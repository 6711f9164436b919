"""What the canteen's API takes and gives."""

from __future__ import annotations

import datetime as dt

from ninja import Schema
from pydantic import Field


class CourseOut(Schema):
    """A dish."""

    kind: str
    name: str
    diet: str = Field(description="Empty: for everyone; else the diet that gets it instead.")
    allergens: list[str]
    labels: list[str]


class MenuOut(Schema):
    """A day's menu of a kitchen."""

    day: dt.date
    kitchen: str
    theme: str
    courses: list[CourseOut]


class DayOut(Schema):
    """One weekday of a child's month. ``limit`` is the instant of the cut-off."""

    day: dt.date
    state: str
    limit: dt.datetime | None
    can_change: bool
    closure: str
    diet: str
    courses: list[CourseOut]


class MonthOut(Schema):
    """A child's month."""

    child: str
    month: dt.date
    meals: int
    unit_price_cents: int | None
    tariff_band: str | None
    days: list[DayOut]


class BookingIn(Schema):
    """Book (``wanted``) or cancel a meal of a day."""

    day: dt.date
    wanted: bool


class BookingOut(Schema):
    """A meal as it now stands; ``state`` is ``none`` where there never was one."""

    child: str
    day: dt.date
    state: str
    diet: str


class RegistrationIn(Schema):
    """A registration for the canteen. ``weekdays`` are ISO numbers."""

    child: str
    starts_on: dt.date
    weekdays: list[int] = Field(max_length=5)
    diet: str
    rules_accepted: bool


class RegistrationOut(Schema):
    """A registration."""

    child: str
    school_year: str
    starts_on: dt.date


class LineOut(Schema):
    """Meals of one diet for one school."""

    uai: str
    school: str
    route: str
    stop: int
    diet: str
    quantity: int


class OrderOut(Schema):
    """An order as it was sent. A higher version replaces the lower ones of its day."""

    kitchen: str
    day: dt.date
    version: int
    sent_at: dt.datetime
    total: int


class OrderDetail(OrderOut):
    """An order with its lines, and what changed since the version before."""

    lines: list[LineOut]
    changes: list[LineOut]


class TickIn(Schema):
    """Somebody came (``served``), did not (``absent``), or the tick is taken back (``booked``)."""

    child: str
    day: dt.date
    state: str
