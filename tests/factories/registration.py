"""A family with an address in a school's area, and applications as the actions make them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from enrolment.registration.actions import agents, family
from enrolment.registration.models import Application
from enrolment.schools.models import ClassGroup, School, SchoolYear, StreetSegment
from families.models import Child, Guardian, Street
from tests.factories.accounts import UserFactory
from tests.factories.families import (
    ChildFactory,
    GuardianFactory,
    HouseholdFactory,
    StreetFactory,
)
from tests.factories.schools import ClassGroupFactory, SchoolFactory, SchoolYearFactory


@dataclass
class Town:
    """One school, its street and class, and people to act."""

    year: SchoolYear
    school: School
    other: School
    street: Street
    group: ClassGroup
    agent: Any
    second_agent: Any
    head: Any

    def by(self, user: Any) -> Actor:
        """Return the actor a person is."""
        return Actor(user=user)

    def parent(self, **fields: Any) -> Guardian:
        """Return a parent who lives in the school's street."""
        return GuardianFactory(household=HouseholdFactory(street=self.street, number=12), **fields)

    def child(self, *parents: Guardian, **fields: Any) -> Child:
        """Return a child of CP age."""
        birth = dt.date(self.year.start_year - 6, 5, 4)
        return ChildFactory(parents=list(parents), birth_date=birth, **fields)

    def draft(self, parent: Guardian, child: Child) -> Application:
        """Return a draft ready to be sent."""
        by = self.by(parent.user)
        made = family.start(by=by, guardian=parent, child=child)
        family.choose_year(by=by, application=made, school_year=self.year)
        family.locate(by=by, application=made)
        made.refresh_from_db()
        return made

    def sent(self, parent: Guardian | None = None, child: Child | None = None) -> Application:
        """Return an application just sent."""
        parent = parent or self.parent()
        child = child or self.child(parent)
        made = self.draft(parent, child)
        return family.submit(by=self.by(parent.user), application=made)

    def accepted(self, **fields: Any) -> Application:
        """Return an application whose certificate has been issued."""
        made = self.sent(**fields)
        agents.accept(by=self.by(self.agent), application=made)
        made.refresh_from_db()
        return made


def build_town() -> Town:
    """Make a school whose area is one whole street, the even side of another's."""
    year = SchoolYearFactory(start_year=clock.school_year_of(clock.today()))
    SchoolYearFactory(start_year=year.start_year + 1)
    school = SchoolFactory(name="École élémentaire des Tamaris")
    other = SchoolFactory(name="École élémentaire du Phare")
    street = StreetFactory(name="Rue des Tamaris")
    for start in (year, SchoolYear.objects.get(start_year=year.start_year + 1)):
        StreetSegment.objects.create(school_year=start, school=school, street=street)
    group = ClassGroupFactory(school=school, school_year=year, name="CP A", levels=["CP"])
    return Town(
        year=year,
        school=school,
        other=other,
        street=street,
        group=group,
        agent=UserFactory(roles=[Role.ENROLMENT_AGENT], given_name="Sophie"),
        second_agent=UserFactory(roles=[Role.ENROLMENT_AGENT], given_name="Malik"),
        head=UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)], given_name="Marc"),
    )
