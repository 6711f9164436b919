"""The citizen account, against a real OpenID Connect server in its own process."""

from __future__ import annotations

import logging
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.accounts import actions as accounts
from core.accounts.actions import citizens as actions
from core.accounts.citizen import civil
from core.accounts.models import CivilIdentity, User
from core.accounts.roles import Role
from core.accounts.sandbox.people import PEOPLE
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.seeding import DEMO_TOTP_SECRET
from tests.core.citizen_server import CitizenServer, open_door
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
ELODIE, NADIA, TUAN = PEOPLE
PASSWORD = "un-figuier-contre-le-mur"


@pytest.fixture(scope="module")
def process():
    server = CitizenServer()
    yield server
    server.stop()


@pytest.fixture
def server(process, settings):
    open_door(settings, process)
    process.misbehave()
    return process


def citizen(person, email=""):
    claims = person.claims()
    return actions.Citizen(person.sub, civil.civil_status(claims), email or person.email)


def parent(**fields):
    user = UserFactory(roles=[Role.GUARDIAN], **fields)
    accounts.give_identifier(user)
    return user


def signed_in_as(client):
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


# --- a first visit, and those after -----------------------------------------------------------


def test_a_first_visit_opens_an_account_and_the_family_begins(
    client, server, committed, mailoutbox
):
    answer = server.come_back(client, ELODIE)
    assert answer.url == reverse("citizen_welcome")
    assert signed_in_as(client) is None, "nothing is opened before they say so"
    assert not User.objects.exists()
    page = client.get(answer.url).content.decode()
    assert "Bienvenue, Élodie" in page
    with committed():
        begun = client.post(answer.url)
    assert begun.url == reverse("families:setup")
    user = signed_in_as(client)
    assert (user.given_name, user.family_name, user.email) == ("Élodie", "Gauthier", None)
    assert user.identifier
    assert not user.has_usable_password()
    assert user.roles == {Role.GUARDIAN}
    identity = CivilIdentity.objects.get(user=user)
    assert (identity.family_name, identity.birth_date) == ("MARCHETTI", "1990-03-17")
    assert SocialAccount.objects.get(user=user).extra_data == {}, "no claim kept beside the link"
    setup = client.get(begun.url).content.decode()
    assert "Élodie" in setup
    assert [mail.to for mail in mailoutbox] == [[ELODIE.email]], "to be confirmed, no more"
    assert not EmailAddress.objects.get(user=user).verified


def test_the_next_visit_is_recognised_by_its_subject(client, server):
    user = actions.open_citizen_account(citizen(ELODIE))
    answer = server.come_back(client, ELODIE, next="/famille/")
    assert answer.url == "/famille/"
    assert signed_in_as(client) == user
    assert User.objects.count() == 1


def test_somebody_born_abroad_without_a_day_is_somebody(client, server):
    server.come_back(client, TUAN)
    client.post(reverse("citizen_welcome"))
    identity = CivilIdentity.objects.get(user=signed_in_as(client))
    assert (identity.birth_date, identity.birthplace) == ("1985-00-00", "")


def test_giving_up_on_the_way_changes_nothing(client, server):
    answer = server.come_back(client, None)
    assert answer.url == reverse("account_login")
    assert "vous avez renoncé" in client.get(answer.url).content.decode()


def test_the_button_is_there_where_a_server_is_configured(client, server, settings):
    settings.CITIZEN_LABEL = "MonIdentité"
    label = "Se connecter avec MonIdentité"
    assert label in client.get(reverse("account_login")).content.decode()
    settings.CITIZEN_ISSUER = ""
    assert label not in client.get(reverse("account_login")).content.decode()
    for name in ("citizen_login", "citizen_callback"):
        assert client.post(reverse(name)).status_code == 404


def test_what_is_asked_of_the_server(client, server):
    led = client.post(reverse("citizen_login") + "?scope=everything&auth_params=acr_values%3Dx")
    query = {k: v[0] for k, v in parse_qs(urlsplit(led["Location"]).query).items()}
    assert query["response_type"] == "code"
    assert query["acr_values"] == "eidas1"
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) >= 32
    assert len(query["nonce"]) >= 32
    assert set(query["scope"].split()) == {
        "openid", "given_name", "family_name", "birthdate", "gender", "birthplace",
        "birthcountry", "email", "preferred_username",
    }  # fmt: skip


def test_only_a_button_leads_there(client, server):
    assert client.get(reverse("citizen_login")).url == reverse("account_login")


# --- hostile answers --------------------------------------------------------------------------

