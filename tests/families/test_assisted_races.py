"""Two real connections at once: stopping and beginning, signing twice, one session an agent."""

from __future__ import annotations

import pytest

from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from families.actions import acting, mandates
from families.models import AssistanceMandate, AssistedSession
from tests.factories.assisted import HelpPlaceFactory, draft, helper, signed
from tests.factories.registration import build_town
from tests.registration.test_races import refusals
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def fresh(user):
    """Return the account as another request meets it, nothing remembered."""
    return Actor(User.objects.get(pk=user.pk))


def test_stopped_while_the_helper_begins_nobody_is_left_acting():
    town = build_town()
    mother, person = town.parent(), helper()
    for _round in range(6):
        made = signed(mother, person)
        results = together(
            lambda made=made: mandates.stop_mandate(by=fresh(mother.user), mandate=made),
            lambda made=made: acting.begin_by_mandate(by=fresh(person), mandate=made),
        )
        assert all(not isinstance(r, Exception) or isinstance(r, RuleBroken) for r in results), (
            results
        )
        assert not AssistedSession.objects.filter(ended_at__isnull=True).exists()
        made.refresh_from_db()
        assert made.state == "revoked"


def test_two_windows_leave_one_session():
    town = build_town()
    families = [town.parent(), town.parent()]
    results = together(
        *(
            lambda family=family: acting.begin_at_desk(
                by=fresh(town.agent), guardian=family, reason="desk", scopes=["family"]
            )
            for family in families
        )
    )
    assert refusals(results) == []
    assert AssistedSession.objects.filter(ended_at__isnull=True).count() == 1


def test_signed_twice_at_once_it_is_signed_once():
    town = build_town()
    mother = town.parent()
    made = draft(mother, helper())
    results = together(
        *(lambda: mandates.sign_mandate(by=fresh(mother.user), mandate=made) for _n in range(2))
    )
    assert refusals(results) == []
    assert JournalEntry.objects.filter(verb="assistancemandate.active").count() == 1


def test_two_mandates_for_one_helper_are_never_open_together():
    town = build_town()
    mother, person, place = town.parent(), helper(), HelpPlaceFactory()

    def prepare_and_sign():
        made = mandates.prepare_mandate(
            by=fresh(mother.user),
            guardian=mother,
            helper=User.objects.get(pk=person.pk),
            place=place,
            days=31,
            scopes=["family"],
            signature="screen",
        )
        return mandates.sign_mandate(by=fresh(mother.user), mandate=made)

    together(prepare_and_sign, prepare_and_sign)
    assert AssistanceMandate.objects.filter(state__in=["draft", "active"]).count() == 1
