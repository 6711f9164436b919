"""School years, schools, classes and rolls."""

from __future__ import annotations

import datetime as dt

import factory

from core import clock
from enrolment.schools.models import ClassGroup, GradeLevel, RollEntry, School, SchoolYear
from enrolment.schools.seeding import uai
from tests.factories.families import ChildFactory


class SchoolYearFactory(factory.django.DjangoModelFactory):
    """The school year around today, unless ``start_year`` is given."""

    class Meta:
        model = SchoolYear
        django_get_or_create = ("start_year",)

    start_year = factory.LazyFunction(lambda: clock.school_year_of(clock.today()))
    starts_on = factory.LazyAttribute(lambda year: dt.date(year.start_year, 9, 1))
    ends_on = factory.LazyAttribute(lambda year: dt.date(year.start_year + 1, 7, 3))


class SchoolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = School

    uai = factory.Sequence(lambda n: uai(9_900_000 + n))
    name = factory.Sequence(lambda n: f"École élémentaire Essai {n}")
    kind = School.Kind.ELEMENTARY
    postcode = "13901"
    district = "Le Vieux-Bassin"
    capacity = 200


class ClassGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClassGroup

    school = factory.SubFactory(SchoolFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    name = factory.Sequence(lambda n: f"CM1 {n}")
    levels = [GradeLevel.CM1]


class RollEntryFactory(factory.django.DjangoModelFactory):
    """A child on the roll of its class's school."""

    class Meta:
        model = RollEntry

    child = factory.SubFactory(ChildFactory)
    class_group = factory.SubFactory(ClassGroupFactory)
    school = factory.SelfAttribute("class_group.school")
    school_year = factory.SelfAttribute("class_group.school_year")
    level = GradeLevel.CM1
    admitted_on = factory.LazyAttribute(
        lambda entry: min(entry.school_year.starts_on, clock.today())
    )
