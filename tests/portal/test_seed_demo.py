"""The demo city is the same for the same seed, and true to its own rules on any day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction

from core import clock
from core.accounts.models import User
from core.demo import DEMO_PEOPLE
from enrolment.schools.models import RollEntry, School, StreetSegment
from families.models import Child, Guardianship, IncomeFile, PayerRule, PayerShare
from payments.models import InvoiceLine
from resources.assignments import seats
from resources.assignments.todo import todo_of
from resources.catalogue.models import Resource
from resources.workspace.actions import account_of_card
from resources.workspace.demo import LINA_TOKEN
from tests.portal.links import follow

pytestmark = pytest.mark.django_db


def names() -> list[tuple[str, str, dt.date]]:
    rows = Child.objects.order_by("reference")
    return list(rows.values_list("given_name", "family_name", "birth_date"))


def test_the_small_city_is_always_the_same_and_shows_every_situation() -> None:
    with transaction.atomic():
        call_command("seed_demo", scale="small", verbosity=0)
        first = names()
        transaction.set_rollback(True)
    assert not names()
    call_command("seed_demo", scale="small", verbosity=0)
    assert names() == first
    assert School.objects.count() == 12
    # A few more are on their way: applications are in every state.
    assert 1500 <= RollEntry.objects.current().count() < Child.objects.count() < 1700
    assert {person.email for person in DEMO_PEOPLE} <= set(
        User.objects.values_list("email", flat=True)
    )
    assert PayerShare.objects.filter(weeks=PayerShare.Weeks.ODD).exists()
    assert PayerShare.objects.filter(percent=40).exists()
    assert IncomeFile.objects.filter(checked_at=None).exists()
    assert Guardianship.objects.filter(lives_with=False).exists()
    alternating = PayerRule.objects.filter(mode=PayerRule.Mode.ALTERNATING).values("child")
    billed = [
        (child, day)
        for child, days in InvoiceLine.objects.filter(child__in=alternating).values_list(
            "child", "days"
        )
        for day in days
    ]
    assert billed
    assert len(billed) == len(set(billed)), "a day is billed to one parent or to the other"
    for person in DEMO_PEOPLE:
        assert User.objects.get(email=person.email).has_role(person.role), person.key
    entries = RollEntry.objects.current().filter(child__in=Child.objects.order_by("pk")[:100])
    assert entries
    for entry in entries:
        street = entry.child.guardianships.order_by("pk")[0].guardian.household.street
        near = StreetSegment.objects.filter(street=street, school_year=entry.school_year)
        assert near.filter(school=entry.school).exists(), "the school of the child's street"


#: Who follows the links of the city on which day; all of them on every day would take long.
WALKERS = {
    "2027-07-20": ("parent", "it_manager", "canteen_manager", "enrolment_agent"),
    "2027-08-10": ("it_technician", "revenue_officer", "catalogue_editor", "coparent"),
    "2028-02-29": ("teacher", "head_teacher", "administrator"),
}


@pytest.mark.postgres  # no day depends on the engine
@pytest.mark.parametrize("day", WALKERS)
def test_it_lies_around_any_day(day: str, time_machine) -> None:
    today = dt.date.fromisoformat(day)
    time_machine.move_to(clock.at(today, 12))
    call_command("seed_demo", scale="small", verbosity=0)
    assert RollEntry.objects.current().count() >= 1500
    lina = account_of_card(LINA_TOKEN)
    assert lina is not None
    todo = todo_of(lina.user)
    assert any(line.opened and not line.finished for line in todo), "one thing begun"
    assert any(not line.opened for line in todo), "and one to begin"
    counted = seats.licences(list(Resource.objects.filter(licence_seats__isnull=False)))
    assert {licence.status for licence in counted.values()} >= {"full", "expiring", "expired"}
    for person in DEMO_PEOPLE:
        if person.key in WALKERS[day]:
            opened, wrong = follow(User.objects.get(email=person.email))
            assert not wrong, f"{person.key}: " + "\n".join(wrong)
            assert opened > 40, person.key
