"""The ways into one's account: the citizen account, an identifier, a letter, and leaving."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from playwright.sync_api import expect

from core.accounts.models import User
from core.accounts.roles import Role
from core.accounts.sandbox.people import PEOPLE
from core.journal import SYSTEM
from core.mailbox import DeliveredMail
from families.actions import desk_accounts
from tests.core.citizen_server import CitizenServer, open_door, parent
from tests.factories.accounts import UserFactory
from tests.factories.families import GuardianFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "un-figuier-contre-le-mur"
ELODIE, NADIA, _TUAN = PEOPLE


@pytest.fixture(scope="module")
def process():
    server = CitizenServer()
    yield server
    server.stop()


@pytest.fixture
def server(process, settings):
    open_door(settings, process)
    process.misbehave()
    policy = settings.CONTENT_SECURITY_POLICY
    directives = policy["DIRECTIVES"]
    forms = [*directives["form-action"], process.url]
    settings.CONTENT_SECURITY_POLICY = {
        **policy,
        "DIRECTIVES": {**directives, "form-action": forms},
    }
    return process


def press(page, name):
    page.locator("main").get_by_role("button", name=name).first.click()


def sign_in_as(page, login, password=PASSWORD):
    page.goto(reverse("account_login"))
    page.get_by_label("Adresse e-mail ou identifiant").fill(login)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    press(page, "Se connecter")
    page.wait_for_url(lambda url: reverse("account_login") not in url)


def sign_out(page):
    if page.locator("details.pop summary").count():
        page.locator("details.pop summary").last.click()
    page.get_by_role("button", name="Se déconnecter").click()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_citizen_comes_in_begins_a_family_and_leaves_on_both_sides(
    new_page, server, size, assert_accessible
):
    page = new_page(size)
    page.goto(reverse("account_login"))
    assert_accessible(page)
    press(page, re.compile("Se connecter avec"))
    page.wait_for_url(f"{server.url}/**")
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("Élodie")).click()
    page.wait_for_url(f"**{reverse('citizen_welcome')}")
    assert_accessible(page)
    press(page, "Ouvrir mon compte")
    page.wait_for_url(f"**{reverse('families:setup')}")
    assert_accessible(page)
    expect(page.get_by_label("Prénom")).to_have_value("Élodie")
    expect(page.get_by_label("Nom de naissance")).to_have_value("MARCHETTI")
    expect(page.get_by_label("Nom d’usage")).to_have_value("Gauthier")
    page.goto(reverse("account_security"))
    assert_accessible(page)
    expect(page.get_by_text("C’est votre seule façon d’entrer")).to_be_visible()
    ended = server.state()["ended"]
    sign_out(page)
    page.wait_for_url(re.compile(r":\d+/$"))
    expect(page.get_by_text("ici et là-bas")).to_be_visible()
    assert server.state()["ended"] == ended + 1


def test_without_script_an_account_is_linked_and_the_strength_of_a_password_told(
    no_js, server, assert_accessible
):
    user = parent(email=NADIA.email, password=PASSWORD, given_name="Nadia")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page = no_js
    page.goto(reverse("account_login"))
    press(page, re.compile("Se connecter avec"))
    page.get_by_role("button", name=re.compile("Nadia")).click()
    page.wait_for_url(f"**{reverse('citizen_welcome')}")
    page.get_by_role("link", name="Me connecter pour relier").click()
    page.get_by_label("Adresse e-mail ou identifiant").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    press(page, "Se connecter")
    page.wait_for_url(f"**{reverse('citizen_link')}")
    assert_accessible(page)
    press(page, "Oui, relier")
    page.wait_for_url(re.compile(r":\d+/$"))
    assert SocialAccount.objects.get().user == user
    page.goto(reverse("account_change_password"))
    assert_accessible(page)
    page.get_by_label("Nouveau mot de passe").fill("Marseille2024!")
    with page.context.expect_page() as opened:
        press(page, re.compile("Voir si ce mot de passe"))
    expect(opened.value.get_by_text("Très faible")).to_be_visible()
    assert_accessible(opened.value)
    expect(page.get_by_label("Nouveau mot de passe")).to_have_value("Marseille2024!")


def test_the_strength_follows_what_one_types(phone, assert_accessible):
    phone.goto(reverse("account_signup"))
    field = phone.get_by_label("Mot de passe", exact=True)
    field.press_sequentially("marseille13")
    expect(phone.get_by_text("Très faible")).to_be_visible()
    field.fill("un figuier contre le mur")
    expect(phone.get_by_text("Très fort")).to_be_visible()
    assert_accessible(phone)


def test_two_parents_share_an_address_and_each_opens_one_s_own_letter(
    new_page, sign_in_fast, assert_accessible
):
    shared = "famille.kassim@essai.example"
    agent = UserFactory(roles=[Role.ENROLMENT_AGENT])
    people = [GuardianFactory(user=None, email=shared, given_name=n) for n in ("Yamina", "Saïd")]
    desk = new_page("desktop")
    sign_in_fast(desk, agent)
    desk.goto(reverse("families:desk_accounts"))
    assert_accessible(desk)
    desk.goto(reverse("families:desk_account", args=[people[0].pk]))
    assert_accessible(desk)
    press(desk, re.compile("Ouvrir le compte"))
    expect(desk.get_by_text("La lettre est prête.")).to_be_visible()
    assert_accessible(desk)
    letter = desk.context.request.get(
        desk.get_by_role("link", name=re.compile("Imprimer")).get_attribute("href")
    )
    assert letter.headers["content-type"] == "application/pdf"
    people[0].refresh_from_db()
    issued = [
        desk_accounts.reissue_for_guardian(by=SYSTEM, guardian=people[0]),
        desk_accounts.open_for_guardian(by=SYSTEM, guardian=people[1]),
    ]
    for letter_of, size in zip(issued, ("phone", "desktop"), strict=True):
        page = new_page(size)
        page.goto(reverse("desk_activate"))
        assert_accessible(page)
        page.get_by_label("Identifiant").fill(letter_of.user.shown_identifier.lower())
        page.get_by_label("Code", exact=True).fill(letter_of.code)
        press(page, "Continuer")
        assert_accessible(page)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        press(page, "Enregistrer et entrer")
        page.wait_for_url(re.compile(r":\d+/$"))
        page.goto(reverse("account_security"))
        expect(page.get_by_text(letter_of.user.shown_identifier)).to_be_visible()
        sign_out(page)
        sign_in_as(page, letter_of.user.shown_identifier)
    assert User.objects.filter(guardian__email=shared).count() == 2


def test_every_device_is_signed_out_at_once(new_page, settings, assert_accessible):
    settings.EMAIL_BACKEND = "core.mailbox.EmailBackend"
    user = parent(email="nadia@essai.example", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    phone, desktop = new_page("phone"), new_page("desktop")
    sign_in_as(phone, user.email)
    sign_in_as(desktop, user.email)
    mail = DeliveredMail.objects.get(address=user.email)
    assert "nouvel appareil" in mail.subject
    phone.goto(re.search(r"https?://[^/\s]+(/compte/pas-moi/)", mail.body).group(1))
    assert_accessible(phone)
    phone.get_by_role("navigation", name="Mon compte").get_by_text("Mes appareils").click()
    assert_accessible(phone)
    expect(phone.locator("li.device")).to_have_count(2)
    press(phone, "Me déconnecter partout, ici compris")
    expect(phone.get_by_text("celui-ci compris")).to_be_visible()
    desktop.goto(reverse("account_security"))
    desktop.wait_for_url(f"**{reverse('account_login')}**")
    desktop.goto(reverse("not_me"))
    assert_accessible(desktop)


def test_an_agent_is_told_this_door_is_not_hers(new_page, server, assert_accessible):
    agent = UserFactory(roles=[Role.ENROLMENT_AGENT])
    SocialAccount.objects.create(user=agent, provider="citizen", uid=ELODIE.sub)
    page = new_page("phone")
    page.goto(reverse("account_login"))
    press(page, re.compile("Se connecter avec"))
    page.get_by_role("button", name=re.compile("Élodie")).click()
    expect(page.get_by_role("heading", name="Cette porte n’ouvre pas ce compte")).to_be_visible()
    assert_accessible(page)
    server.misbehave("id_wrong_nonce")
    page.goto(reverse("account_login"))
    press(page, re.compile("Se connecter avec"))
    page.get_by_role("button", name=re.compile("Élodie")).click()
    expect(page.get_by_role("heading", name="La connexion n’a pas abouti")).to_be_visible()
    assert_accessible(page)
