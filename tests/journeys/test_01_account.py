"""Opening an account, a forgotten password, an agent's second step: as people meet them."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.seeding import DEMO_TOTP_SECRET
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "trois-petits-chats-gris"


@pytest.fixture(autouse=True)
def _kept_mails(settings):
    settings.EMAIL_BACKEND = "core.mailbox.EmailBackend"
    settings.SECOND_FACTOR_REQUIRED = True


def person(*roles, email="personne@essai.example"):
    user = UserFactory(email=email, password=PASSWORD, roles=list(roles))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def button(page, name):
    return page.get_by_role("button", name=name)


def fill_sign_in(page, email, password=PASSWORD):
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Se connecter").click()


def follow_mail(page, subject):
    page.goto(reverse("mailbox:list"))
    page.get_by_role("link", name=subject).click()
    page.locator("article a[href*='/compte/']").first.click()


def open_account(page, check):
    page.goto(reverse("account_login"))
    check(page)
    page.get_by_role("link", name="Ouvrir un compte").click()
    check(page)
    page.get_by_label("Prénom").fill("Nadia")
    page.get_by_label("Nom", exact=True).fill("Benali")
    page.get_by_label("Adresse e-mail").fill("nadia@essai.example")
    page.get_by_label("Mot de passe").fill("court")
    button(page, "Ouvrir mon compte").click()
    check(page)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    button(page, "Ouvrir mon compte").click()
    check(page)
    page.get_by_role("link", name="Ouvrir la boîte de la démonstration").click()
    check(page)
    page.get_by_role("link", name=re.compile("Confirmez votre adresse")).click()
    check(page)
    page.locator("article a[href*='/compte/']").click()
    check(page)
    button(page, "Oui, c’est mon adresse").click()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert User.objects.get(email="nadia@essai.example").last_login is not None


def test_a_parent_opens_her_account_on_a_phone(phone, assert_accessible):
    open_account(phone, assert_accessible)


def test_a_parent_opens_her_account_at_a_desk(desktop, assert_accessible):
    open_account(desktop, assert_accessible)


def test_a_parent_opens_her_account_without_scripts(no_js):
    open_account(no_js, lambda page: None)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_forgotten_password_is_replaced(new_page, size, assert_accessible):
    person(Role.GUARDIAN)
    page = new_page(size)
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Mot de passe oublié ?").click()
    assert_accessible(page)
    page.get_by_label("Adresse e-mail").fill("personne@essai.example")
    button(page, "Recevoir le lien").click()
    assert_accessible(page)
    follow_mail(page, "Choisissez un nouveau mot de passe")
    assert_accessible(page)
    page.get_by_label("Nouveau mot de passe").fill("encore-une-autre-phrase")
    button(page, "Enregistrer").click()
    assert_accessible(page)
    page.locator("main").get_by_role("link", name="Se connecter").click()
    fill_sign_in(page, "personne@essai.example", "encore-une-autre-phrase")
    page.wait_for_url(re.compile(r":\d+/$"))
    page.goto(reverse("usersessions_list"))
    assert_accessible(page)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_agent_sets_up_a_second_step_then_signs_in_with_it(new_page, size, assert_accessible):
    user = person(Role.ENROLMENT_AGENT)
    page = new_page(size)
    page.goto(reverse("account_login"))
    fill_sign_in(page, user.email)
    page.wait_for_url(f"**{reverse('mfa_index')}")
    assert_accessible(page)
    page.get_by_role("link", name="Choisir l’application").click()
    page.get_by_text("Je ne peux pas scanner").click()
    assert_accessible(page)
    secret = page.locator("#totp-secret").inner_text().strip()
    counter = int(clock.now().timestamp()) // 30
    page.get_by_label("Code de vérification").fill(format_hotp_value(hotp_value(secret, counter)))
    button(page, "Terminer").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    assert_accessible(page)
    rescue = page.locator("#recovery-codes li").first.inner_text().strip()
    page.get_by_role("link", name="C’est noté, continuer").click()
    page.wait_for_url("**/")

    second = new_page(size)
    second.goto(reverse("account_login"))
    fill_sign_in(second, user.email)
    second.wait_for_url(f"**{reverse('mfa_authenticate')}")
    assert_accessible(second)
    second.get_by_label("Code de vérification").fill("000000")
    button(second, "Continuer").click()
    assert_accessible(second)
    second.get_by_label("Code de vérification").fill(rescue)
    button(second, "Continuer").click()
    second.wait_for_url(re.compile(r":\d+/$"))


def test_the_demo_shows_the_code_beside_the_form(phone, assert_accessible):
    user = person(Role.ADMINISTRATOR)
    TOTP.activate(user, DEMO_TOTP_SECRET)
    phone.goto(reverse("account_login"))
    fill_sign_in(phone, user.email)
    assert_accessible(phone)
    phone.get_by_label("Code de vérification").fill(phone.locator("strong.mono").inner_text())
    button(phone, "Continuer").click()
    phone.wait_for_url(re.compile(r":\d+/$"))
    for name in ("people:list", "partners:list", "outbox:list", "messages:list"):
        phone.goto(reverse(name))
        assert_accessible(phone)
    phone.goto(reverse("people:person", args=[user.public_id]))
    assert_accessible(phone)
    phone.goto(reverse("api:openapi-view"))
    assert_accessible(phone)


def test_a_passkey_opens_the_account(desktop, assert_accessible):
    """With the browser's own virtual authenticator: add a passkey, then sign in with it alone."""
    user = person(Role.GUARDIAN)
    session = desktop.context.new_cdp_session(desktop)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    start = desktop.context.escale_url.replace("127.0.0.1", "localhost")
    desktop.goto(start + reverse("account_login"))
    fill_sign_in(desktop, user.email)
    desktop.goto(start + reverse("mfa_add_webauthn"))
    assert_accessible(desktop)
    desktop.get_by_label("Me connecter avec cette clé seule").check()
    button(desktop, "Ajouter").click()
    desktop.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    desktop.context.clear_cookies()
    desktop.goto(start + reverse("account_login"))
    button(desktop, re.compile("clé d’accès")).click()
    desktop.wait_for_url(f"{start}/")
    assert desktop.get_by_text(user.given_name).first.is_visible()
