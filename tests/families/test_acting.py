"""Acting for a family: never more than it sees, always under both names, never too long."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.models import Post
from core.accounts.roles import Role
from core.acting import Scope
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families.actions import acting as acts
from families.desk.index import catch_up_all
from families.models import AssistedSession, Guardian
from tests.factories.accounts import UserFactory
from tests.factories.families import IncomeFileFactory
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

EVERYDAY = ["family", "applications", "canteen", "messages"]


@pytest.fixture
def town():
    """A school, an agent, a mother and her child, a quotient."""
    town = build_town()
    town.mother = town.parent(given_name="Samira", family_name="Benali")
    town.amel = town.child(town.mother, given_name="Amel")
    IncomeFileFactory(household=town.mother.household, family_quotient=4321)
    return town


@pytest.fixture
def desk(town):
    """The agent's browser, acting for the mother in everyday matters."""
    client = Client()
    sign_in_client(client, town.agent)
    begin(client, town.mother)
    return client


def begin(client, guardian, scopes=EVERYDAY, reason="desk"):
    everyday = [s for s in scopes if s in EVERYDAY]
    sensitive = [s for s in scopes if s not in EVERYDAY]
    response = client.post(
        reverse("families:desk_family", args=[guardian.pk]),
        {"reason": reason, "scopes": everyday, "sensitive": sensitive},
    )
    assert response["Location"] == reverse("families:acting_home"), response.content.decode()
    return response


def text(response):
    return response.content.decode().replace("\u00a0", " ")


def test_every_page_says_for_whom_one_acts(desk, town):
    for name in ("families:acting_home", "families:overview", "registration:mine", "canteen:home"):
        page = text(desk.get(reverse(name)))
        assert re.search(r"Vous agissez pour la famille\s*<bdi>Benali</bdi>", page), name
        assert town.agent.given_name in page
    assert desk.get("/").headers["Location"] == reverse("families:acting_home")


def test_the_agent_sees_what_the_family_sees_and_no_more(desk, town):
    assert "Amel" in text(desk.get(reverse("families:overview")))
    other = town.child(town.parent(), given_name="Inconnu")
    assert desk.get(reverse("families:child", args=[other.reference])).status_code == 404
    # Pages of the agent's own post are closed meanwhile.
    for name in ("registration:queue", "families:desk", "people:list", "api:openapi-json"):
        assert desk.get(reverse(name)).status_code in (302, 403), name
    desk.post(reverse("families:acting_end"))
    assert desk.get(reverse("registration:queue")).status_code == 200


def test_money_income_and_health_stay_closed_unless_ticked(town):
    client = Client()
    sign_in_client(client, town.agent)
    begin(client, town.mother)
    for name in ("payments:home", "families:income"):
        assert client.get(reverse(name)).status_code == 403, name
    assert not re.search(r"4\s?321", text(client.get(reverse("families:overview"))))
    assert "Qui paie" not in text(client.get(reverse("families:child", args=[town.amel.reference])))
    client.post(reverse("families:acting_end"))
    begin(client, town.mother, [*EVERYDAY, "income", "payments"])
    assert re.search(r"4\s?321", text(client.get(reverse("families:income"))))
    assert client.get(reverse("payments:home")).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "payments:pay",
        "account_change_password",
        "account_email",
        "mfa_index",
        "usersessions_list",
        "families:guardian_add",
        "families:desk",
    ],
)
def test_some_acts_stay_the_familys_alone_whatever_is_ticked(town, name):
    client = Client()
    sign_in_client(client, town.agent)
    begin(client, town.mother, list(Scope.values))
    assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse(name), {"guardian": 1}).status_code == 403


def test_a_parent_who_works_for_the_city_lends_none_of_her_posts(town):
    mother = town.parent(user=UserFactory(roles=[Role.GUARDIAN, Role.ENROLMENT_AGENT]))
    stranger = town.child(town.parent())
    client = Client()
    sign_in_client(client, town.agent)
    begin(client, mother)
    assert client.get(reverse("families:child", args=[stranger.reference])).status_code == 404
    assert client.get(reverse("canteen:child", args=[stranger.reference])).status_code == 404


def test_both_names_stand_behind_what_is_done(desk, town):
    desk.post(
        reverse("families:contact"), {"used_name": "", "phone": "06 11 22 33 44", "language": "fr"}
    )
    act = JournalEntry.objects.get(verb="guardian.contact")
    session = AssistedSession.objects.get()
    assert (act.actor, act.on_behalf_of, act.via) == (
        town.agent,
        town.mother.user,
        f"acting:{session.pk}",
    )
    desk.get(reverse("families:overview"))
    read = JournalEntry.objects.get(verb="read.family")
    assert (read.actor, read.on_behalf_of) == (town.agent, town.mother.user)
    assert read.facts == {"page": "families:overview"}


def test_the_family_is_told_what_was_done_without_a_name_or_a_number(desk, town):
    desk.post(
        reverse("families:contact"), {"used_name": "", "phone": "06 11 22 33 44", "language": "fr"}
    )
    assert not Message.objects.filter(kind="family_helped").exists()
    desk.post(reverse("families:acting_end"))
    message = Message.objects.get(kind="family_helped")
    assert message.recipient == town.mother.user
    assert town.agent.get_full_name() in message.body
    assert "Coordonnées changées" in message.body
    assert "06 11" not in message.body
    assert "Amel" not in message.body


