"""Two real connections at once: deciding, seats, one application a child, one invitation."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from enrolment.registration.actions import agents, family, heads
from enrolment.registration.models import Application, Certificate
from enrolment.schools.models import RollEntry
from families.actions import invitations
from families.models import Guardian
from tests.factories.accounts import UserFactory
from tests.factories.registration import build_town
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def refusals(results):
    assert all(not isinstance(r, Exception) or isinstance(r, RuleBroken) for r in results), results
    return [r for r in results if isinstance(r, RuleBroken)]


def test_of_two_agents_deciding_at_once_one_is_told_that_a_colleague_has():
    town = build_town()
    made = town.sent()
    first, second = town.by(town.agent), town.by(town.second_agent)
    results = together(
        lambda: agents.accept(by=first, application=made),
        lambda: agents.accept(by=second, application=made),
    )
    refused = refusals(results)
    assert [r.code for r in refused] == ["state"]
    assert "collègue" in refused[0].message
    assert Certificate.objects.count() == 1
    assert JournalEntry.objects.filter(verb="application.accepted").count() == 1
    assert Message.objects.filter(kind="registration_accepted").count() == 1


def test_accepting_and_withdrawing_at_once_leaves_one_truth():
    town = build_town()
    made = town.sent()
    together(
        lambda: agents.accept(by=town.by(town.agent), application=made),
        lambda: family.withdraw(by=town.by(made.applicant.user), application=made),
    )
    made.refresh_from_db()
    valid = Certificate.objects.filter(revoked_at__isnull=True).count()
    assert (made.state, valid) in {("accepted", 1), ("withdrawn", 0)}


def test_the_last_seat_of_a_class_goes_to_one_child():
    town = build_town()
    town.group.capacity = 1
    town.group.save()
    one, other = town.accepted(), town.accepted()
    results = together(
        *(
            lambda made=made: heads.admit(
                by=town.by(town.head),
                application=made,
                vaccination_seen=True,
                class_group=town.group,
            )
            for made in (one, other)
        )
    )
    assert [r.code for r in refusals(results)] == ["class_full"]
    assert RollEntry.objects.filter(class_group=town.group).count() == 1
    assert sorted(Application.objects.values_list("state", flat=True)) == ["accepted", "admitted"]


def test_two_parents_sending_at_once_leave_one_application():
    town = build_town()
    mother, father = town.parent(), town.parent()
    child = town.child(mother, father)
    drafts = [(p, town.draft(p, child)) for p in (mother, father)]
    results = together(
        *(lambda p=p, d=d: family.submit(by=town.by(p.user), application=d) for p, d in drafts)
    )
    assert [r.code for r in refusals(results)] == ["already"]
    assert Application.objects.exclude(state="draft").count() == 1


def test_a_draft_sent_twice_at_once_is_sent_once():
    town = build_town()
    parent = town.parent()
    made = town.draft(parent, town.child(parent))
    by = town.by(parent.user)
    results = together(*(lambda: family.submit(by=by, application=made) for _ in range(2)))
    assert refusals(results) == []
    assert Message.objects.filter(kind="registration_submitted").count() == 1


def test_an_invitation_used_twice_at_once_opens_once(monkeypatch):
    town = build_town()
    mother = town.parent()
    guest = Guardian.objects.create(
        household=mother.household, given_name="Thomas", family_name="R"
    )
    monkeypatch.setattr(invitations.secrets, "token_urlsafe", lambda n: "jeton")
    invitations.invite(by=Actor(mother.user), guardian=guest, email="thomas@essai.example")
    user = UserFactory(email="thomas@essai.example", roles=[Role.GUARDIAN])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    results = together(
        *(lambda: invitations.accept(by=Actor(user), token="jeton") for _ in range(2))
    )
    assert [r.code for r in refusals(results)] == ["invitation"]
    assert Guardian.objects.get(user=user) == guest