REFUSALS = {
    "id_alg_none": "algorithm",
    "id_hs256": "algorithm",
    "id_wrong_key": "signature",
    "id_unknown_key": "key",
    "id_expired": "expired",
    "id_wrong_issuer": "issuer",
    "id_wrong_audience": "audience",
    "id_two_audiences": "audience",
    "id_wrong_nonce": "nonce",
    "id_no_nonce": "nonce",
    "id_low_level": "level",
    "id_missing": "missing",
    "userinfo_alg_none": "algorithm",
    "userinfo_hs256": "algorithm",
    "userinfo_wrong_key": "signature",
    "userinfo_unknown_key": "key",
    "userinfo_expired": "expired",
    "userinfo_wrong_issuer": "issuer",
    "userinfo_wrong_audience": "audience",
    "userinfo_other_subject": "subject",
    "userinfo_plain_json": "unsigned",
    "userinfo_no_birthdate": "identity",
    "userinfo_500": "unavailable",
    "keys_500": "unavailable",
}


@pytest.mark.parametrize(("fault", "code"), REFUSALS.items())
def test_an_answer_that_is_not_to_be_believed_lets_nobody_in(client, server, caplog, fault, code):
    actions.open_citizen_account(citizen(ELODIE))
    back = server.way_back(client, ELODIE)
    server.misbehave(fault)
    with caplog.at_level(logging.WARNING, "core.accounts"):
        answer = client.get(back)
    assert answer.status_code == 401
    assert f"refused: {code}" in caplog.text
    assert signed_in_as(client) is None
    assert "citizen_pending" not in client.session
    assert code not in answer.content.decode().partition("<main")[2]


def test_a_server_that_fails_is_told_apart_from_a_crash(client, server):
    back = server.way_back(client, ELODIE)
    server.misbehave("token_500")
    assert client.get(back).status_code == 401


def test_an_identity_token_of_before_is_refused(client, server, caplog):
    """A replay: a sound token, of the same person, of an earlier sign-in."""
    server.come_back(Client(), ELODIE)
    back = server.way_back(client, ELODIE)
    server.misbehave("id_replayed")
    with caplog.at_level(logging.WARNING, "core.accounts"):
        assert client.get(back).status_code == 401
    assert "refused: nonce" in caplog.text


def test_an_answer_serves_once(client, server):
    actions.open_citizen_account(citizen(ELODIE))
    back = server.way_back(client, ELODIE)
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 401


def test_an_answer_made_for_another_browser_is_refused(client, server):
    actions.open_citizen_account(citizen(ELODIE))
    back = server.way_back(Client(), ELODIE)
    assert client.get(back).status_code == 401
    assert signed_in_as(client) is None


def test_an_answer_of_another_server_is_refused(client, server):
    back = server.way_back(client, ELODIE)
    forged = back.replace("iss=http%3A", "iss=https%3A")
    assert forged != back
    assert client.get(forged).status_code == 401


def test_a_code_without_its_verifier_is_worth_nothing(client, server):
    """PKCE: a code taken on the way and brought into the thief's own sign-in."""
    stolen = parse_qs(urlsplit(server.way_back(Client(), ELODIE)).query)["code"][0]
    back = server.way_back(client, TUAN)
    own = parse_qs(urlsplit(back).query)["code"][0]
    assert client.get(back.replace(own, stolen)).status_code == 401


def test_a_server_that_names_another_issuer_is_not_ours(client, server, settings):
    settings.CITIZEN_ISSUER = server.issuer.replace("/api/v2", "/api/v2/")
    assert client.post(reverse("citizen_login")).status_code == 401


def test_a_server_that_is_down_is_said_to_be(client, server, settings):
    settings.CITIZEN_ISSUER = "http://127.0.0.1:9/api/v2"
    assert client.post(reverse("citizen_login")).status_code == 401


def test_keys_are_fetched_once_and_again_when_they_change(client, server):
    for _ in range(2):
        server.come_back(Client(), ELODIE)
    before = server.state()["calls"]["/api/v2/jwks"]
    server.come_back(Client(), ELODIE)
    assert server.state()["calls"]["/api/v2/jwks"] == before
    server.turn_key()
    assert server.come_back(client, ELODIE).url == reverse("citizen_welcome")


def test_tokens_with_unknown_keys_don_t_make_us_ask_each_time(server):
    server.come_back(Client(), ELODIE)
    clients = [Client() for _ in range(3)]
    backs = [server.way_back(one, ELODIE) for one in clients]
    server.misbehave("id_unknown_key")
    before = server.state()["calls"]["/api/v2/jwks"]
    for one, back in zip(clients, backs, strict=True):
        assert one.get(back).status_code == 401
    assert server.state()["calls"]["/api/v2/jwks"] == before + 1


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
    barrier, opened = threading.Barrier(4), []

    def visit():
        barrier.wait()
        try:
            opened.append(actions.open_citizen_account(citizen(ELODIE)).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert set(opened) == {User.objects.get().pk}
    assert SocialAccount.objects.count() == CivilIdentity.objects.count() == 1
