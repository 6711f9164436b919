"""A small canteen on whatever day it is, and a way to be at another instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from enrolment.canteen.queries import load_service
from enrolment.canteen.rules.cutoff import Service
from enrolment.schools.models import School
from families.models import Child
from tests.factories.accounts import UserFactory
from tests.factories.canteen import MealRegistrationFactory, RefectoryFactory, term
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory


@dataclass
class Canteen:
    """A school, its kitchen, a parent with two registered children, and the people at work."""

    school: School
    kitchen: Any
    year: Any
    group: Any
    parent: Any
    children: list[Child]
    service: Service
    manager: Any
    head: Any
    teacher: Any

    @property
    def child(self) -> Child:
        return self.children[0]

    @property
    def open_day(self) -> dt.date:
        """The first service day that families may still change."""
        day = self.service.first_open_day(clock.now())
        assert day is not None
        return day

    @property
    def past_day(self) -> dt.date:
        """The last service day before today."""
        day = self.service.calendar.before(clock.today())
        assert day is not None
        return day

    def by(self, user: Any) -> Actor:
        return Actor(user=user)

    def enrol(self, **kwargs: Any) -> Child:
        """Put one more registered child into the class."""
        child: Child = ChildFactory(**kwargs)
        RollEntryFactory(child=child, class_group=self.group)
        MealRegistrationFactory(child=child, school_year=self.year)
        return child


def build() -> Canteen:
    """Build the canteen in the database in use."""
    year = term()
    group = ClassGroupFactory(school_year=year)
    refectory = RefectoryFactory(school=group.school)
    parent = GuardianFactory()
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    canteen = Canteen(
        school=group.school,
        kitchen=refectory.kitchen,
        year=year,
        group=group,
        parent=parent.user,
        children=[],
        service=load_service(),
        manager=UserFactory(roles=[Role.CANTEEN_MANAGER]),
        head=UserFactory(roles=[(Role.HEAD_TEACHER, group.school.uai)]),
        teacher=teacher,
    )
    canteen.children = [
        canteen.enrol(parents=[parent], given_name="Lina"),
        canteen.enrol(parents=[parent], given_name="Noé"),
    ]
    return canteen


@pytest.fixture
def canteen(db: None) -> Canteen:
    """Return a small canteen."""
    return build()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], Any]:
    """Return a context manager that moves both clocks, ours and the database's."""

    @contextmanager
    def moved(instant: dt.datetime) -> Iterator[None]:
        with monkeypatch.context() as patch:
            for module in ("bookings", "orders"):
                patch.setattr(
                    f"enrolment.canteen.actions.{module}.instant_of_transaction", lambda: instant
                )
            with time_machine.travel(instant, tick=False):
                yield

    return moved
