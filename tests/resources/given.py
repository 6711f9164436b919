"""A class in a week of November, and how its teacher gives things in tests."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.test import Client

from core.journal import Actor
from resources.assignments.actions import plans
from resources.assignments.checking import Days
from resources.assignments.models import Assignment
from resources.assignments.targets import Target
from tests.factories.assignments import a_class
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.people import sign_in_client

#: A Monday in class, all of whose week is: no closure is written unless a test does.
MONDAY = dt.date(2026, 11, 23)
TUESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=n) for n in (1, 3, 4))
THIS_WEEK = Days(MONDAY, FRIDAY)


def give(school: SimpleNamespace, *resources: Any, **facts: Any) -> Assignment:
    return plans.give(
        by=school.by,
        class_group=school.group,
        resources=resources or [ResourceFactory()],
        target=facts.get("target", Target()),
        days=facts.get("days", THIS_WEEK),
        note=facts.get("note", ""),
    )


def client_of(user: Any) -> Client:
    client = Client()
    sign_in_client(client, user)
    return client


def pupil(school: SimpleNamespace, number: int = 0) -> Any:
    return PupilAccountFactory(entry=school.entries[number])


def todo_titles(account: Any) -> list[str]:
    from resources.assignments.todo import todo_of

    return [line.item.resource.title for line in todo_of(account.user)]


def a_school() -> SimpleNamespace:
    """A teacher, a class of four, and the teacher as an actor."""
    teacher, group, entries = a_class(4)
    return SimpleNamespace(teacher=teacher, group=group, entries=entries, by=Actor(user=teacher))
