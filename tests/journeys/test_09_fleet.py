"""Step 9: a cart goes to a class, a screen breaks, a spare steps in, the city counts."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classrooms.lending.models import LoanAgreement
from classrooms.models import Device, HandOut, Incident
from core import clock
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, InternetLineFactory, SpareFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory, SchoolFactory
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    """Return a school with a cart of 15 tablets, a class, three people, and a bare school."""
    cart = CartFactory(filled=15)
    school = cart.school
    school.latitude, school.longitude = 43.30, 5.37
    school.save()
    bare = SchoolFactory(latitude=43.32, longitude=5.40, district="Les Tamaris")
    class_group = ClassGroupFactory(school=school, name="CM1 A")
    RollEntryFactory(class_group=class_group)
    teacher = UserFactory(given_name="Claire", roles=[(Role.TEACHER, school.uai)])
    class_group.teachers.add(teacher)
    InternetLineFactory(school=school)
    InternetLineFactory(school=bare, down_mbps=8, technology="adsl")
    foreign = CartFactory(filled=2, name="Portables d'ailleurs")
    return SimpleNamespace(
        cart=cart,
        school=school,
        class_group=class_group,
        teacher=teacher,
        spare=SpareFactory(asset_tag="PM-26-SPARE"),
        technician=UserFactory(given_name="Lucas", roles=[(Role.IT_TECHNICIAN, school.uai)]),
        manager=UserFactory(given_name="Inès", roles=[Role.IT_MANAGER]),
        foreign=foreign,
    )


def look(page, url):
    """Go to a page and require that everybody can use it."""
    page.goto(url)
    assert_accessible(page)


def hand_the_cart_out(page, city):
    look(page, reverse("classrooms:devices"))
    expect(page.get_by_text("16", exact=True).first).to_be_visible()
    expect(page.get_by_text(city.foreign.name)).to_have_count(0)
    look(page, reverse("classrooms:carts"))
    page.get_by_role("link", name=city.cart.name).click()
    assert_accessible(page)
    expect(page.locator(".slot--success")).to_have_count(15)
    page.get_by_role("link", name="Remettre 15 appareils").click()
    assert_accessible(page)
    page.get_by_label("À qui remettez-vous ce matériel ?").select_option(label="CM1 A")
    due = clock.today() + dt.timedelta(days=20)
    page.get_by_label("À rendre le").fill(due.isoformat())
    page.get_by_role("button", name="Remettre 15 appareils").click()
    page.get_by_text("15 appareils remis à « CM1 A »").wait_for()
    assert_accessible(page)
    expect(page.locator(".slot--info")).to_have_count(15)
    look(page, reverse("classrooms:hand_outs"))


def report_a_broken_screen(page, city, slot=4):
    look(page, reverse("classrooms:report_start"))
    page.get_by_role("link", name=city.cart.name).first.click()
    assert_accessible(page)
    tag = city.cart.devices.get(slot=slot).asset_tag
    page.get_by_role("link", name=tag).click()
    assert_accessible(page)
    page.get_by_role("button", name="Écran cassé").click()
    page.get_by_text("C’est signalé").wait_for()
    page.get_by_label("Une précision ?").fill("Tombée de la table.")
    page.get_by_role("button", name="Enregistrer la précision").click()
    page.get_by_text("Précision ajoutée").wait_for()
    assert_accessible(page)


def swap_in_a_spare(page, city):
    look(page, reverse("classrooms:incidents"))
    page.get_by_role("link", name="Écran cassé").click()
    assert_accessible(page)
    page.get_by_text(city.spare.asset_tag).click()
    page.get_by_role("button", name="Faire l’échange").click()
    page.get_by_text("a pris la place de").wait_for()
    assert_accessible(page)
    look(page, reverse("classrooms:device", args=[city.spare.asset_tag]))
    expect(page.get_by_text("Mis à la place d’un autre").first).to_be_visible()


def sign_for_the_cart(page, city):
    """Draw a signature with the pointer, as a finger would."""
    page.goto(reverse("classrooms:cart", args=[city.cart.code]))
    page.get_by_role("link", name="Faire signer la convention").click()
    assert_accessible(page)
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    frame = pad.bounding_box()
    left, top = frame["x"], frame["y"]
    page.mouse.move(left + 20, top + 20)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(left + 20 + 25 * step, top + (60 if step % 2 else 25))
    page.mouse.up()
    page.get_by_label("Nom de la personne qui signe").fill("Claire Fontaine")
    page.get_by_label("J’ai lu ce texte").check()
    page.get_by_role("button", name="Signer", exact=True).click()
    page.get_by_text("C’est signé. Merci !").wait_for()
    assert_accessible(page)
    assert LoanAgreement.objects.get().method == LoanAgreement.Method.DRAWN
    look(page, reverse("lending:calendar"))


def look_at_the_city(page, city):
    look(page, reverse("classrooms:board"))
    assert page.locator(".stat__value").first.inner_text().split() == ["2", "/", "3"]
    look(page, reverse("classrooms:schools"))
    look(page, reverse("classrooms:lines"))
    look(page, reverse("planning:refresh"))
    look(page, reverse("planning:plans"))
    page.get_by_label("Nom").fill("Rentrée")
    page.get_by_label("Catégorie").select_option(label="Tablette")
    page.get_by_label("Appareils à répartir").fill("15")
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_text("Personne ne reçoit rien")).to_have_count(0)
    assert_accessible(page)
    page.goto(reverse("classrooms:board"))
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Tout le parc (Excel)").click()
    with open(downloading.value.path(), "rb") as file:  # noqa: PTH123
        book = openpyxl.load_workbook(BytesIO(file.read()))
    tags = {row[0] for row in book.active.iter_rows(min_row=2, values_only=True)}
    assert tags == set(Device.objects.values_list("asset_tag", flat=True))


def walk(pages, city, sign_in_fast):
    technician, teacher, manager = pages
    for page in pages:
        page.emulate_media(reduced_motion="reduce")
    sign_in_fast(technician, city.technician)
    hand_the_cart_out(technician, city)
    sign_in_fast(teacher, city.teacher)
    report_a_broken_screen(teacher, city)
    swap_in_a_spare(technician, city)
    city.spare.refresh_from_db()
    assert (city.spare.cart, city.spare.slot) == (city.cart, 4)
    hand_out = HandOut.objects.get(cart=city.cart)
    assert hand_out.items.out().count() == 15
    look(teacher, reverse("classrooms:report_start"))
    expect(teacher.get_by_text("Appareil remplacé").first).to_be_visible()
    sign_in_fast(manager, city.manager)
    look_at_the_city(manager, city)


def test_a_cart_in_class_on_a_desk(desktop, new_page, city, sign_in_fast):
    walk((desktop, new_page(), new_page()), city, sign_in_fast)


def test_a_cart_in_class_without_scripts(no_js, new_page, city, sign_in_fast):
    pages = (no_js, *(new_page(java_script_enabled=False) for _ in range(2)))
    walk(pages, city, sign_in_fast)


def test_a_cart_comes_back_and_a_label_is_scanned(phone, new_page, city, sign_in_fast):
    phone.emulate_media(reduced_motion="reduce")
    sign_in_fast(phone, city.technician)
    hand_the_cart_out(phone, city)
    sign_for_the_cart(phone, city)
    hand_out = HandOut.objects.get()
    look(phone, reverse("classrooms:take_back", args=[hand_out.public_id]))
    row = phone.locator("fieldset", has_text=city.cart.devices.get(slot=2).asset_tag)
    row.locator("label", has_text="Abîmé").click()
    phone.get_by_role("button", name="Enregistrer le retour").click()
    phone.get_by_text("15 appareils rendus. 1 panne ouverte.").wait_for()
    incident = Incident.objects.get()
    look(phone, reverse("classrooms:incident", args=[incident.public_id]))
    phone.get_by_text("Réparé").click()
    phone.get_by_role("button", name="C’est réglé").click()
    phone.get_by_text("Panne réglée").wait_for()
    stranger = new_page("phone")
    look(stranger, reverse("classrooms:label", args=[city.spare.label_token]))
    expect(stranger.get_by_role("link", name="04 91 00 15 00").first).to_be_visible()