def test_it_ends_by_itself_after_half_an_hour(desk, town, time_machine):
    session = AssistedSession.objects.get()
    time_machine.move_to(session.ends_at + dt.timedelta(seconds=1))
    phone = town.mother.phone
    response = desk.post(reverse("families:contact"), {"phone": "06 99", "language": "fr"})
    assert response.status_code == 302
    town.mother.refresh_from_db()
    assert town.mother.phone == phone
    session.refresh_from_db()
    assert session.end == "time"
    # The time that ran out, not the time somebody noticed.
    assert session.ended_at == session.ends_at
    assert desk.get(reverse("families:overview")).status_code in (200, 302)
    assert "Vous agissez pour la famille" not in text(desk.get(reverse("families:desk")))


def test_it_is_prolonged_but_not_for_ever(desk, time_machine):
    session = AssistedSession.objects.get()
    start = session.started_at
    for minutes in range(25, 6 * 60, 25):
        time_machine.move_to(start + dt.timedelta(minutes=minutes))
        desk.post(reverse("families:acting_prolong"))
    session.refresh_from_db()
    assert session.ends_at == start + dt.timedelta(hours=4)


def test_losing_the_post_ends_it_at_the_next_request(desk, town):
    Post.objects.filter(user=town.agent).update(ends_on=clock.today())
    assert desk.get(reverse("families:overview")).status_code == 302
    assert AssistedSession.objects.get().end == "rights"


def test_signing_out_ends_it(desk):
    desk.post(reverse("account_logout"))
    assert AssistedSession.objects.get().end == "left"


def test_nobody_acts_twice_at_once(desk, town):
    session = AssistedSession.objects.get()
    by = Actor(town.agent, on_behalf_of=town.mother.user)
    with pytest.raises(RuleBroken, match="Terminez"):
        acts.begin_at_desk(by=by, guardian=town.parent(), reason="desk", scopes=["family"])
    # From another window, the first one ends.
    second = Client()
    sign_in_client(second, town.agent)
    begin(second, town.parent(family_name="Roux"))
    session.refresh_from_db()
    assert session.end == "left"
    assert desk.get(reverse("families:overview")).status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistedSession.objects.create(
            agent=town.agent,
            guardian=town.mother,
            reason="desk",
            ends_at=clock.now() + dt.timedelta(minutes=5),
            for_family=True,
        )


def test_nobody_acts_for_themselves_or_for_somebody_without_an_account(town):
    by = Actor(town.agent)
    own = town.parent(user=town.agent)
    with pytest.raises(RuleBroken, match="votre compte"):
        acts.begin_at_desk(by=by, guardian=own, reason="desk", scopes=["family"])
    with pytest.raises(RuleBroken, match="compte"):
        acts.begin_at_desk(by=by, guardian=town.parent(user=None), reason="desk", scopes=["family"])
    with pytest.raises(RuleBroken, match="situation"):
        acts.begin_at_desk(by=by, guardian=town.mother, reason="mandate", scopes=["family"])
    with pytest.raises(RuleBroken, match="poste"):
        acts.begin_at_desk(
            by=Actor(town.head), guardian=town.mother, reason="desk", scopes=["family"]
        )


def test_somebody_elses_session_opens_nothing(desk, town):
    other = Client()
    sign_in_client(other, town.second_agent)
    state = other.session
    state["acting_session"] = AssistedSession.objects.get().pk
    state.save()
    assert other.get(reverse("families:overview")).status_code == 302
    assert AssistedSession.objects.get().ended_at is None


def test_somebody_unknown_is_written_down_once_and_gets_an_account(town):
    client = Client()
    sign_in_client(client, town.agent)
    typed = {"given_name": "Ines", "family_name": "Bénali", "language": "ar"}
    first = client.post(reverse("families:desk_new"), typed)
    guardian = Guardian.objects.get(given_name="Ines")
    assert first["Location"] == reverse("families:desk_family", args=[guardian.pk])
    assert (guardian.user, guardian.language) == (None, "ar")
    catch_up_all()
    # The same name, spelt otherwise: asked about, not written twice.
    again = {**typed, "given_name": "Inès", "family_name": "Benali"}
    assert guardian.household.reference in text(client.post(reverse("families:desk_new"), again))
    assert Guardian.objects.filter(family_name__startswith="B").count() == 2
    client.post(reverse("families:desk_new"), {**again, "someone_new": "on"})
    assert Guardian.objects.filter(family_name__startswith="B").count() == 3
    # An account without e-mail, then one acts for her.
    client.post(reverse("families:desk_account", args=[guardian.pk]), {"act": "open"})
    letter = client.get(reverse("families:desk_letter", args=[guardian.pk]))
    assert letter.content.startswith(b"%PDF")
    begin(client, guardian)
    assert "Ines" in text(client.get(reverse("families:acting_home")))


def test_a_protected_address_is_shown_at_the_desk_for_a_reason_only(town):
    town.mother.household.is_protected = True
    town.mother.household.save()
    client = Client()
    sign_in_client(client, town.agent)
    page = text(client.get(reverse("families:desk_family", args=[town.mother.pk])))
    assert "Adresse protégée" in page
    assert "Rue des Tamaris" not in page
