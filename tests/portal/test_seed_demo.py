"""The demo city is the same for the same seed, and true to its own rules on any day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from core import clock
from core.accounts.models import User
from core.demo import DEMO_PEOPLE
from enrolment.schools.models import RollEntry, School, StreetSegment
from families.models import Child, Guardianship, IncomeFile, PayerRule, PayerShare
from payments.models import InvoiceLine

pytestmark = pytest.mark.django_db


def test_the_small_city_has_its_people_and_every_situation_worth_showing() -> None:
    call_command("seed_demo", scale="small", verbosity=0)
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


def test_a_childs_school_is_the_one_of_its_street() -> None:
    call_command("seed_demo", scale="small", verbosity=0)
    entries = RollEntry.objects.current().filter(child__in=Child.objects.order_by("pk")[:100])
    assert entries
    for entry in entries:
        street = entry.child.guardianships.order_by("pk")[0].guardian.household.street
        near = StreetSegment.objects.filter(street=street, school_year=entry.school_year)
        assert near.filter(school=entry.school).exists()


@pytest.mark.parametrize("day", ["2027-07-20", "2027-08-10", "2028-02-29"])
def test_it_lies_around_any_day(day: str, time_machine) -> None:
    today = dt.date.fromisoformat(day)
    time_machine.move_to(clock.at(today, 12))
    call_command("seed_demo", scale="small", verbosity=0)
    assert RollEntry.objects.current().count() >= 1500


@pytest.mark.postgres  # SQLite cannot be flushed: the triggers of the ledger refuse it
def test_the_same_seed_makes_the_same_city(transactional_db) -> None:
    def names() -> list[tuple[str, str, dt.date]]:
        rows = Child.objects.order_by("reference")
        return list(rows.values_list("given_name", "family_name", "birth_date"))

    call_command("seed_demo", scale="small", verbosity=0)
    first = names()
    call_command("flush", interactive=False, verbosity=0)
    call_command("seed_demo", scale="small", verbosity=0)
    assert names() == first
