"""Devices: the list, signing out of one or all, the mail about a new one, « that was not me »."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.actions import devices as actions
from core.accounts.models import KnownDevice, User
from core.accounts.roles import Role
from core.journal import JournalEntry
from core.seeding import DEMO_TOTP_SECRET
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "un-figuier-contre-le-mur"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/2010 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; like Mac OS X) Version/19 Safari/604.1"


@pytest.fixture
def user():
    made = UserFactory(roles=[Role.GUARDIAN], email="nadia@essai.example", password=PASSWORD)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def sign_in(client, user, agent=FIREFOX, password=PASSWORD):
    return client.post(
        reverse("account_login"),
        {"login": user.email, "password": password},
        headers={"User-Agent": agent},
    )


def is_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


def test_a_new_device_is_told_and_a_known_one_is_not(user, committed, mailoutbox):
    first, second = Client(), Client()
    with committed():
        sign_in(first, user)
    assert not mailoutbox, "the first one is where its owner is"
    with committed():
        sign_in(second, user, IPHONE)
    mail = mailoutbox.pop()
    assert mail.to == [user.email]
    assert "Safari sur iPhone" in mail.body
    assert re.findall(r"https?://\S+?(/\S+)", mail.body) == ["/compte/pas-moi/"], "no token inside"
    for client in (first, second):
        client.post(reverse("account_logout"))
        with committed():
            sign_in(client, user, IPHONE)
    assert not mailoutbox


def test_what_the_device_keeps_says_nothing_of_who_used_it(client, user):
    other = UserFactory(roles=[Role.GUARDIAN], email="thomas@essai.example", password=PASSWORD)
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    for person in (user, other):
        sign_in(client, person)
        client.post(reverse("account_logout"))
    cookie = client.cookies["appareil"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    keys = list(KnownDevice.objects.values_list("key", flat=True))
    assert len(set(keys)) == 2, "two people on one tablet cannot be told to share it"
    assert cookie.value not in keys


def test_a_made_up_device_number_is_replaced(user):
    client = Client()
    client.cookies["appareil"] = "x" * 5000
    sign_in(client, user)
    assert len(client.cookies["appareil"].value) == 43


def test_the_list_says_which_device_and_when(user):
    here, there = Client(), Client()
    sign_in(there, user, IPHONE)
    sign_in(here, user)
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        there.get(reverse("usersessions_list"))
        page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox sur Windows" in page
    assert "Safari sur iPhone" in page
    assert page.count("Cet appareil") == 1
    seen = UserSession.objects.order_by("-last_seen_at").first()
    assert seen.last_seen_at - seen.created_at > dt.timedelta(minutes=50)


def test_looking_at_pages_does_not_write_each_time(user, client, django_assert_num_queries):
    sign_in(client, user)
    client.get(reverse("help"))
    before = UserSession.objects.get().last_seen_at
    client.get(reverse("help"))
    assert UserSession.objects.get().last_seen_at == before


def test_one_device_is_signed_out(user):
    here, there, third = Client(), Client(), Client()
    for client in (here, there, third):
        sign_in(client, user)
    session = UserSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("device_close", args=[session.pk]))
    assert not is_in(there)
    assert is_in(here)
    assert is_in(third)


def test_somebody_else_s_device_is_not_found(user, client):
    other = UserFactory(roles=[Role.GUARDIAN], email="thomas@essai.example", password=PASSWORD)
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    theirs = Client()
    sign_in(theirs, other)
    sign_in(client, user)
    session = UserSession.objects.get(user=other)
    assert client.post(reverse("device_close", args=[session.pk])).status_code == 404
    assert is_in(theirs)


@pytest.mark.parametrize(("act", "stays"), [("others", True), ("everywhere", False)])
def test_sign_out_everywhere_ends_sessions_nobody_listed_too(user, act, stays):
    here, there, unlisted = Client(), Client(), Client()
    for client in (here, there, unlisted):
        sign_in(client, user)
    UserSession.objects.filter(session_key=unlisted.session.session_key).delete()
    here.post(reverse("usersessions_list"), {"act": act})
    assert is_in(here) is stays
    assert not is_in(there)
    assert not is_in(unlisted)
    assert JournalEntry.objects.filter(verb="account.sign_out_everywhere").exists()
    assert sign_in(Client(), user).status_code == 302, "and one may come back"


def test_that_was_not_me_closes_the_door_and_leads_to_a_new_password(user, committed, mailoutbox):
    owner, thief = Client(), Client()
    sign_in(owner, user)
    sign_in(thief, user, IPHONE)
    page = owner.get(reverse("not_me")).content.decode()
    assert "fermons la porte" in page
    assert is_in(thief), "looking changes nothing"
    assert owner.post(reverse("not_me")).url == reverse("account_change_password")
    assert not is_in(thief)
    assert is_in(owner)
    assert not KnownDevice.objects.filter(user=user).exists()


def test_that_was_not_me_helps_nobody_else_in(user, client):
    page = client.get(reverse("not_me")).content.decode()
    assert reverse("account_reset_password") in page
    epoch = User.objects.get(pk=user.pk).session_epoch
    client.post(reverse("not_me"), {"login": user.email})
    assert User.objects.get(pk=user.pk).session_epoch == epoch, "a stranger ends nobody's session"


def test_a_forgotten_password_ends_sessions_keeps_the_second_step_and_ends_in_two_hours(
    user, committed, mailoutbox
):
    there = Client()
    sign_in(there, user)
    TOTP.activate(user, DEMO_TOTP_SECRET)
    client = Client()
    with committed():
        client.post(reverse("account_reset_password"), {"email": user.email})
    address = re.search(r"https?://[^/\s]+(/\S+)", mailoutbox[-1].body).group(1)
    with time_machine.travel(clock.now() + dt.timedelta(hours=2, minutes=1)):
        assert "n’est plus valable" in client.get(address).content.decode()
    form = client.get(address).url
    client.post(form, {"password1": "une-nouvelle-phrase-secrete"})
    assert not is_in(there)
    answer = sign_in(client, user, password="une-nouvelle-phrase-secrete")
    assert answer.url == reverse("mfa_authenticate")


def test_recovery_says_the_same_to_a_stranger(user, committed, mailoutbox):
    pages = []
    for email in (user.email, "inconnue@essai.example"):
        client = Client()
        with committed():
            answer = client.post(reverse("account_reset_password"), {"email": email})
        pages.append((answer.status_code, answer.url))
    assert pages[0] == pages[1]


def test_the_old_address_hears_of_a_change_when_asked_and_when_done(user, committed, mailoutbox):
    client = Client()
    sign_in(client, user)
    with committed():
        client.post(reverse("account_email"), {"email": "neuve@essai.example", "action_add": ""})
    told = [mail for mail in mailoutbox if mail.to == ["nadia@essai.example"]]
    assert len(told) == 1
    assert "neuve@essai.example" not in told[0].body
    link = next(m for m in mailoutbox if m.to == ["neuve@essai.example"]).body
    with committed():
        client.post(re.search(r"https?://[^/\s]+(/\S+)", link).group(1))
    assert User.objects.get(pk=user.pk).email == "neuve@essai.example"
    assert mailoutbox[-1].to == ["nadia@essai.example"]
    assert "/compte/adresse/refuser/" in mailoutbox[-1].body


def test_changing_the_address_asks_for_the_password_again(user):
    client = Client()
    sign_in(client, user)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=20)):
        answer = client.post(
            reverse("account_email"), {"email": "neuve@essai.example", "action_add": ""}
        )
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="neuve@essai.example").exists()


def test_two_tabs_at_once_tell_of_a_device_once(user):
    actions.notice_device(user=user, token="a" * 43, user_agent=FIREFOX)
    actions.notice_device(user=user, token="b" * 43, user_agent=IPHONE)
    actions.notice_device(user=user, token="b" * 43, user_agent=IPHONE)
    assert user.messages.filter(kind="account_new_device").count() == 1


def refusal(mail):
    return re.search(r"/compte/adresse/refuser/\S+", mail.body)[0]


def asks_to_change(client, committed, user):
    sign_in(client, user)
    with committed():
        client.post(reverse("account_email"), {"email": "voleur@essai.example", "action_add": ""})


def test_the_old_address_calls_a_change_off_before_it_happens(user, committed, mailoutbox):
    client = Client()
    asks_to_change(client, committed, user)
    told = next(mail for mail in mailoutbox if mail.to == [user.email])
    assert "voleur" not in told.body, "the new address is nobody's business here"
    page, stranger = refusal(told), Client()
    assert "Annuler le changement" in stranger.get(page).content.decode()
    assert EmailAddress.objects.filter(user=user, verified=False).exists(), "reading does nothing"
    assert "Le changement est annulé" in stranger.post(page).content.decode()
    assert not EmailAddress.objects.filter(user=user, verified=False).exists()
    assert client.get(reverse("account_security")).status_code == 302, "signed out everywhere"
    user.refresh_from_db()
    assert user.email == told.to[0]
    assert stranger.get(page).status_code == 410


def test_once_changed_the_old_address_shuts_the_door_and_gets_no_key(user, committed, mailoutbox):
    client = Client()
    old = user.email
    asks_to_change(client, committed, user)
    confirm = next(mail for mail in mailoutbox if mail.to == ["voleur@essai.example"])
    with committed():
        client.post(re.search(r"/compte/adresse/confirmer/\S+", confirm.body)[0])
    user.refresh_from_db()
    assert user.email == "voleur@essai.example"
    told = [mail for mail in mailoutbox if mail.to == [old]][-1]
    page, stranger = refusal(told), Client()
    assert "à tout le monde" in stranger.get(page).content.decode()
    with committed():
        assert "Plus personne" in stranger.post(page).content.decode()
    user.refresh_from_db()
    assert user.email is None
    assert user.identifier, "what a letter of the desk is printed with"
    assert not user.has_usable_password()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert client.get(reverse("account_security")).status_code == 302
    assert any("Par prudence" in mail.body for mail in mailoutbox), "the new address is told"
    with committed():
        for address in (old, "voleur@essai.example"):
            stranger.post(reverse("account_reset_password"), {"email": address})
    assert not [mail for mail in mailoutbox if "/mot-de-passe/nouveau/" in mail.body]
    assert stranger.post(page).status_code == 410


def test_a_refusal_is_good_for_a_week(user, committed, mailoutbox):
    client = Client()
    asks_to_change(client, committed, user)
    page = refusal(next(mail for mail in mailoutbox if mail.to == [user.email]))
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1), tick=False):
        assert Client().post(page).status_code == 410
    assert Client().get(page.replace("refuser/", "refuser/x")).status_code == 410
