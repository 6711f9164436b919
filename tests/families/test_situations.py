"""Death, authority, institutions, names: dated, kept, told to whom it concerns."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core import clock
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families import queries
from families.actions import situations
from families.actions.children import add_child, add_pickup_contact, edit_child
from families.actions.household import update_contact
from families.actions.names import correct_names
from families.actions.payers import agree_payers, record_payers, set_payers
from families.models import (
    Child,
    Guardian,
    Guardianship,
    NameChange,
    PayerRule,
    PickupContact,
    SituationReport,
)
from families.rules import Share
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    """Two parents apart who share the costs week about."""
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    child = town.child(mother, father, given_name="Amel")
    rule = set_payers(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        mode="alternating",
        shares=[Share(mother.pk, 100, "odd"), Share(father.pk, 100, "even")],
        valid_from=clock.today(),
    )
    agree_payers(by=Actor(father.user), rule=rule)
    PayerRule.objects.filter(pk=rule.pk).update(valid_from=clock.today() - dt.timedelta(days=60))
    return town, mother, father, child


def test_a_death_ends_links_paying_and_access_and_keeps_history(client, family):
    town, mother, father, child = family
    day = clock.today()
    client.force_login(father.user)
    situations.record_death(by=Actor(town.agent), guardian=father, day=day)
    link = Guardianship.objects.get(child=child, guardian=father)
    assert (link.ends_on, link.end_reason) == (day, "death")
    assert not Child.objects.of_guardian(father.user).exists()
    assert client.get("/famille/").status_code == 302
    # What he had agreed to is over; the mother pays and is asked to choose.
    rule = PayerRule.objects.get(child=child, agreed_at__isnull=False, mode="alternating")
    assert rule.ends_on == day
    for offset in range(21):
        on = day + dt.timedelta(days=offset)
        assert queries.payers_of(child, on) == [(mother, 100)]
    assert queries.payers_to_choose(mother.user) == [child]
    kinds = set(Message.objects.filter(recipient=mother.user).values_list("kind", flat=True))
    assert {"family_guardian_changed", "family_choose_payer"} <= kinds
    words = " ".join(m.body for m in Message.objects.filter(recipient=mother.user))
    assert "Karim" not in words
    assert "décè" not in words
    set_payers(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        mode="single",
        shares=[Share(mother.pk, 100)],
        valid_from=day,
    )
    assert queries.payers_to_choose(mother.user) == []


def test_a_death_recorded_by_mistake_is_taken_back(family):
    town, _mother, father, child = family
    by = Actor(town.agent)
    situations.record_death(by=by, guardian=father, day=clock.today() - dt.timedelta(days=3))
    situations.record_death(by=by, guardian=father, day=clock.today())
    assert JournalEntry.objects.filter(verb="guardian.death").count() == 1
    father.refresh_from_db()
    assert father.died_on == clock.today() - dt.timedelta(days=3)
    situations.undo_death(by=by, guardian=father)
    father.user.refresh_from_db()
    assert father.user.is_active
    assert child in Child.objects.of_guardian(father.user)


def test_a_death_after_an_announced_change_can_be_taken_back_whole(family):
    town, _mother, father, child = family
    by, day = Actor(town.agent), clock.today() + dt.timedelta(days=10)
    situations.set_authority(by=by, guardian=father, child=child, holds=False, day=day)
    before = list(
        Guardianship.objects.filter(guardian=father)
        .order_by("starts_on", "pk")
        .values_list("starts_on", "ends_on", "end_reason", "parental_authority")
    )
    situations.record_death(by=by, guardian=father, day=clock.today())
    assert not Guardianship.objects.current().filter(guardian=father).exists()
    assert not Guardianship.objects.current(day).filter(guardian=father).exists()
    situations.undo_death(by=by, guardian=father)
    after = list(
        Guardianship.objects.filter(guardian=father)
        .order_by("starts_on", "pk")
        .values_list("starts_on", "ends_on", "end_reason", "parental_authority")
    )
    assert after == before


def test_authority_lost_from_a_day_shows_nothing_from_that_day(client, family):
    town, mother, father, child = family
    day = clock.today() + dt.timedelta(days=5)
    add_pickup_contact(
        by=Actor(father.user), guardian=father, child=child, name="Oncle", relation="", phone="1"
    )
    situations.set_authority(
        by=Actor(town.agent), guardian=father, child=child, holds=False, day=day
    )
    url = reverse("families:child", args=[child.reference])
    sign_in_client(client, father.user)
    assert client.get(url).status_code == 200
    assert PickupContact.objects.current().filter(child=child).exists()
    with time_machine.travel(clock.at(day, 0, 1), tick=False):
        sign_in_client(client, father.user)
        assert client.get(url).status_code == 404
        assert "Amel" not in client.get("/famille/").content.decode()
        link = Guardianship.objects.current().get(child=child, guardian=father)
        assert not link.parental_authority
        assert not link.may_pick_up
        assert queries.payers_of(child, day) == [(mother, 100)]
        assert not PickupContact.objects.current().filter(child=child).exists()
        # And back: the third row of the history.
        situations.set_authority(
            by=Actor(town.agent), guardian=father, child=child, holds=True, day=day
        )
        assert child in Child.objects.of_guardian(father.user)
    reasons = Guardianship.objects.filter(child=child, guardian=father).order_by("pk")
    assert [row.end_reason for row in reasons] == ["authority_lost", "authority_gained", ""]


def test_no_new_rule_names_somebody_past_their_last_day(family):
    town, mother, father, child = family
    day = clock.today() + dt.timedelta(days=30)
    situations.set_authority(
        by=Actor(town.agent), guardian=father, child=child, holds=False, day=day
    )
    rule = set_payers(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        mode="percentage",
        shares=[Share(mother.pk, 50), Share(father.pk, 50)],
        valid_from=clock.today(),
    )
    rule = agree_payers(by=Actor(father.user), rule=rule)
    assert rule.ends_on == day
    with pytest.raises(RuleBroken, match="responsable") as refused:
        set_payers(
            by=Actor(mother.user),
            guardian=mother,
            child=child,
            mode="single",
            shares=[Share(father.pk, 100)],
            valid_from=day,
        )
    assert refused.value.code == "stranger"


def test_a_rule_to_come_that_names_the_dead_never_counts(family):
    town, mother, father, child = family
    PayerRule.objects.filter(child=child).delete()
    today = clock.today()
    by = Actor(mother.user)
    set_payers(
        by=by,
        guardian=mother,
        child=child,
        mode="single",
        shares=[Share(mother.pk, 100)],
        valid_from=today,
    )
    later = today + dt.timedelta(days=40)
    both = set_payers(
        by=by,
        guardian=mother,
        child=child,
        mode="percentage",
        shares=[Share(mother.pk, 10), Share(father.pk, 90)],
        valid_from=later,
    )
    agree_payers(by=Actor(father.user), rule=both)
    situations.record_death(by=Actor(town.agent), guardian=father, day=today)
    rule, _proposal = queries.rules_of(child, later)
    assert rule is not None
    assert rule.mode == "single"
    assert queries.payers_of(child, later + dt.timedelta(days=3)) == [(mother, 100)]
    assert queries.payers_to_choose(mother.user) == []


def test_an_institution_answers_for_a_child_and_may_pay(family):
    town, mother, _father, child = family
    values = {
        "organisation": "Aide sociale à l'enfance",
        "given_name": "Irène",
        "family_name": "Costa",
        "email": "ase@essai.example",
        "phone": "04 91 00 00 00",
        "parental_authority": False,
        "lives_with": True,
        "day": clock.today(),
    }
    by = Actor(town.agent)
    link = situations.add_institution(by=by, child=child, **values)
    assert link.guardian.full_name == "Aide sociale à l'enfance"
    other = town.child(mother)
    again = {**values, "organisation": "aide sociale a l’enfance"}
    second = situations.add_institution(by=by, child=other, **again)
    assert second.guardian == link.guardian
    record_payers(
        by=by,
        child=child,
        mode="single",
        shares=[Share(link.guardian_id, 100)],
        valid_from=clock.today(),
        ground="institution",
    )
    assert queries.payers_of(child, clock.today()) == [(link.guardian, 100)]


def test_a_child_keeps_somebody_responsible(family):
    town, mother, _father, _child = family
    alone = town.child(mother)
    with pytest.raises(RuleBroken) as refused:
        situations.end_link(
            by=Actor(town.agent),
            guardian=mother,
            child=alone,
            day=clock.today(),
            reason="mandate_over",
        )
    assert refused.value.code == "last"


def test_twins_are_two_and_an_accent_left_out_is_no_twin(family):
    _town, mother, _father, _child = family
    day = dt.date(clock.today().year - 6, 3, 9)
    values = {"guardian": mother, "family_name": "Haddad", "birth_date": day, "kind": "mother"}
    by = Actor(mother.user)
    first = add_child(by=by, given_name="Léa", **values)
    twin = add_child(by=by, given_name="Léo", **values)
    assert twin != first
    assert add_child(by=by, given_name="lea", **values) == first


def test_in_a_blended_household_each_sees_their_own_children(family):
    town, mother, _father, child = family
    partner = town.parent(given_name="Paul")
    partner.household = mother.household
    partner.save()
    half = town.child(mother, partner, given_name="Nino")
    his = town.child(partner, given_name="Rose")
    assert set(Child.objects.of_guardian(partner.user)) == {half, his}
    assert set(Child.objects.of_guardian(mother.user)) == {child, half}


def test_names_are_kept_as_they_were(client, family):
    town, mother, _father, child = family
    update_contact(
        by=Actor(mother.user), guardian=mother, used_name="Dupont", phone="", language="fr"
    )
    change = NameChange.objects.get(guardian=mother)
    assert (change.before, change.after, change.reason) == ("", "Dupont", "daily_life")
    assert change.changed_by == mother.user
    town.accepted(parent=mother, child=child)
    identity = {"given_name": "Amelle", "family_name": child.family_name, "used_name": ""}
    with pytest.raises(RuleBroken) as refused:
        edit_child(by=Actor(mother.user), child=child, birth_date=child.birth_date, **identity)
    assert refused.value.code == "identity_locked"
    correct_names(by=Actor(town.agent), person=child, reason="civil_status", **identity)
    child.refresh_from_db()
    assert child.given_name == "Amelle"
    entry = JournalEntry.objects.get(verb="child.names")
    assert "Amelle" not in str(entry.facts) + entry.reason


def test_a_report_is_read_by_its_writer_and_agents_only(family):
    town, mother, father, child = family
    report = situations.report_situation(
        by=Actor(mother.user), guardian=mother, child=child, kind="other", words="confidentiel"
    )
    again = situations.report_situation(
        by=Actor(mother.user), guardian=mother, child=child, kind="other", words="autre"
    )
    assert again == report
    visible = SituationReport.objects.visible_to
    assert list(visible(mother.user)) == [report]
    assert list(visible(town.agent)) == [report]
    assert not visible(father.user).exists()
    assert not visible(town.head).exists()
    situations.close_report(by=Actor(town.agent), report=report)
    assert Message.objects.filter(recipient=mother.user, kind="family_report_handled").count() == 1
    assert not Message.objects.filter(recipient=father.user, kind__contains="report").exists()


def test_who_died_is_not_named_again(family):
    from families.actions.children import add_guardian

    town, mother, father, child = family
    situations.record_death(by=Actor(town.agent), guardian=father, day=clock.today())
    other = add_guardian(
        by=Actor(mother.user),
        guardian=mother,
        children=[child],
        given_name=father.given_name,
        family_name=father.family_name,
        kind="father",
        same_household=False,
    )
    assert other != father
    assert Guardian.objects.filter(family_name=father.family_name).count() == 2
