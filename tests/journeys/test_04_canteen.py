"""Step 4: a parent registers a child for the canteen, reads the month, cancels in time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from core import clock
from enrolment.canteen.models import Booking, Course, MealRegistration, Menu
from payments.models import Tariff, TariffBand
from tests.canteen.conftest import build
from tests.factories.families import ChildFactory, IncomeFileFactory
from tests.factories.schools import RollEntryFactory


@pytest.fixture
def canteen(live):
    """A canteen with prices, menus, and a newcomer who is not registered yet."""
    canteen = build()
    tariff = Tariff.objects.create(
        service="canteen.meal",
        label="Repas",
        kind="bands",
        valid_from=dt.date(2020, 1, 1),
        resolution="Délibération 1 du conseil",
    )
    TariffBand.objects.create(tariff=tariff, code="T4", quotient_max=959, unit_price_cents=228)
    TariffBand.objects.create(tariff=tariff, code="T8", unit_price_cents=600)
    IncomeFileFactory(household=canteen.parent.guardian.household)
    for number in range(60):
        day = clock.today() + dt.timedelta(days=number)
        menu = Menu.objects.create(kitchen=canteen.kitchen, day=day)
        Course.objects.create(menu=menu, kind="starter", name="Carottes râpées", position=1)
        Course.objects.create(
            menu=menu,
            kind="main",
            name="Daube provençale",
            position=2,
            allergens=["celery"],
            labels=["local"],
        )
    child = ChildFactory(parents=[canteen.parent.guardian], given_name="Zoé")
    RollEntryFactory(child=child, class_group=canteen.group)
    canteen.newcomer = child
    return canteen


def register(page, check, *, name="Zoé"):
    page.goto("/")
    page.get_by_role("link", name=f"Cantine de {name}").click()
    page.get_by_role("heading", level=1, name=f"Inscrire {name} à la cantine").wait_for()
    check(page)
    page.get_by_label("Lundi").check()
    page.get_by_label("Mardi").check()
    page.get_by_label("Jeudi").check()
    page.get_by_label("Vendredi").check()
    page.get_by_label("Sans porc").check()
    page.get_by_role("button", name="Inscrire à la cantine").click()
    # The rules were not accepted: the page says so and keeps what was chosen.
    page.get_by_text("Acceptez le règlement").first.wait_for()
    check(page)
    expect(page.get_by_label("Sans porc")).to_be_checked()
    page.get_by_label("J’ai lu et j’accepte").check()
    page.get_by_role("button", name="Inscrire à la cantine").click()
    page.get_by_role("heading", level=1, name=f"Cantine de {name}").wait_for()
    assert MealRegistration.objects.filter(child__given_name=name).exists()


def tap(page, day, says):
    page.goto(f"/cantine/enfant/{page.child}/{day.year}/{day.month}/")
    page.locator(f"#b-{day.isoformat()}").click()
    page.get_by_text(says).first.wait_for()


def test_a_parent_registers_reads_the_month_and_cancels(canteen, phone, sign_in, assert_accessible):
    phone.emulate_media(reduced_motion="reduce")
    sign_in(phone, canteen.parent)
    phone.child = canteen.newcomer.reference
    register(phone, assert_accessible)
    day = canteen.open_day
    phone.goto(f"/cantine/enfant/{phone.child}/{day.year}/{day.month}/")
    phone.get_by_text("tranche T4").wait_for()
    assert "2,28" in phone.locator(".meal-price").inner_text()
    assert "Daube provençale" in phone.content()
    assert_accessible(phone)
    tap(phone, day, "Repas annulé pour Zoé.")
    expect(phone.locator(f"#d-{day.isoformat()}")).to_have_class(re.compile(r"--free$"))
    assert phone.evaluate("document.activeElement.id") == f"b-{day.isoformat()}"
    assert_accessible(phone)
    assert Booking.objects.get(child=canteen.newcomer, day=day).state == "cancelled"
    phone.locator(f"#b-{day.isoformat()}").click()
    phone.get_by_text("Repas réservé pour Zoé.").wait_for()
    assert Booking.objects.get(child=canteen.newcomer, day=day).state == "booked"


def test_after_the_cutoff_the_refusal_names_the_limit(
    canteen, desktop, sign_in_fast, assert_accessible
):
    sign_in_fast(desktop, canteen.parent)
    late = canteen.service.calendar.before(canteen.open_day)
    Booking.objects.create(child=canteen.child, school=canteen.school, day=late)
    desktop.goto(f"/cantine/enfant/{canteen.child.reference}/{late.year}/{late.month}/?jour={late}")
    desktop.get_by_text("la limite était").first.wait_for()
    assert_accessible(desktop)
    # The page was open before the limit: the server has the last word.
    answer = desktop.request.post(
        f"{desktop.context.escale_url}/cantine/enfant/{canteen.child.reference}/{late}/repas/",
        form={"wanted": "0", "csrfmiddlewaretoken": _token(desktop)},
        headers={"Referer": desktop.url, "HX-Request": "true"},
    )
    assert "Trop tard pour annuler" in answer.text()
    assert Booking.objects.get(child=canteen.child, day=late).state == "booked"


def _token(page):
    page.goto("/cantine/enfant/" + page.url.split("/enfant/")[1].split("/")[0] + "/inscription/")
    return page.locator("input[name=csrfmiddlewaretoken]").first.input_value()


def test_the_same_without_javascript(canteen, no_js, sign_in_fast, assert_accessible):
    no_js.emulate_media(reduced_motion="reduce")
    sign_in_fast(no_js, canteen.parent)
    no_js.child = canteen.newcomer.reference
    register(no_js, assert_accessible)
    tap(no_js, canteen.open_day, "Repas annulé pour Zoé.")
    assert no_js.url.endswith(f"?jour={canteen.open_day}#jour")
    no_js.goto(no_js.url.split("#")[0])
    assert_accessible(no_js)
    no_js.get_by_role("link", name="Le mois à imprimer").click()
    no_js.get_by_role("heading", level=1).wait_for()
    assert_accessible(no_js)
