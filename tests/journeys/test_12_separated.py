"""Step 12: parents apart. A letter with a code, one file for two, a freeze, an agreement."""

from __future__ import annotations

import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from core.outbox import Message
from enrolment.registration.actions import agents, family
from enrolment.registration.models import Application
from families.actions.children import add_guardian
from families.models import Child, Guardian, Household, Objection, PayerRule
from tests.factories.accounts import UserFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.journeys.browser import prepare_account
from tests.journeys.shots import shot


@pytest.fixture
def town(live):
    """A school and its street."""
    return build_town()


def family_of(town):
    """Return a mother at home here, her child in CP, and the father she has named."""
    user = UserFactory(roles=[Role.GUARDIAN], given_name="Nadia", family_name="Benali")
    mother = town.parent(user=user, given_name="Nadia", family_name="Benali")
    child = town.child(mother, given_name="Lina", family_name="Roussel")
    RollEntryFactory(child=child, class_group=town.group, level="CP")
    father = add_guardian(
        by=Actor(mother.user),
        guardian=mother,
        children=[child],
        given_name="Thomas",
        family_name="Roussel",
        kind="father",
        same_household=False,
    )
    return mother, father, child


def print_letter(page, check, shots):
    """Get the letter from the mother's page; return the code that is printed on it."""
    page.goto("/famille/")
    page.get_by_role("link", name="Inviter Thomas Roussel").click()
    page.get_by_role("heading", level=1, name="Inviter Thomas Roussel").wait_for()
    check(page)
    shot(page, f"12-inviter-{shots}")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Créer la lettre (PDF)").click()
    data = waiting.value.path().read_bytes()
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    page.goto(reverse("families:invitations"))
    page.get_by_text("Lettre avec un code").wait_for()
    check(page)
    shot(page, f"12-invitations-{shots}")
    return re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", text)[0]


def join(page, check, code, child, shots):
    """Use the letter: once with a wrong birth date, then rightly."""
    page.goto("/")
    page.goto("/famille/creer/")
    page.get_by_role("link", name="Rejoindre ma famille").click()
    page.get_by_role("heading", level=1, name="Rejoindre ma famille").wait_for()
    for birth, answer in (("2001-01-01", "aucune invitation"), (child.birth_date.isoformat(), "")):
        page.get_by_label("Code de la lettre").fill(code.lower())
        page.get_by_label("Votre prénom").fill("thomas")
        page.get_by_label("Votre nom", exact=True).fill("ROUSSEL")
        page.get_by_label("Date de naissance d’un de vos enfants").fill(birth)
        page.get_by_role("button", name="Rejoindre ma famille").click()
        if answer:
            page.get_by_text(answer).first.wait_for()
            check(page)
            shot(page, f"12-rejoindre-{shots}")
    page.get_by_role("heading", level=1, name="Ma famille").wait_for()
    page.get_by_role("link", name="Lina Roussel").wait_for()
    check(page)
    shot(page, f"12-famille-{shots}")


def ask_other_school(town, mother, child):
    """Let the mother ask for another school; its waiver is granted."""
    by = Actor(mother.user)
    draft = town.draft(mother, child)
    family.choose_school(by=by, application=draft, school=town.other, motive="work")
    made = family.submit(by=by, application=draft)
    agents.decide_waiver(by=Actor(town.agent), waiver=made.waiver, granted=True)
    return made


def object_to_it(page, check, child, made, shots):
    page.goto(reverse("registration:application", args=[made.reference]))
    check(page)
    shot(page, f"12-demande-{shots}")
    page.get_by_role("link", name="Je ne suis pas d’accord").click()
    page.get_by_role("heading", level=1, name="Désaccord pour Lina").wait_for()
    page.get_by_role("link", name="M’opposer à une démarche").click()
    page.get_by_role("button", name="Envoyer mon opposition").click()
    page.get_by_text("points sont à corriger").wait_for()
    check(page)
    shot(page, f"12-opposer-{shots}")
    page.get_by_text("Changer d’école", exact=True).click()
    page.get_by_label("Votre opposition, par écrit").fill("Elle resterait loin de chez moi.")
    page.get_by_role("button", name="Envoyer mon opposition").click()
    page.get_by_text("Démarche suspendue").first.wait_for()
    check(page)
    shot(page, f"12-suspendue-{shots}")


