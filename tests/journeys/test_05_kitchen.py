"""Step 5: the manager sends tomorrow's order; the school ticks who came, on a phone."""

from __future__ import annotations

import pytest

from core.outbox import Message
from enrolment.canteen.actions.bookings import materialise
from enrolment.canteen.models import Booking, KitchenOrder
from tests.canteen.conftest import build


@pytest.fixture
def canteen(live):
    """A canteen with meals booked, for the next service day too, whose limit has passed."""
    canteen = build()
    materialise()
    calendar = canteen.service.calendar
    for day in (canteen.past_day, calendar.before(canteen.open_day)):
        for child in canteen.children:
            Booking.objects.get_or_create(child=child, day=day, defaults={"school": canteen.school})
    return canteen


def test_the_manager_sends_the_order(canteen, desktop, sign_in, assert_accessible):
    desktop.emulate_media(reduced_motion="reduce")
    sign_in(desktop, canteen.manager)
    day = canteen.service.calendar.before(canteen.open_day)
    desktop.goto(f"/cantine/commandes/?jour={day}")
    desktop.get_by_role("heading", level=1, name="Commandes aux cuisines").wait_for()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="Figer et envoyer").click()
    desktop.get_by_text("Commande envoyée à").wait_for()
    assert_accessible(desktop)
    order = KitchenOrder.objects.get()
    assert (order.total, order.version) == (2, 1)
    assert Message.objects.filter(kind="kitchen_order", state=Message.SENT).exists()
    with desktop.expect_download() as download:
        desktop.get_by_role("link", name="Tableur").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    # A child falls out: the service corrects, the kitchen gets version 2 with the difference.
    desktop.goto(f"/cantine/enfant/{canteen.child.reference}/{day.year}/{day.month}/")
    desktop.get_by_text("Vous agissez pour la famille").wait_for()
    desktop.locator(f"#b-{day.isoformat()}").click()
    desktop.get_by_text("Repas annulé").wait_for()
    desktop.goto(f"/cantine/commandes/{canteen.kitchen.code}/{day}/")
    desktop.get_by_text("Les écarts avec la version 1").wait_for()
    desktop.get_by_role("button", name="Envoyer la correction").click()
    desktop.get_by_text("version 2").first.wait_for()
    assert KitchenOrder.objects.get(version=2).total == 1
    desktop.get_by_role("link", name="Plateaux PAI").click()
    assert_accessible(desktop)
    desktop.get_by_label("Préparer les plateaux du jour").check()
    desktop.get_by_role("button", name="Voir la liste").click()
    desktop.get_by_text("Aucun plateau").wait_for()
    desktop.goto("/cantine/menus/")
    assert_accessible(desktop)
    desktop.goto(f"/cantine/menus/{canteen.kitchen.code}/{day}/")
    assert_accessible(desktop)
    desktop.get_by_label("Nom du plat").nth(1).fill("Aïoli")
    desktop.get_by_role("button", name="Enregistrer le menu").click()
    desktop.get_by_text("Le menu est enregistré.").wait_for()


def test_the_school_ticks_on_a_phone(canteen, phone, new_page, sign_in_fast, assert_accessible):
    day = canteen.past_day
    phone.emulate_media(reduced_motion="reduce")
    sign_in_fast(phone, canteen.teacher)
    phone.goto("/cantine/pointage/?jour=" + day.isoformat())
    phone.get_by_role("heading", level=1, name="Pointage de la cantine").wait_for()
    assert_accessible(phone)
    # The head ticks the brother meanwhile, on another phone: nobody's tick is lost.
    other = new_page("phone")
    sign_in_fast(other, canteen.head)
    other.goto(phone.url)
    other.get_by_role("button", name=f"{canteen.children[1].full_name} : absent").click()
    other.locator(f"#{canteen.children[1].reference} .meal-tick--absent").wait_for()
    phone.get_by_role("button", name=f"{canteen.child.full_name} : présent").click()
    phone.locator(f"#{canteen.child.reference} .meal-tick--served").wait_for()
    assert "1 présent" in phone.locator("#avancement").inner_text().replace("\n", " ")
    assert_accessible(phone)
    states = dict(Booking.objects.filter(day=day).values_list("child__given_name", "state"))
    assert states == {"Lina": "served", "Noé": "absent"}
    guest = canteen.enrol(given_name="Victor")
    phone.get_by_role("link", name="Ajouter un enfant venu sans réservation").click()
    assert_accessible(phone)
    phone.get_by_role("button", name=f"Ajouter {guest.full_name}").click()
    phone.get_by_text("Victor est noté·e présent·e.").wait_for()


def test_ticking_without_javascript(canteen, no_js, sign_in_fast, assert_accessible):
    no_js.emulate_media(reduced_motion="reduce")
    sign_in_fast(no_js, canteen.head)
    no_js.goto(f"/cantine/pointage/{canteen.school.uai}/{canteen.past_day}/")
    no_js.get_by_role("button", name=f"{canteen.child.full_name} : absent").click()
    no_js.locator(f"#{canteen.child.reference} .meal-tick--absent").wait_for()
    no_js.get_by_role("button", name="Tous les autres sont présents").click()
    no_js.locator(f"#{canteen.children[1].reference} .meal-tick--served").wait_for()
    assert_accessible(no_js)
