"""The citizen account, against a real OpenID Connect server in its own process."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from core.accounts.actions import citizens as actions
from core.accounts.models import CivilIdentity, User
from core.accounts.roles import Role
from core.accounts.sandbox.people import PEOPLE
from tests.core.citizen_server import citizen, signed_in_as

pytestmark = pytest.mark.django_db
ELODIE, NADIA, TUAN = PEOPLE
PASSWORD = "un-figuier-contre-le-mur"


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
