"""Accounts without e-mail: an identifier, a code on a letter, a password of one's own."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock, codes
from core.accounts import actions
from core.accounts.letters import desk_letter
from core.accounts.models import DeskCode, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor, JournalEntry
from core.seeding import DEMO_TOTP_SECRET
from tests.factories.accounts import UserFactory
from tests.together import told

pytestmark = pytest.mark.django_db
PASSWORD = "un-figuier-contre-le-mur"


@pytest.fixture
def agent():
    return UserFactory(roles=[Role.ENROLMENT_AGENT])


@pytest.fixture
def issued(agent):
    return actions.open_desk_account(by=Actor(agent), given_name="Zohra", family_name="Amrani")


def activate(client, identifier, code):
    return client.post(reverse("desk_activate"), {"identifier": identifier, "code": code})


def choose(client, password=PASSWORD):
    return client.post(reverse("desk_choose_password"), {"password1": password})


def sign_in(client, login, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


def test_a_parent_without_email_activates_the_account_and_signs_in_by_identifier(client, issued):
    user = issued.user
    assert user.email is None
    assert user.identifier
    assert not user.has_usable_password()
    assert sign_in(client, user.identifier, "x").status_code == 200, "nobody can enter before"
    typed = user.shown_identifier.lower().replace("-", " ")
    assert activate(client, typed, issued.code.lower()).url == reverse("desk_choose_password")
    assert "Bonjour Zohra" in client.get(reverse("desk_choose_password")).content.decode()
    assert choose(client, "azerty").status_code == 200, "the rules hold here too"
    assert choose(client).url == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    client.post(reverse("account_logout"))
    assert sign_in(client, f" {typed} ").url == "/"
    assert [p.role for p in User.objects.get(pk=user.pk).current_posts] == [Role.GUARDIAN]


def test_the_code_serves_once_and_is_kept_as_a_keyed_hash(client, issued, settings):
    kept = DeskCode.objects.get()
    assert issued.code not in str(kept.__dict__)
    assert codes.normal(issued.code) != kept.code_hash
    activate(client, issued.user.identifier, issued.code)
    choose(client)
    again = activate(client, issued.user.identifier, issued.code)
    assert "ne vont pas ensemble" in again.content.decode()
    with pytest.raises(RuleBroken, match="plus valable"):
        actions.use_code(pk=kept.pk, password="un-autre-mot-de-passe")
    assert User.objects.get(pk=issued.user.pk).check_password(PASSWORD)


def test_changing_the_key_of_the_service_keeps_letters_good(issued, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-some-length-another"
    assert actions.find_code(identifier=issued.user.identifier, code=issued.code)
    settings.SECRET_KEY_FALLBACKS = []
    assert not actions.find_code(identifier=issued.user.identifier, code=issued.code)


def test_every_wrong_letter_gets_the_same_answer(client, agent, issued):
    other = actions.open_desk_account(by=Actor(agent), given_name="Ali", family_name="Ben")
    pages = set()
    for identifier, code in (
        (codes.new_code(9), issued.code),
        (issued.user.identifier, codes.new_code(10)),
        (issued.user.identifier, other.code),
    ):
        page = activate(client, identifier, code)
        assert page.status_code == 200
        pages.add(page.content.decode().partition('role="alert"')[2][:600].replace(code, ""))
    assert len({page.split("value=")[0] for page in pages}) == 1
    assert "ne vont pas ensemble" in pages.pop()


def test_a_slip_of_the_pen_is_told_before_any_account_is_looked_up(
    client, issued, django_assert_num_queries
):
    wrong = ("A" if issued.code[0] != "A" else "B") + issued.code[1:]
    page = activate(client, issued.user.identifier, wrong)
    assert "faute de frappe" in page.content.decode()


def test_tries_run_out(client, issued, settings):
    settings.ACCOUNT_RATE_LIMITS = {"desk_code": "3/h/key"}
    for _ in range(3):
        activate(client, issued.user.identifier, codes.new_code(10))
    assert activate(client, issued.user.shown_identifier, issued.code).status_code == 429


def test_the_letter_ends_after_thirty_days_and_a_new_one_replaces_it(client, agent, issued):
    with time_machine.travel(clock.now() + dt.timedelta(days=30, minutes=1)):
        assert not actions.find_code(identifier=issued.user.identifier, code=issued.code)
    new = actions.reissue_activation(by=Actor(agent), user=issued.user)
    assert not actions.find_code(identifier=issued.user.identifier, code=issued.code)
    assert actions.find_code(identifier=issued.user.identifier, code=new.code)
    activate(client, issued.user.identifier, new.code)
    choose(client)
    with pytest.raises(RuleBroken) as caught:
        actions.reissue_activation(by=Actor(agent), user=issued.user)
    assert caught.value.code == "already_active"


def test_the_database_keeps_one_pending_code(issued):
    with pytest.raises(IntegrityError), transaction.atomic():
        DeskCode.objects.create(
            user=issued.user,
            purpose="activate",
            code_hash="x",
            expires_at=clock.now() + dt.timedelta(days=1),
        )


def test_a_quarter_of_an_hour_passes_between_code_and_password_at_most(client, issued):
    activate(client, issued.user.identifier, issued.code)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=16)):
        assert choose(client).url == reverse("desk_activate")
    assert not User.objects.get(pk=issued.user.pk).has_usable_password()


def test_access_is_given_back_to_who_was_seen_and_the_second_step_still_asked(
    client, agent, committed, mailoutbox
):
    from django.test import Client

    owner = UserFactory(roles=[Role.GUARDIAN], email="zohra@essai.example", password="old-" * 4)
    actions.give_identifier(owner)
    TOTP.activate(owner, DEMO_TOTP_SECRET)
    signed_in = Client()
    signed_in.force_login(owner)
    with pytest.raises(RuleBroken, match="quel document"):
        actions.issue_recovery(by=Actor(agent), user=owner, identity_seen="")
    with committed():
        issued = actions.issue_recovery(by=Actor(agent), user=owner, identity_seen="passport")
    assert mailoutbox[-1].to == ["zohra@essai.example"]
    assert issued.code not in mailoutbox[-1].body
    activate(client, owner.identifier, issued.code)
    assert choose(client).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert signed_in.get(reverse("usersessions_list")).status_code == 302, "others are out"
    entry = JournalEntry.objects.get(verb="desk_code.recover")
    assert (entry.actor, entry.facts["seen"]) == (agent, "passport")


def test_a_lost_telephone_is_taken_off_with_the_same_letter(client, agent):
    owner = UserFactory(roles=[Role.GUARDIAN], password="old-" * 4)
    actions.give_identifier(owner)
    TOTP.activate(owner, DEMO_TOTP_SECRET)
    issued = actions.issue_recovery(
        by=Actor(agent), user=owner, identity_seen="id_card", drops_second_factor=True
    )
    assert Authenticator.objects.filter(user=owner).exists(), "not before the letter is used"
    activate(client, owner.identifier, issued.code)
    assert choose(client).url == "/"
    assert not Authenticator.objects.filter(user=owner).exists()


def test_an_agents_account_is_not_given_back_at_a_desk(agent):
    for target in (UserFactory(roles=[Role.TEACHER]), agent):
        with pytest.raises(RuleBroken) as caught:
            actions.issue_recovery(by=Actor(agent), user=target, identity_seen="passport")
        assert caught.value.code == "staff"


def test_wrong_passwords_are_counted_on_the_account_by_whichever_name(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    user = UserFactory(roles=[Role.GUARDIAN], email="z@essai.example", password=PASSWORD)
    actions.give_identifier(user)
    sign_in(client, user.email, "x")
    sign_in(client, user.shown_identifier, "x")
    assert "Trop d’essais" in sign_in(client, user.email).content.decode()


def test_signing_in_says_the_same_whatever_is_wrong(client):
    user = UserFactory(roles=[Role.GUARDIAN], password=PASSWORD)
    actions.give_identifier(user)
    unknown = codes.new_code(9, 3)
    said = {
        str(sign_in(client, login, "not-the-password").context["form"].non_field_errors())
        for login in (user.email, user.identifier, unknown, "nobody@essai.example", "zzz")
    }
    assert len(said) == 1


def test_identifiers_are_short_checked_and_given_once():
    user = UserFactory()
    first = actions.give_identifier(user)
    assert actions.give_identifier(user) == first == User.objects.get(pk=user.pk).identifier
    assert len(first) == 9
    assert codes.is_valid(first)


def test_a_taken_identifier_is_drawn_again(monkeypatch):
    taken = actions.give_identifier(UserFactory())
    drawn = iter([taken, taken, "22222222" + codes.check_character("22222222")])
    monkeypatch.setattr(codes, "new_code", lambda *_args, **_more: next(drawn))
    assert actions.give_identifier(UserFactory()).startswith("2222")


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_the_letter_is_a_pdf_without_the_code_in_its_name(issued, language):
    issued.user.language = language
    data = desk_letter(issued, recipient=["12 rue des Tamaris", "13901 Port-Mistral"])
    assert data.startswith(b"%PDF-")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_uses_of_a_code_at_once_leave_one_password():
    issued = actions.open_desk_account(by=SYSTEM, given_name="Zohra", family_name="Amrani")

    def use(number):
        password = f"{PASSWORD}-{number}"
        actions.use_code(pk=issued.record.pk, password=password)
        return password

    done = told(partial(use, 0), partial(use, 1))
    assert sorted(done)[0] == "code"
    assert len(done) == 2
    assert User.objects.get(pk=issued.user.pk).check_password(sorted(done)[1])


def test_an_account_without_address_can_do_all_the_others_can(client, issued, committed):
    """Passkeys, application, password, proof given again, and an address if they get one."""
    activate(client, issued.user.identifier, issued.code)
    choose(client)
    for name in (
        "account_security", "account_email", "account_change_password", "mfa_index",
        "mfa_add_webauthn", "mfa_activate_totp", "usersessions_list", "account_logout",
    ):  # fmt: skip
        assert client.get(reverse(name)).status_code == 200, name
    with committed():
        changed = client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": "une-nouvelle-phrase-secrete"},
        )
    assert changed.status_code == 302
    user = User.objects.get(pk=issued.user.pk)
    assert user.check_password("une-nouvelle-phrase-secrete")
    assert user.messages.filter(kind="account.password_changed", channel="in_app").exists()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=20)):
        asked = client.get(reverse("mfa_activate_totp"))
        assert asked.url.startswith(reverse("account_reauthenticate"))
        proof = {"password": "une-nouvelle-phrase-secrete", "next": reverse("mfa_activate_totp")}
        assert client.post(reverse("account_reauthenticate"), proof).url == proof["next"]
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
    with committed():
        client.post(reverse("account_email"), {"email": "z@essai.example", "action_add": ""})
    link = next(m for m in mail.outbox if m.to == ["z@essai.example"]).body
    client.post(re.search(r"https?://[^/\s]+(/\S+)", link).group(1))
    assert User.objects.get(pk=user.pk).email == "z@essai.example"
