"""Who pays: agreed by each who pays, recorded by an agent, told, taken back before its day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families import queries
from families.actions.payers import (
    agree_payers,
    cancel_coming,
    set_payers,
    withdraw_payers,
)
from families.models import Guardianship, PayerRule
from families.rules import Share
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    child = town.child(mother, father, given_name="Amel")
    PayerRule.objects.all().delete()
    return town, mother, father, child


def propose(mother, child, shares, mode="percentage", day=None):
    return set_payers(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        mode=mode,
        shares=shares,
        valid_from=day or clock.today(),
    )


def told(guardian, kind):
    return Message.objects.filter(recipient=guardian.user, kind=kind)


def test_a_proposal_counts_once_each_who_would_pay_has_agreed(client, family):
    town, mother, father, child = family
    aunt = town.parent(given_name="Rosa")
    uncle = town.parent(given_name="Omar")
    for relative in (aunt, uncle):
        Guardianship.objects.create(child=child, guardian=relative, kind="guardian")
    rule = propose(mother, child, [Share(father.pk, 60), Share(aunt.pk, 40)])
    assert told(father, "family_payers_proposed").count() == 1
    assert told(aunt, "family_payers_proposed").count() == 1
    # The father agrees for himself alone: the aunt pays nothing without her own word.
    agree_payers(by=Actor(father.user), rule=rule)
    rule.refresh_from_db()
    assert rule.agreed_at is None
    assert queries.payers_of(child, clock.today()) == [(mother, 100)]
    assert queries.proposals_to(father) == []
    assert queries.proposals_to(aunt) == [rule]
    with pytest.raises(RuleBroken, match="ne vous fait rien payer"):
        agree_payers(by=Actor(uncle.user), rule=rule)
    url = reverse("families:child", args=[child.reference])
    for who, buttons in ((uncle, 0), (father, 1), (aunt, 2)):
        client.force_login(who.user)
        page = client.get(url).content.decode()
        assert page.count('name="answer"') == buttons
    assert client.post(reverse("families:payers_answer", args=[rule.pk]), {"answer": "agree"})
    assert queries.payers_of(child, clock.today()) == [(father, 60), (aunt, 40)]
    for who, times in ((mother, 1), (father, 1), (aunt, 0)):
        assert told(who, "family_payers_changed").count() == times
    message = told(mother, "family_payers_changed").get()
    assert not {"Karim", "Rosa", "60", "40"} & set(message.body.split())


def test_a_refusal_is_told_to_who_proposed(family):
    _town, mother, father, child = family
    rule = propose(mother, child, [Share(mother.pk, 50), Share(father.pk, 50)])
    withdraw_payers(by=Actor(father.user), rule=rule)
    assert not PayerRule.objects.exists()
    assert told(mother, "family_payers_declined").count() == 1
    # Taken back by oneself, there is nobody to tell.
    withdraw_payers(
        by=Actor(mother.user), rule=propose(mother, child, [Share(father.pk, 100)], "single")
    )
    assert Message.objects.filter(kind="family_payers_declined").count() == 1


def test_an_agent_records_what_a_judge_decided_and_both_are_told(client, family):
    town, mother, father, child = family
    sign_in_client(client, town.agent)
    url = reverse("families:payers_record", args=[child.reference])
    day = clock.today() + dt.timedelta(days=30)
    data = {"mode": "alternating", "payer": father.pk, "valid_from": day.isoformat()}
    assert client.post(url, data).status_code == 200
    assert not PayerRule.objects.exists()
    propose(father, child, [Share(father.pk, 100)], "single")
    assert client.post(url, {**data, "ground": "ruling"}).status_code == 302
    rule = PayerRule.objects.get(valid_from=day)
    assert rule.agreed_at is not None
    assert rule.proposed_by is None
    entry = JournalEntry.objects.get(verb="payer_rule.record")
    assert (entry.actor, entry.facts["ground"]) == (town.agent, "ruling")
    for parent in (mother, father):
        assert told(parent, "family_payers_changed").filter(dedupe_key__contains=rule.pk).exists()
        assert queries.payers_of(child, clock.today()) == [(father, 100)]
        client.force_login(parent.user)
        page = client.get(reverse("families:child", args=[child.reference])).content.decode()
        assert "Semaines impaires" in page
        # It binds both: neither takes it back alone.
        assert reverse("families:payers_cancel", args=[rule.pk]) not in page
        assert client.post(reverse("families:payers_cancel", args=[rule.pk])).status_code == 409
        assert client.get(url).status_code == 403
    sign_in_client(client, town.agent)
    undo = reverse("families:payers_record_cancel", args=[child.reference, rule.pk])
    assert undo in client.get(url).content.decode()
    assert client.post(undo).status_code == 302
    assert not PayerRule.objects.filter(valid_from=day).exists()


def test_what_i_alone_would_pay_later_is_shown_and_taken_back(client, family):
    _town, mother, father, child = family
    day = clock.today() + dt.timedelta(days=12)
    rule = propose(mother, child, [Share(mother.pk, 100)], "single", day)
    client.force_login(mother.user)
    url = reverse("families:child", args=[child.reference])
    undo = reverse("families:payers_cancel", args=[rule.pk])
    assert undo in client.get(url).content.decode()
    client.force_login(father.user)
    assert undo not in client.get(url).content.decode()
    assert client.post(undo).status_code == 404
    client.force_login(mother.user)
    assert client.post(undo).status_code == 302
    assert not PayerRule.objects.exists()
    now = propose(mother, child, [Share(mother.pk, 100)], "single")
    with pytest.raises(RuleBroken, match="a commencé"):
        cancel_coming(by=Actor(mother.user), rule=now, guardian=mother)


def test_without_a_rule_who_has_answered_longest_for_the_child_pays(family):
    """Not whose file is oldest: a relative may have had children here for years."""
    town, mother, father, _child = family
    child = town.child(father, given_name="Sami")
    PayerRule.objects.all().delete()
    Guardianship.objects.filter(child=child).update(
        starts_on=clock.today() - dt.timedelta(900), ends_on=clock.today() - dt.timedelta(10)
    )
    for guardian, days in ((mother, 300), (father, 10)):
        Guardianship.objects.create(
            child=child,
            guardian=guardian,
            kind="guardian",
            starts_on=clock.today() - dt.timedelta(days),
        )
    assert mother.pk < father.pk
    # The father's link was changed ten days ago; he has answered for the child for years.
    assert queries.payers_of(child, clock.today()) == [(father, 100)]
