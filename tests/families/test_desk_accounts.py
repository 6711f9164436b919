"""An agent opens, and gives back, the account of a guardian."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from core import clock, outbox
from core.accounts.actions import citizens
from core.accounts.actions.citizens import Citizen
from core.accounts.citizen.civil import civil_status
from core.accounts.models import CivilIdentity, DeskCode, User
from core.accounts.roles import Role
from core.accounts.sandbox.people import PEOPLE
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor, JournalEntry
from families.actions import desk_accounts as actions
from families.models import Guardian
from tests.factories.accounts import UserFactory
from tests.factories.families import GuardianFactory
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db
ELODIE = PEOPLE[0]


@pytest.fixture
def agent(client):
    user = UserFactory(roles=[Role.ENROLMENT_AGENT])
    sign_in_client(client, user)
    return user


def page_of(guardian):
    return reverse("families:desk_account", args=[guardian.pk])


def test_the_account_opens_and_its_letter_prints_for_a_quarter_of_an_hour(client, agent):
    guardian = GuardianFactory(user=None, email="", given_name="Zohra", family_name="Amrani")
    assert "pas de compte" in client.get(page_of(guardian)).content.decode()
    assert client.post(page_of(guardian), {"act": "open"}).url == page_of(guardian)
    guardian.refresh_from_db()
    assert guardian.user.email is None
    assert guardian.user.roles == {Role.GUARDIAN}
    letter = reverse("families:desk_letter", args=[guardian.pk])
    assert letter in client.get(page_of(guardian)).content.decode()
    answer = client.get(letter)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    sealed = client.session[f"desk_letter_{guardian.pk}"]
    assert not re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", sealed), "the code is sealed"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=16)):
        assert client.get(letter).status_code == 404
    sign_in_client(client, UserFactory(roles=[Role.ENROLMENT_AGENT]))
    assert client.get(letter).status_code == 404, "another agent cannot print it"


def test_a_second_account_is_refused():
    guardian = GuardianFactory(user=None)
    actions.open_for_guardian(by=SYSTEM, guardian=guardian)
    with pytest.raises(RuleBroken, match="déjà un compte"):
        actions.open_for_guardian(by=SYSTEM, guardian=guardian)
    assert User.objects.count() == 1


def test_two_guardians_share_an_address_and_keep_two_accounts(committed, mailoutbox):
    shared = "famille.amrani@essai.example"
    people = [GuardianFactory(user=None, email=shared, given_name=n) for n in ("Zohra", "Ali")]
    users = [actions.open_for_guardian(by=SYSTEM, guardian=g).user for g in people]
    assert len({user.pk for user in users}) == 2
    assert len({user.identifier for user in users}) == 2
    assert not any(user.email for user in users)
    with committed():
        for user in users:
            outbox.queue(kind="account_recovered", to=user)
    assert [m.to for m in mailoutbox] == [[shared], [shared]]


def test_without_any_address_messages_wait_on_the_portal():
    user = actions.open_for_guardian(by=SYSTEM, guardian=GuardianFactory(user=None, email="")).user
    message = outbox.queue(kind="account_recovered", to=user)
    assert (message.channel, message.state) == ("in_app", "sent")
    assert not mail.outbox


def test_access_is_given_back_after_seeing_a_document(client, agent):
    guardian = GuardianFactory()
    guardian.user.set_password("an-old-password-of-hers")
    guardian.user.save()
    refused = client.post(page_of(guardian), {"act": "recover", "identity_seen": ""})
    assert refused.status_code == 200
    assert not DeskCode.objects.exists()
    client.post(page_of(guardian), {"act": "recover", "identity_seen": "passport"})
    record = DeskCode.objects.get()
    assert (record.purpose, record.identity_seen, record.made_by) == ("recover", "passport", agent)
    assert "Passeport" in client.get(page_of(guardian)).content.decode()


def test_an_agent_cannot_write_a_letter_to_herself(agent):
    own = GuardianFactory(user=agent)
    with pytest.raises(RuleBroken):
        actions.give_back_access(by=Actor(agent), guardian=own, identity_seen="passport")


def test_guardians_are_found_by_name_and_by_what_their_account_lacks(
    client, agent, django_assert_max_num_queries
):
    GuardianFactory(given_name="Samira", family_name="Avec")
    GuardianFactory(user=None, given_name="Paulette", family_name="Sans")
    waiting = GuardianFactory(user=None, given_name="Ali", family_name="Attente")
    actions.open_for_guardian(by=SYSTEM, guardian=waiting)
    for query, name in (
        ("q=paul+sans", "Paulette"),
        ("show=none", "Paulette"),
        ("show=waiting", "Ali"),
    ):
        # Finding by name is the search of families: some questions more, whatever it finds.
        with django_assert_max_num_queries(28):
            page = client.get(reverse("families:desk_accounts") + "?" + query)
        assert [g.given_name for g in page.context["page_obj"]] == [name]


def test_parents_and_agents_of_a_school_do_not_reach_it(client):
    guardian = GuardianFactory()
    sign_in_client(client, UserFactory(roles=[(Role.ENROLMENT_AGENT, "0990001A")]))
    assert client.get(page_of(guardian)).status_code == 404
    sign_in_client(client, guardian.user)
    assert client.get(page_of(guardian)).status_code == 403


SEEN = {
    "act": "identity",
    "seen": "passport",
    "family_name": "Marchetti",
    "given_names": "Elodie, Marie",
    "birth_date": "1990-03-17",
    "birthplace": "13055",
    "birthcountry": "99100",
}


def test_a_civil_status_seen_at_the_desk_is_what_the_citizen_account_knows(client, agent):
    """Once noted, the person is recognised without signing in first; nobody else is."""
    guardian = GuardianFactory()
    client.post(page_of(guardian), SEEN)
    known = Citizen("subject-of-elodie", civil_status(ELODIE.claims()), ELODIE.email)
    assert citizens.recognise(known) == guardian.user
    entry = JournalEntry.objects.get(verb="civil_identity.verify")
    assert (entry.actor, entry.facts["seen"]) == (agent, "passport")
    assert "MARCHETTI" not in str(entry.facts).upper()
    assert "Document vu au guichet" in client.get(page_of(guardian)).content.decode()
    other = GuardianFactory()
    taken = client.post(page_of(other), SEEN)
    assert "déjà celle d’un autre compte" in taken.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seen": ""}, "obligatoire"),
        ({"birthplace": "Paris"}, "codes des lieux"),
        ({"birthplace": "", "birthcountry": "France"[:5]}, "codes des lieux"),
    ],
)
def test_a_civil_status_with_holes_is_not_noted(client, agent, change, said):
    guardian = GuardianFactory()
    page = client.post(page_of(guardian), {**SEEN, **change})
    assert said in page.content.decode()
    assert not CivilIdentity.objects.exists()


def test_what_the_state_vouched_for_is_not_rewritten_at_a_desk(client, agent):
    user = citizens.open_citizen_account(
        Citizen(ELODIE.sub, civil_status(ELODIE.claims()), ELODIE.email)
    )
    guardian = GuardianFactory(user=user, email="")
    page = client.post(page_of(guardian), {**SEEN, "family_name": "Autre"})
    assert "dit autre chose" in page.content.decode()
    own = GuardianFactory(user=agent)
    assert client.post(page_of(own), SEEN).status_code == 200
    assert CivilIdentity.objects.get().family_name == "MARCHETTI"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_agents_at_once_open_one_account():
    guardian = GuardianFactory(user=None)

    ends = at_once(2, lambda _number: actions.open_for_guardian(by=SYSTEM, guardian=guardian))
    refused = [end.code for end in ends if isinstance(end, RuleBroken)]
    assert refused == ["has_account"]
    assert Guardian.objects.get(pk=guardian.pk).user_id == User.objects.get().pk