@pytest.mark.parametrize("size", ["phone", "desktop", "no_js"])
def test_parents_apart_share_one_file_disagree_and_agree(
    town, open_page, sign_in_fast, assert_accessible, size
):
    mother, father, child = family_of(town)
    hers = open_page(size)
    prepare_account(mother.user)
    sign_in_fast(hers, mother.user)
    code = print_letter(hers, assert_accessible, size)

    newcomer = UserFactory(given_name="Thomas", family_name="Roussel")
    prepare_account(newcomer)
    his = open_page(size)
    sign_in_fast(his, newcomer)
    join(his, assert_accessible, code, child, size)
    father.refresh_from_db()
    assert father.user == newcomer
    assert Household.objects.filter(guardians__in=[mother, father]).distinct().count() == 2
    assert not PayerRule.objects.filter(child=child, agreed_at=None).exists()

    # Both see the same application, whoever filed it.
    made = ask_other_school(town, mother, child)
    for page in (hers, his):
        page.goto(reverse("registration:mine"))
        page.get_by_role("link", name="Lina Roussel").first.wait_for()
    object_to_it(his, assert_accessible, child, made, size)
    told = {m.recipient for m in Message.objects.filter(kind="family_objection_raised")}
    assert told == {mother.user, newcomer}

    # The agent sees the freeze, and cannot get round it.
    desk = open_page("desktop")
    sign_in_fast(desk, town.agent)
    desk.goto(reverse("registration:sheet", args=[made.reference]))
    desk.get_by_text("Opposition en cours : Changer d’école").wait_for()
    desk.get_by_role("button", name="Délivrer le certificat").click()
    desk.get_by_text("Un parent s’oppose à cette démarche").wait_for()
    assert_accessible(desk)
    desk.goto(reverse("families:objection_queue"))
    desk.get_by_role("link", name="Lina Roussel").click()
    desk.get_by_text("Elle resterait loin de chez moi.").wait_for()
    assert_accessible(desk)
    shot(desk, f"12-agent-{size}")
    assert Application.objects.get(pk=made.pk).state == "submitted"

    # The mother never reads his words; both agree, and the certificate is issued.
    hers.goto(reverse("families:objections", args=[child.reference]))
    hers.get_by_text("Thomas Roussel s’est opposé·e").wait_for()
    assert "loin de chez moi" not in hers.content()
    assert_accessible(hers)
    hers.get_by_role("button", name="Donner mon accord à la démarche").click()
    hers.get_by_text("Votre accord est noté.").first.wait_for()
    his.goto(reverse("families:objections", args=[child.reference]))
    his.get_by_role("button", name="Donner mon accord à la démarche").click()
    his.get_by_text("Accord des parents").wait_for()
    assert_accessible(his)
    shot(his, f"12-accord-{size}")
    assert Objection.objects.get().state == "agreed"
    desk.goto(reverse("registration:sheet", args=[made.reference]))
    desk.get_by_role("button", name="Délivrer le certificat").click()
    desk.get_by_text("Le certificat d’inscription est délivré").wait_for()
    his.goto(reverse("registration:application", args=[made.reference]))
    his.get_by_text(town.other.name).first.wait_for()


def test_leaving_a_school_from_the_request_to_the_certificate(
    town, open_page, sign_in_fast, assert_accessible
):
    mother, _father, _child = family_of(town)
    page = open_page("phone")
    sign_in_fast(page, mother.user)
    page.goto(reverse("registration:mine"))
    assert_accessible(page)
    page.get_by_role("link", name="Demander la radiation Lina Roussel").click()
    page.get_by_label("Premier jour où l’enfant ne viendra plus").fill(clock.today().isoformat())
    page.get_by_text("Un départ à l’étranger").click()
    assert_accessible(page)
    shot(page, "12-radiation-demande")
    page.get_by_role("button", name="Demander la radiation").click()
    page.get_by_role("heading", level=1, name="Radiation de Lina Roussel").wait_for()
    assert_accessible(page)
    shot(page, "12-radiation-suivi")
    school = open_page("desktop")
    sign_in_fast(school, town.head)
    school.goto(reverse("registration:departures"))
    assert_accessible(school)
    shot(school, "12-radiations")
    school.get_by_role("link", name="Lina Roussel").click()
    assert_accessible(school)
    shot(school, "12-radiation-ecole")
    school.get_by_role("button", name="Délivrer le certificat de radiation").click()
    school.get_by_text("Le certificat de radiation est délivré.").wait_for()
    page.reload()
    page.get_by_role("link", name="Ouvrir le certificat (PDF)").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_child_already_enrolled_is_claimed_and_checked(
    town, open_page, sign_in_fast, assert_accessible, size
):
    mother = town.parent(given_name="Nadia")
    child = town.child(mother, given_name="Lina", family_name="Roussel")
    claimant = town.parent(given_name="Thomas", family_name="Roussel")
    page = open_page(size)
    sign_in_fast(page, claimant.user)
    page.goto("/famille/")
    page.get_by_role("link", name="Prouver mon lien").click()
    page.get_by_label("Prénom de l’enfant").fill("Lina")
    page.get_by_label("Nom de naissance de l’enfant").fill("Roussel")
    page.get_by_label("Date de naissance").fill(child.birth_date.isoformat())
    page.get_by_text("Son père", exact=True).click()
    page.get_by_label("Preuve du lien").set_input_files(
        {"name": "livret.png", "mimeType": "image/png", "buffer": picture()}
    )
    assert_accessible(page)
    shot(page, f"12-lien-{size}")
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.get_by_text("En cours de vérification").wait_for()
    assert_accessible(page)
    desk = open_page("desktop")
    sign_in_fast(desk, town.agent)
    desk.goto(reverse("families:claim_queue"))
    assert_accessible(desk)
    desk.get_by_role("link", name="Thomas Roussel").click()
    desk.get_by_role("heading", level=1, name="Rattachement de Thomas Roussel").wait_for()
    assert_accessible(desk)
    shot(desk, f"12-rattachement-{size}")
    desk.get_by_label("Exerce l’autorité parentale").check()
    desk.get_by_role("button", name="Enregistrer le lien").click()
    desk.get_by_text("Le lien est enregistré").wait_for()
    page.goto("/famille/")
    page.get_by_role("link", name="Lina Roussel").wait_for()
    assert Child.objects.of_guardian(claimant.user).get() == child
    assert Guardian.objects.filter(guardianships__child=child).count() == 2


def picture():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "PNG")
    return out.getvalue()
