"""A child's month at the canteen, day by day, as the calendar shows it."""

from __future__ import annotations

import calendar as std_calendar
import datetime as dt
from dataclasses import dataclass, field

from core import clock
from enrolment.canteen.models import Booking, Course, Diet, MealRegistration, Menu, ServiceDay
from enrolment.canteen.queries import load_service, plan_of
from enrolment.canteen.rules.cutoff import Service
from enrolment.canteen.rules.patterns import Plan
from enrolment.schools.models import RollEntry, School
from families.models import Child

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One weekday of the month for one child.

    ``state``: ``booked``, ``free`` (may be booked), ``full``, ``late_booked`` and ``late_free``
    (the cut-off has passed), ``served``, ``absent``, ``missed`` (past, not booked),
    ``closed``, ``unregistered``.
    """

    day: dt.date
    state: str
    in_month: bool
    is_today: bool
    limit: dt.datetime | None = None
    closure: str = ""
    diet: str = ""
    theme: str = ""
    courses: tuple[Course, ...] = ()
    by_staff: bool = False

    @property
    def eats(self) -> bool:
        """True when a meal is booked or was taken."""
        return self.state in ("booked", "late_booked", "served", "absent")

    @property
    def can_change(self) -> bool:
        """True when tapping the day does something."""
        if self.by_staff and self.state in ("late_booked", "late_free"):
            return True
        return self.state in ("booked", "free")

    @property
    def main(self) -> Course | None:
        """The dish that sums up the menu."""
        return next((course for course in self.courses if course.kind == "main"), None)

    @property
    def is_vegetarian(self) -> bool:
        """True when this child's main dish has neither meat nor fish."""
        return bool(self.main and "vegetarian" in self.main.labels)


@dataclass
class Month:
    """A month of weeks, each Monday to Friday; days of other months are None."""

    first: dt.date
    child: Child
    school: School | None
    registration: MealRegistration | None
    weeks: list[list[Day | None]] = field(default_factory=list)

    @property
    def days(self) -> list[Day]:
        """The month's own weekdays, in order."""
        return [day for week in self.weeks for day in week if day is not None]

    @property
    def meals(self) -> int:
        """How many meals are booked or taken this month."""
        return sum(day.eats for day in self.days)

    @property
    def has_wednesdays(self) -> bool:
        """True when a meal is served on some Wednesday: else its column is narrow."""
        return any(day.day.isoweekday() == 3 and day.state != "closed" for day in self.days)

    @property
    def with_menu(self) -> list[Day]:
        """Days whose menu is known."""
        return [day for day in self.days if day.courses]

    @property
    def weeks_with_menu(self) -> list[list[Day]]:
        """Weeks reduced to the days whose menu is known; weeks without any left out."""
        weeks = [[day for day in week if day is not None and day.courses] for week in self.weeks]
        return [week for week in weeks if week]

    @property
    def previous(self) -> dt.date:
        """First day of the month before."""
        return (self.first - ONE_DAY).replace(day=1)

    @property
    def following(self) -> dt.date:
        """First day of the month after."""
        return (self.first + 31 * ONE_DAY).replace(day=1)


def courses_for(courses: list[Course], diet: str) -> tuple[Course, ...]:
    """Keep the dishes that a diet gets: replacements of a kind push out the common dish."""
    replaced = {course.kind for course in courses if course.diet and course.diet == diet}
    return tuple(
        course
        for course in courses
        if (course.diet == diet if course.kind in replaced else not course.diet)
    )


def weekdays_of(first: dt.date) -> list[list[dt.date]]:
    """Return the Mondays to Fridays of a month by week, including neighbours' days."""
    weeks = std_calendar.Calendar().monthdatescalendar(first.year, first.month)
    working = [week[:5] for week in weeks]
    return [week for week in working if any(day.month == first.month for day in week)]


def load_month(child: Child, first: dt.date, *, by_staff: bool = False) -> Month:
    """Return a child's month, in a fixed number of queries."""
    last = (first + 31 * ONE_DAY).replace(day=1) - ONE_DAY
    weeks = weekdays_of(first)
    days = _load(child, [d for week in weeks for d in week if first <= d <= last], by_staff)
    month = Month(first, child, days.school, days.registration)
    month.weeks = [[days.made.get(day) for day in week] for week in weeks]
    return month


