"""Who a citizen is here: recognised, linked, unlinked, signed out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.accounts.actions import citizens as actions
from core.accounts.citizen import civil
from core.accounts.models import CivilIdentity, User
from core.accounts.roles import Role
from core.accounts.sandbox.people import PEOPLE
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.seeding import DEMO_TOTP_SECRET
from tests.core.citizen_server import citizen, parent, signed_in_as
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db
ELODIE, NADIA, TUAN = PEOPLE
PASSWORD = "un-figuier-contre-le-mur"


# --- who is who -------------------------------------------------------------------------------


def test_the_same_address_is_no_proof(client, server):
    """Somebody else's address, or one that two people share: sign in to link, or open one's own."""
    user = parent(email=NADIA.email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert server.come_back(client, NADIA).url == reverse("citizen_welcome")
    assert signed_in_as(client) is None
    shown = client.get(reverse("citizen_welcome")).content.decode()
    assert NADIA.email not in shown
    signed = client.post(
        reverse("account_login"),
        {"login": user.email, "password": PASSWORD, "next": reverse("citizen_link")},
    )
    assert signed.url == reverse("citizen_link")
    assert not SocialAccount.objects.exists(), "asked first"
    client.post(signed.url)
    assert SocialAccount.objects.get().user == user
    other = Client()
    server.come_back(other, NADIA)
    assert signed_in_as(other) == user


def test_the_first_visit_page_says_the_same_whether_or_not_the_address_is_known(client, server):
    server.come_back(client, NADIA)
    unknown = client.get(reverse("citizen_welcome")).content.decode()
    parent(email=NADIA.email)
    known = client.get(reverse("citizen_welcome")).content.decode()
    strip = lambda page: page.partition("<main")[2].partition("</main>")[0]  # noqa: E731
    import re

    token = re.compile(r'csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", strip(known)) == token.sub("", strip(unknown))


def test_two_people_who_share_an_address_keep_two_accounts(client, server, committed, mailoutbox):
    user = parent(email=NADIA.email, password=PASSWORD)
    server.come_back(client, NADIA)
    with committed():
        client.post(reverse("citizen_welcome"))
    assert signed_in_as(client) not in (None, user)
    assert not mailoutbox, "no link that could take the other's address"
    assert User.objects.get(pk=user.pk).email == NADIA.email


def test_a_verified_identity_is_recognised_whatever_accents_and_case(client, server):
    user = parent(password=PASSWORD)
    papers = civil.CivilStatus("Marchetti", "Elodie, Marie", "1990-03-17", "13055", "99100")
    CivilIdentity.objects.create(
        user=user, family_name="Marchetti", given_names="Elodie Marie", birth_date="1990-03-17",
        birthplace="13055", birthcountry="99100", key=papers.key, source="desk",
    )  # fmt: skip
    server.come_back(client, ELODIE)
    assert signed_in_as(client) == user
    assert JournalEntry.objects.filter(verb="citizen.link", subject_id=str(user.pk)).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"given_names": "Élodie"},
        {"family_name": "Marchetta"},
        {"birth_date": "1990-03-18"},
        {"birthplace": "13001"},
        {"birthcountry": "99101"},
    ],
)
def test_a_namesake_is_not_the_same_person(change):
    own = civil.civil_status(ELODIE.claims())
    other = civil.CivilStatus(**{**own.__dict__, **change})
    assert other.key != own.key


@pytest.mark.parametrize(
    "hole",
    [
        {"family_name": ""}, {"given_name": " - "}, {"birthdate": "1990-3-17"},
        {"birthdate": None}, {"birthplace": "", "birthcountry": ""}, {"birthplace": "Paris"},
        {"family_name": ["x"]}, {"given_name": "x" * 300}, {"family_name": "a\x00b"},
    ],
)  # fmt: skip
def test_an_identity_with_holes_is_none(hole):
    with pytest.raises(civil.IncompleteIdentity):
        civil.civil_status({**ELODIE.claims(), **hole})


def test_a_second_factor_is_asked_after_the_citizen_account(client, server):
    user = actions.open_citizen_account(citizen(ELODIE))
    TOTP.activate(user, DEMO_TOTP_SECRET)
    assert server.come_back(client, ELODIE).url == reverse("mfa_authenticate")
    assert signed_in_as(client) is None


def test_agents_are_refused_this_door(client, server):
    agent = UserFactory(roles=[Role.ENROLMENT_AGENT], password=PASSWORD)
    sign_in_client(client, agent)
    server.come_back(client, ELODIE)
    refused = client.post(reverse("citizen_link"))
    assert refused.status_code == 403
    assert "comptes des agents" in refused.content.decode()
    SocialAccount.objects.create(user=agent, provider="citizen", uid=ELODIE.sub)
    other = Client()
    refused = server.come_back(other, ELODIE)
    assert refused.status_code == 403
    assert signed_in_as(other) is None


def test_a_closed_account_stays_closed(client, server):
    user = actions.open_citizen_account(citizen(ELODIE))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert server.come_back(client, ELODIE).status_code == 403
    assert signed_in_as(client) is None


# --- linking and unlinking --------------------------------------------------------------------


def test_it_is_linked_and_unlinked_from_the_page_of_one_s_sign_in(
    client, server, committed, mailoutbox
):
    user = parent(email="n@essai.example", password=PASSWORD)
    sign_in_client(client, user)
    page = reverse("account_security")
    assert "Relier" in client.get(page).content.decode()
    with committed():
        assert server.come_back(client, NADIA, process="connect").url == page
    assert "Défaire le lien" in client.get(page).content.decode()
    with committed():
        client.post(reverse("citizen_unlink"))
    assert not SocialAccount.objects.exists()
    assert CivilIdentity.objects.filter(user=user).exists(), "the identity stays a fact"
    assert [mail.to for mail in mailoutbox] == [["n@essai.example"]] * 2


def test_the_only_way_in_is_not_taken_away(client, server):
    user = actions.open_citizen_account(citizen(ELODIE))
    sign_in_client(client, user)
    page = reverse("account_security")
    assert "seule façon d’entrer" in client.get(page).content.decode()
    client.post(reverse("citizen_unlink"))
    assert SocialAccount.objects.filter(user=user).exists()
    client.post(reverse("account_set_password"), {"password1": PASSWORD})
    client.post(reverse("citizen_unlink"))
    assert not SocialAccount.objects.exists()
    other = Client()
    other.post(reverse("account_login"), {"login": user.identifier, "password": PASSWORD})
    assert signed_in_as(other) == user


def test_an_identity_opens_one_account():
    first = actions.open_citizen_account(citizen(ELODIE))
    second = parent(password=PASSWORD)
    with pytest.raises(RuleBroken) as caught:
        actions.link_citizen(by=Actor(second), user=second, citizen=citizen(ELODIE))
    assert caught.value.code == "linked_elsewhere"
    again = actions.Citizen("another-subject", citizen(ELODIE).civil)
    with pytest.raises(RuleBroken) as caught:
        actions.recognise(again)
    assert caught.value.code == "other_subject"
    with pytest.raises(IntegrityError), transaction.atomic():
        CivilIdentity.objects.create(
            user=second, family_name="x", given_names="x", birth_date="x", birthplace="1",
            key=CivilIdentity.objects.get(user=first).key, source="desk",
        )  # fmt: skip


def test_a_verified_account_does_not_become_somebody_else_s():
    user = actions.open_citizen_account(citizen(ELODIE))
    SocialAccount.objects.filter(user=user).delete()
    with pytest.raises(RuleBroken) as caught:
        actions.link_citizen(by=Actor(user), user=user, citizen=citizen(TUAN))
    assert caught.value.code == "other_identity"


def test_a_corrected_civil_status_is_followed(server, client):
    user = actions.open_citizen_account(citizen(ELODIE))
    before = actions.Citizen(
        ELODIE.sub, civil.CivilStatus("MARCHETI", "Élodie", "1990-03-17", "13055", "99100")
    )
    actions.recognise(before)
    assert CivilIdentity.objects.get(user=user).family_name == "MARCHETI"
    server.come_back(client, ELODIE)
    assert CivilIdentity.objects.get(user=user).family_name == "MARCHETTI"


# --- leaving ----------------------------------------------------------------------------------


def test_signing_out_here_signs_out_there(client, server, settings):
    actions.open_citizen_account(citizen(ELODIE))
    server.come_back(client, ELODIE)
    before = server.state()["ended"]
    away = client.post(reverse("account_logout"))
    query = parse_qs(urlsplit(away.url).query)
    assert query["post_logout_redirect_uri"] == [
        settings.PUBLIC_URL + reverse("citizen_logged_out")
    ]
    assert signed_in_as(client) is None
    import requests

    back = requests.get(away.url, timeout=5, allow_redirects=False).headers["Location"]
    assert server.state()["ended"] == before + 1
    home = client.get(urlsplit(back).path + "?" + urlsplit(back).query)
    assert home.url == "/"
    assert "ici et là-bas" in client.get("/").content.decode()
    client.get(reverse("citizen_logged_out") + "?state=forged")
    assert "ici et là-bas" not in client.get("/").content.decode()


def test_whoever_came_in_by_password_stays_here_when_leaving(client, server):
    user = parent(email="n@essai.example", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert client.post(reverse("account_logout")).url == "/"


def test_signing_out_works_when_the_server_does_not(client, server, settings):
    actions.open_citizen_account(citizen(ELODIE))
    server.come_back(client, ELODIE)
    cache.clear()
    settings.CITIZEN_ISSUER = "http://127.0.0.1:9/api/v2"
    assert client.post(reverse("account_logout")).url == "/"
    assert signed_in_as(client) is None


# --- at once ----------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_first_visits_at_once_open_one_account():

    opened = at_once(4, lambda _number: actions.open_citizen_account(citizen(ELODIE)).pk)

    assert set(opened) == {User.objects.get().pk}
    assert SocialAccount.objects.count() == CivilIdentity.objects.count() == 1
