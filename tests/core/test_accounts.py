"""Opening an account, signing in, the second step."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.accounts import actions, secrets
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, JournalEntry
from core.seeding import DEMO_TOTP_SECRET
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "trois-petits-chats-gris"
SIGN_UP = {
    "given_name": "Nadia",
    "family_name": "Benali",
    "email": "Nadia@Essai.example",
    "password1": PASSWORD,
}


def person(*roles, email="agent@essai.example"):
    user = UserFactory(email=email, password=PASSWORD, roles=list(roles))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user, **more):
    return client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD, **more}
    )


def code(secret=DEMO_TOTP_SECRET, step=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def link(body):
    return re.search(r"https?://[^/\s]+(/\S+)", body).group(1)


def test_an_account_opens_once_its_address_is_confirmed(client, committed, mailoutbox):
    with committed():
        answer = client.post(reverse("account_signup"), {**SIGN_UP, "next": "/famille/"})
    assert answer.url == reverse("account_email_verification_sent")
    user = User.objects.get(email="nadia@essai.example")
    assert (user.given_name, user.family_name) == ("Nadia", "Benali")
    assert [p.role for p in user.current_posts] == [Role.GUARDIAN]
    assert JournalEntry.objects.filter(verb="account.open", subject_id=str(user.pk)).exists()
    assert len(mailoutbox) == 1
    mail = mailoutbox[0]
    assert mail.to == ["nadia@essai.example"]
    assert "Bonjour Nadia" in mail.body
    assert client.get(reverse("account_email_verification_sent")).status_code == 200
    address = link(mail.body)
    assert client.get(address).status_code == 200, "the link alone confirms nothing"
    assert not EmailAddress.objects.get(user=user).verified
    assert client.post(address).url == "/famille/", "and leads where one was going"
    assert EmailAddress.objects.get(user=user).verified
    assert user.messages.get().body == "", "the link does not stay in the outbox"


def test_opening_an_account_twice_tells_nothing_to_a_stranger(client, committed, mailoutbox):
    known = person(Role.GUARDIAN, email="nadia@essai.example")
    with committed():
        answer = client.post(reverse("account_signup"), SIGN_UP)
    assert answer.url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert "déjà un compte" in mailoutbox[0].subject
    assert mailoutbox[0].to == [known.email]


def test_weak_passwords_are_refused_with_the_reason(client):
    page = client.post(reverse("account_signup"), {**SIGN_UP, "password1": "azerty"})
    assert page.status_code == 200
    assert "12" in page.content.decode()
    assert not User.objects.exists()


def test_wrong_passwords_run_out(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    user = person(Role.GUARDIAN)
    for _ in range(2):
        client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    page = sign_in(client, user)
    assert "Trop d’essais" in page.content.decode()


def test_a_parent_signs_in_and_out(client):
    user = person(Role.GUARDIAN)
    assert sign_in(client, user, next="/famille/").url == "/famille/"
    assert client.get(reverse("account_logout")).status_code == 200, "asks first"
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).url == "/"
    assert "_auth_user_id" not in client.session


def test_sign_in_does_not_lead_elsewhere(client):
    assert sign_in(client, person(Role.GUARDIAN), next="https://evil.example/").url == "/"


def test_an_agent_gives_the_code_of_the_application(client):
    user = person(Role.ENROLMENT_AGENT)
    TOTP.activate(user, DEMO_TOTP_SECRET)
    assert sign_in(client, user).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    page = client.get(reverse("mfa_authenticate")).content.decode()
    shown = re.search(r'class="mono">(\d{6})<', page).group(1)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "ne convient pas" in wrong.content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": shown}).url == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_code_is_shown_for_the_published_secret_and_in_the_demo_only(client, settings):
    user = person(Role.ENROLMENT_AGENT)
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    sign_in(client, user)
    assert 'class="mono"' not in client.get(reverse("mfa_authenticate")).content.decode()
    Authenticator.objects.update(data={"secret": secrets.encrypt(DEMO_TOTP_SECRET)})
    assert 'class="mono"' in client.get(reverse("mfa_authenticate")).content.decode()
    settings.DEMO = False
    assert 'class="mono"' not in client.get(reverse("mfa_authenticate")).content.decode()


def test_secrets_of_second_factors_are_sealed_and_keys_can_change(settings):
    user = person(Role.ENROLMENT_AGENT)
    TOTP.activate(user, DEMO_TOTP_SECRET)
    stored = Authenticator.objects.get().data["secret"]
    assert DEMO_TOTP_SECRET not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-some-length-another"
    assert secrets.decrypt(stored) == DEMO_TOTP_SECRET


def test_an_agent_without_second_factor_is_led_to_set_one_up(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.ENROLMENT_AGENT)
    sign_in(client, user)
    assert client.get("/").url == reverse("mfa_index")
    assert client.get("/api/v1/openapi.json").status_code == 403
    assert "deuxième étape" in client.get(reverse("mfa_index")).content.decode()
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'id="totp-secret">(\w+)<', page).group(1)
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert client.get(done.url).content.decode().count("<li>") >= 10
    assert client.get("/").status_code == 200
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "Votre poste demande" in refused.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_parents_need_no_second_factor(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, person(Role.GUARDIAN))
    assert client.get("/").status_code == 200


def test_an_idle_agent_is_signed_out_and_a_parent_is_not(client):
    agent, parent = person(Role.ENROLMENT_AGENT), person(Role.GUARDIAN, email="p@essai.example")
    for user, stays in ((agent, False), (parent, True)):
        client.force_login(user)
        client.get("/")
        with time_machine.travel(clock.now() + dt.timedelta(hours=2, minutes=5)):
            client.get("/")
            assert ("_auth_user_id" in client.session) is stays


def test_a_form_sent_after_the_session_ended_is_told_so(client):
    page = client.post(reverse("usersessions_list"))
    assert page.status_code == 403
    assert "session est terminée" in page.content.decode()
    assert client.get(reverse("usersessions_list")).status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_that_serves_once(client, committed, mailoutbox):
    user = person(Role.GUARDIAN)
    with committed():
        client.post(reverse("account_reset_password"), {"email": user.email})
    address = link(mailoutbox[0].body)
    form = client.get(address).url
    assert client.get(form).status_code == 200
    new = "une-nouvelle-phrase-secrete"
    with committed():
        answer = client.post(form, {"password1": new})
    assert answer.url == reverse("account_reset_password_from_key_done")
    user.refresh_from_db()
    assert user.check_password(new)
    assert len(mailoutbox) == 2, "the owner hears of it"
    assert "n’est plus valable" in client.get(address).content.decode()


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_inactive"]
)
def test_entrance_pages_open(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_generate_recovery_codes",
        "usersessions_list",
    ],
)
def test_account_pages_open_for_their_owner(client, name):
    user = person(Role.GUARDIAN)
    sign_in(client, user)
    if "recovery" in name:
        TOTP.activate(user, DEMO_TOTP_SECRET)
    assert client.get(reverse(name)).status_code == 200


def test_other_devices_are_signed_out(client, django_user_model):
    from django.test import Client

    user = person(Role.GUARDIAN)
    other = Client()
    sign_in(client, user)
    sign_in(other, user)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert page.count('class="card device"') == 2
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("usersessions_list")).status_code == 302
    assert client.get(reverse("usersessions_list")).status_code == 200


def test_the_address_changes_once_confirmed(client, committed, mailoutbox):
    user = person(Role.GUARDIAN)
    sign_in(client, user)
    with committed():
        client.post(reverse("account_email"), {"email": "neuve@essai.example", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "agent@essai.example"
    page = client.get(reverse("account_email")).content.decode()
    assert "neuve@essai.example" in page
    assert "neuve@essai.example" in client.get(reverse("account_security")).content.decode()
    mail = next(m for m in mailoutbox if m.to == ["neuve@essai.example"])
    client.post(link(mail.body))
    user.refresh_from_db()
    assert user.email == "neuve@essai.example"


def test_one_address_one_account_whatever_its_case():
    person(Role.GUARDIAN, email="nadia@essai.example")
    with pytest.raises(RuleBroken) as caught:
        actions.open_account(by=SYSTEM, given_name="N", email="NADIA@essai.example")
    assert caught.value.field == "email"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=UserFactory().pk).update(email="Nadia@Essai.example")


def test_posts_are_given_once_and_ended_once():
    user = UserFactory()
    given = {"by": SYSTEM, "user": user, "role": Role.TEACHER, "scope_kind": "school"}
    with pytest.raises(RuleBroken, match="quelle école"):
        actions.give_post(**given)
    post = actions.give_post(**given, scope_ref="0990001a")
    assert post.scope_ref == "0990001A"
    with pytest.raises(RuleBroken, match="tient déjà"):
        actions.give_post(**given, scope_ref="0990001A")
    actions.end_post(by=SYSTEM, post=post)
    actions.end_post(by=SYSTEM, post=post)
    assert JournalEntry.objects.filter(verb="post.end").count() == 1
    assert not User.objects.get(pk=user.pk).current_posts
    actions.give_post(**given, scope_ref="0990001A")


def test_the_last_administrator_stays():
    post = Post.objects.get(user=UserFactory(roles=[Role.ADMINISTRATOR]))
    with pytest.raises(RuleBroken, match="dernier poste"):
        actions.end_post(by=SYSTEM, post=post)
    UserFactory(roles=[Role.ADMINISTRATOR])
    assert actions.end_post(by=SYSTEM, post=post).ends_on == clock.today()


def test_cache_of_used_codes_is_what_the_demo_reads():
    user = person(Role.ENROLMENT_AGENT)
    totp = TOTP.activate(user, DEMO_TOTP_SECRET)
    assert totp.validate_code(code())
    assert cache.get(totp._get_used_cache_key(code())) == "y"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/2010 Firefox/140.0", "Firefox sur Windows"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/19 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (X11; Linux) Chrome/140 Safari/537.36 Edg/140", "Edge sur Linux"),
        ("curl/8", "Appareil inconnu"),
    ],
)
def test_devices_are_named_as_people_know_them(sent, read):
    from core.accounts.templatetags.devices import device

    assert device(sent) == read


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client):
    only_forms = reverse("messages:read_all")
    page = f"{reverse('messages:list')}?lus=non"
    answer = client.post(only_forms, headers={"referer": f"http://testserver{page}"})
    assert answer.status_code == 403
    assert answer.context["back"] == page
    elsewhere = client.post(only_forms, headers={"referer": "https://ailleurs.example/piege/"})
    assert elsewhere.context["back"] == only_forms
