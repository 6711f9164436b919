"""Kitchens, registrations and meals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import factory

from core import clock
from enrolment.canteen.models import (
    Booking,
    Kitchen,
    MealRegistration,
    Refectory,
    WeeklyPattern,
)
from enrolment.schools.models import SchoolYear
from tests.factories.families import ChildFactory
from tests.factories.schools import SchoolFactory, SchoolYearFactory


def term(before: int = 120, after: int = 150) -> SchoolYear:
    """Make a school year around today without a holiday, whatever the day is."""
    today = clock.today()
    year: SchoolYear = SchoolYearFactory(
        starts_on=today - dt.timedelta(days=before), ends_on=today + dt.timedelta(days=after)
    )
    return year


class KitchenFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Kitchen

    code = factory.Sequence(lambda n: f"K{n}")
    name = factory.Sequence(lambda n: f"Cuisine centrale {n}")
    email = "cuisine@essai.example"


class RefectoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Refectory

    school = factory.SubFactory(SchoolFactory)
    kitchen = factory.SubFactory(KitchenFactory)
    route = "A01"


class MealRegistrationFactory(factory.django.DjangoModelFactory):
    """A registration for every school day; ``weekdays={1, 2}`` and ``diet`` say otherwise."""

    class Meta:
        model = MealRegistration
        skip_postgeneration_save = True

    child = factory.SubFactory(ChildFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    starts_on = factory.LazyAttribute(lambda row: row.school_year.starts_on)
    rules_accepted_at = factory.LazyFunction(clock.now)

    @factory.post_generation
    def weekdays(
        self: MealRegistration, create: bool, extracted: Iterable[int] | None, **kwargs: str
    ) -> None:
        days = {1, 2, 4, 5} if extracted is None else set(extracted)
        WeeklyPattern.objects.create(
            registration=self,
            valid_from=self.starts_on,
            monday=1 in days,
            tuesday=2 in days,
            wednesday=3 in days,
            thursday=4 in days,
            friday=5 in days,
            diet=kwargs.get("diet", "standard"),
        )


class BookingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Booking

    child = factory.SubFactory(ChildFactory)
    school = factory.SubFactory(SchoolFactory)
    day = factory.LazyFunction(clock.today)
