"""One family's September, from opening an account to the paid bill, each person at their desk.

Each step is looked at closely by the journey of its own; this one proves that what one person
leaves is what the next one finds.
"""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest

from core import clock
from core.accounts.roles import Role
from core.outbox import Message
from enrolment.canteen.models import Booking, KitchenOrder
from enrolment.canteen.queries import load_service
from enrolment.registration.models import Application
from enrolment.schools.models import RollEntry
from families.models import Guardianship
from payments.models import Invoice
from tests.factories.accounts import UserFactory
from tests.factories.canteen import RefectoryFactory, term
from tests.factories.payments import TariffFactory, TermsFactory
from tests.factories.registration import build_town
from tests.journeys.test_01_account import open_account
from tests.journeys.test_01_family import make_family
from tests.journeys.test_02_application import add_documents, fill_in, go_on, send
from tests.journeys.test_03_admission import admit, decide
from tests.journeys.test_04_canteen import register

pytestmark = pytest.mark.django_db(transaction=True)


def unchecked(page):
    """Pages are examined by the journey of each step."""


@pytest.fixture
def city(live, settings):
    """A school with a refectory, prices, and the people who work for it."""
    settings.EMAIL_BACKEND = "core.mailbox.EmailBackend"
    term()
    town = build_town()
    town.kitchen = RefectoryFactory(school=town.school).kitchen
    TermsFactory()
    TariffFactory(bands=[(500, 150), (None, 600)])
    town.manager = UserFactory(roles=[Role.CANTEEN_MANAGER])
    town.officer = UserFactory(roles=[Role.REVENUE_OFFICER])
    return town


def ask_for_a_place(parent, city):
    open_account(parent, unchecked)
    make_family(parent, unchecked, given="Nadia")
    fill_in(parent, city, unchecked)
    go_on(parent)
    add_documents(parent, unchecked)
    send(parent, unchecked)
    return Application.objects.get()


def grant_it(agent, city):
    agent.goto(f"/inscriptions/dossiers/{city.made.reference}/")
    agent.get_by_role("button", name="Prendre ce dossier").click()
    agent.get_by_text("Ce dossier est à votre nom").wait_for()
    decide(agent, city, unchecked)


def let_a_month_pass(city):
    """Put the child's first days behind us: meals of days gone by, and of the next one."""
    entry = RollEntry.objects.get()
    entry.admitted_on = clock.today() - dt.timedelta(days=60)
    entry.save()
    Guardianship.objects.update(starts_on=entry.admitted_on)
    service = load_service()
    gone = service.calendar.before(clock.today())
    ahead = service.calendar.before(service.first_open_day(clock.now()))
    for day in {gone, ahead}:
        Booking.objects.get_or_create(child=entry.child, day=day, defaults={"school": city.school})
    return SimpleNamespace(child=entry.child, gone=gone, ahead=ahead)


def order_the_meals(manager, kitchen, month):
    manager.goto(f"/cantine/commandes/?jour={month.ahead}")
    manager.get_by_role("button", name="Figer et envoyer").click()
    manager.get_by_text("Commande envoyée à").wait_for()
    assert KitchenOrder.objects.get().total == 1
    letter = Message.objects.get(kind="kitchen_order").body
    link = re.search(r"(/cantine/commandes/fichier/\S+)", letter)[1]
    answer = kitchen.request.get(f"{kitchen.context.escale_url}{link}")
    assert answer.ok
    book = openpyxl.load_workbook(BytesIO(answer.body()))
    assert any(1 in row for sheet in book for row in sheet.iter_rows(values_only=True))


def tick_her_present(head, city, month):
    head.goto(f"/cantine/pointage/{city.school.uai}/{month.gone}/")
    head.get_by_role("button", name=f"{month.child.full_name} : présent").click()
    head.locator(f"#{month.child.reference} .meal-tick--served").wait_for()


def bill_the_month(officer, month):
    officer.goto("/factures/regie/facturation/")
    officer.select_option("select[name=month]", month.gone.replace(day=1).isoformat())
    officer.get_by_role("button", name="Préparer la facturation").click()
    officer.get_by_role("heading", name=re.compile("Émettre .*6,00")).wait_for()
    officer.get_by_role("button", name=re.compile("Émettre")).click()
    officer.get_by_text("Factures émises").wait_for()


def pay_it(parent, stand_in):
    parent.goto(f"/factures/{Invoice.objects.get().public_id}/")
    parent.get_by_role("button", name=re.compile("Payer 6,00")).click()
    parent.get_by_text("Paiement factice").first.wait_for()
    parent.get_by_role("button", name=re.compile("Payer 6,00")).click()
    parent.get_by_role("heading", name="Paiement reçu").wait_for()
    stand_in.wait(lambda: not Invoice.objects.exclude(balance_cents=0).exists())
    parent.goto("/factures/")
    parent.get_by_role("heading", name="Vous êtes à jour").wait_for()


def test_one_family_from_an_account_to_the_paid_bill(  # noqa: PLR0917
    city, stand_in, phone, new_page, sign_in_fast, assert_accessible
):
    def at_work(user, size="desktop"):
        page = new_page(size)
        sign_in_fast(page, user)
        return page

    city.made = ask_for_a_place(phone, city)
    grant_it(at_work(city.agent), city)
    city.amel = city.made.child
    head = at_work(city.head)
    admit(head, city, unchecked)
    register(phone, unchecked, name="Amel")
    month = let_a_month_pass(city)
    order_the_meals(at_work(city.manager), new_page(), month)
    tick_her_present(head, city, month)
    bill_the_month(at_work(city.officer), month)
    pay_it(phone, stand_in)
    assert_accessible(phone)
    invoice = Invoice.objects.get()
    assert (invoice.total_cents, invoice.balance_cents) == (600, 0)
    assert invoice.lines.get().child == city.amel
