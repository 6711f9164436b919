"""Quotients under real connections: two agents, the CAF against an agent, two workers."""

from __future__ import annotations

import pytest

from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from core.outbox import Message
from families.actions import quotients, reminders
from families.actions.income import check_income, declare_income, refuse_income
from families.models import IncomeFile, IncomeReminder, QuotientRequest
from families.quotient_provider import Answer, Identity
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.together import told

NADIA = Identity("Benali", ("Nadia",), "1987-06-27", "F", commune="Marseille", department="13")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def mother():
    return GuardianFactory(user=UserFactory(roles=[Role.GUARDIAN]))


@pytest.fixture
def agents():
    return [Actor(UserFactory(roles=[Role.ENROLMENT_AGENT])) for _ in range(2)]


def declared(mother):
    return declare_income(
        by=Actor(mother.user), household=mother.household, quotient=640, proof=None
    )


def check(by, file, quotient):
    check_income(by=by, file=file, quotient=quotient, source="caf", valid_from=file.valid_from)
    return "checked"


def test_two_agents_settle_a_declaration_once(mother, agents):
    for _round in range(4):
        IncomeFile.objects.all().delete()
        Message.objects.all().delete()
        file = declared(mother)
        ends = told(
            lambda f=file: check(agents[0], f, 640),
            lambda f=file: refuse_income(by=agents[1], file=f, code="old").refusal_code,
        )
        assert sorted(map(str, ends)) in (["checked", "state"], ["old", "state"])
        file.refresh_from_db()
        assert (file.checked_at is None) == ("old" in ends)
        assert Message.objects.count() == 1


def test_the_caf_and_an_agent_leave_one_quotient(mother, agents, settings):
    settings.QUOTIENT_API_BASE, settings.QUOTIENT_API_TOKEN = "http://127.0.0.1:9", "x"
    answer = Answer(742, 2026, 9, "CNAF")
    for _round in range(6):
        IncomeFile.objects.all().delete()
        QuotientRequest.objects.all().delete()
        file = declared(mother)
        request = quotients.ask_quotient(by=Actor(mother.user), guardian=mother, identity=NADIA)
        ends = told(
            lambda f=file: check(agents[0], f, 900),
            lambda r=request: quotients.settle(r, answer),
        )
        request.refresh_from_db()
        kept = IncomeFile.objects.get()
        assert kept.checked_at is not None
        if ends[0] == "checked":
            assert (kept.family_quotient, request.state) == (900, "superseded")
        else:
            assert ends == ["state", "found"]
            assert (kept.family_quotient, request.state) == (742, "found")
        assert request.identity is None


def test_two_workers_call_once(mother, settings, monkeypatch):
    settings.QUOTIENT_API_BASE, settings.QUOTIENT_API_TOKEN = "http://127.0.0.1:9", "x"
    calls = []

    class Counting:
        def quotient(self, identity):
            calls.append(identity)
            return Answer(742, 2026, 9, "CNAF")

    monkeypatch.setattr(quotients.quotient_provider, "get_provider", Counting)
    request = quotients.ask_quotient(by=Actor(mother.user), guardian=mother, identity=NADIA)
    ends = told(*[lambda: quotients.fetch(request.pk) for _ in range(4)])
    assert sorted(map(str, ends)) == ["", "", "", "found"]
    assert len(calls) == IncomeFile.objects.count() == 1


def test_asked_from_two_tabs_there_is_one_request(mother, settings):
    settings.QUOTIENT_API_BASE, settings.QUOTIENT_API_TOKEN = "http://127.0.0.1:9", "x"

    def ask():
        return quotients.ask_quotient(by=Actor(mother.user), guardian=mother, identity=NADIA).pk

    assert len(set(told(ask, ask, ask))) == 1
    assert QuotientRequest.objects.count() == 1


def test_two_runs_of_the_reminder_write_once(mother, time_machine):
    ChildFactory(parents=[mother])
    year = clock.today().year + 1
    time_machine.move_to(clock.at(clock.today().replace(year=year, month=7, day=1), 9))
    ends = told(reminders.remind, reminders.remind)
    assert sum(map(int, ends)) == 1
    assert IncomeReminder.objects.count() == 1
    assert Message.objects.filter(kind="family_income_reminder").count() == 1