def load_day(child: Child, day: dt.date, *, by_staff: bool = False) -> Day:
    """Return one day of a child's month."""
    return _load(child, [day], by_staff).made[day]


@dataclass
class _Days:
    school: School | None
    registration: MealRegistration | None
    made: dict[dt.date, Day]


def _load(child: Child, days: list[dt.date], by_staff: bool) -> _Days:  # noqa: FBT001
    first, last = days[0], days[-1]
    service = load_service()
    entries = list(
        RollEntry.objects.filter(
            child=child, school_year__starts_on__lte=last, school_year__ends_on__gte=first
        )
        .select_related("school__refectory__kitchen", "school_year")
        .order_by("admitted_on", "pk")
    )
    registrations = list(
        MealRegistration.objects.filter(
            child=child, school_year__starts_on__lte=last, school_year__ends_on__gte=first
        )
        .select_related("school_year")
        .prefetch_related("patterns")
        .order_by("starts_on")
    )
    maker = _Maker(
        service=service,
        plans=[plan_of(row, row.patterns.all()) for row in registrations],
        bookings={
            row.day: row for row in Booking.objects.filter(child=child, day__range=(first, last))
        },
        places={
            (row.school_id, row.day): row
            for row in ServiceDay.objects.filter(
                school__in=[entry.school_id for entry in entries], day__range=(first, last)
            )
        },
        entries=entries,
        menus=_menus(entries, first, last),
        by_staff=by_staff,
    )
    live = [row for row in registrations if row.ends_on is None or row.ends_on > first]
    return _Days(
        school=entries[-1].school if entries else None,
        registration=live[-1] if live else None,
        made={day: maker.make(day, days) for day in days},
    )


def _menus(
    entries: list[RollEntry], first: dt.date, last: dt.date
) -> dict[tuple[int, dt.date], Menu]:
    kitchens = {
        entry.school.refectory.kitchen_id for entry in entries if hasattr(entry.school, "refectory")
    }
    menus = Menu.objects.filter(kitchen__in=kitchens, day__range=(first, last)).prefetch_related(
        "courses"
    )
    return {(menu.kitchen_id, menu.day): menu for menu in menus}


@dataclass
class _Maker:
    service: Service
    plans: list[Plan]
    bookings: dict[dt.date, Booking]
    places: dict[tuple[int, dt.date], ServiceDay]
    entries: list[RollEntry]
    menus: dict[tuple[int, dt.date], Menu]
    by_staff: bool
    now: dt.datetime = field(default_factory=clock.now)

    def school_on(self, day: dt.date) -> School | None:
        for entry in reversed(self.entries):
            year = entry.school_year
            left = entry.left_on is not None and entry.left_on <= day
            if year.starts_on <= day <= year.ends_on and not left:
                return entry.school
        return None

    def make(self, day: dt.date, days: list[dt.date]) -> Day:
        booking = self.bookings.get(day)
        school = self.school_on(day)
        diet = next((d for plan in self.plans if (d := plan.diet_on(day))), "")
        diet = booking.diet if booking else diet or ""
        refectory = getattr(school, "refectory", None)
        menu = self.menus.get((refectory.kitchen_id, day)) if refectory else None
        served = self.service.calendar.is_served(day)
        return Day(
            day=day,
            state=self.state(day, booking, school, registered=bool(diet)),
            in_month=True,
            is_today=day == self.now.date(),
            limit=self.service.cutoff(day) if served else None,
            closure=self.service.calendar.why_closed(day),
            diet=diet,
            theme=menu.theme if menu else "",
            courses=courses_for(list(menu.courses.all()), diet or Diet.STANDARD) if menu else (),
            by_staff=self.by_staff,
        )

    def state(
        self, day: dt.date, booking: Booking | None, school: School | None, *, registered: bool
    ) -> str:
        eats = booking is not None and booking.state != Booking.State.CANCELLED
        if booking is not None and booking.state in ("served", "absent"):
            return booking.state
        if not self.service.calendar.is_served(day):
            return "closed"
        if day < self.now.date():
            return "late_booked" if eats else "missed"
        place = self.places.get((school.pk, day)) if school else None
        frozen = place is not None and place.frozen_at is not None
        if frozen or not self.service.is_open(day, self.now):
            return "late_booked" if eats else "late_free"
        if eats:
            return "booked"
        if not registered or school is None:
            return "unregistered"
        full = place is not None and place.capacity is not None and place.booked >= place.capacity
        return "full" if full else "free"
