"""Step 6: the revenue officer bills a month, and does what follows by hand."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core import clock
from core.accounts.roles import Role
from payments.models import BillingRun, CreditNote, DeskPayment, Invoice, Reminder, Tariff
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.payments import ChargeFactory, InvoiceFactory, TariffFactory, TermsFactory
from tests.payments.shots import shot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["desktop", "phone"])
def page(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def officer(page, sign_in_fast):
    TermsFactory()
    user = UserFactory(given_name="Hélène", family_name="Castel", roles=[Role.REVENUE_OFFICER])
    sign_in_fast(page, user)
    return user


def _charges() -> dt.date:
    last_month = (clock.today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    for number in range(3):
        guardian = GuardianFactory(given_name=f"Parent{number}")
        child = ChildFactory(given_name=f"Enfant{number}", parents=[guardian])
        for day in range(4):
            ChargeFactory(
                child=child,
                guardian=guardian,
                service_day=last_month + dt.timedelta(days=day),
                family_quotient=None if number == 2 else 1200,
            )
    ChargeFactory(guardian=None, child__given_name="Sans", service_day=last_month)
    return last_month


def test_a_month_is_prepared_looked_at_and_issued(page, officer, assert_accessible):
    month = _charges()
    page.goto("/factures/regie/")
    assert_accessible(page)
    page.get_by_role("link", name="Facturation", exact=True).click()
    assert_accessible(page)
    shot(page, "facturation")
    page.select_option("select[name=month]", month.isoformat())
    page.get_by_role("button", name="Préparer la facturation").click()
    page.get_by_role("heading", name=re.compile("Émettre 3 factures pour 43,44")).wait_for()
    page.get_by_text("Un enfant n’a pas de payeur connu").wait_for()
    page.get_by_text("1 famille n’a pas de quotient connu").wait_for()
    assert_accessible(page)
    shot(page, "apercu")
    assert Invoice.objects.count() == 0
    page.get_by_role("button", name="Émettre les factures").click()
    page.get_by_text("Factures émises").wait_for()
    assert BillingRun.objects.get().state == "done"
    assert Invoice.objects.count() == 3
    assert_accessible(page)
    shot(page, "emises")
    page.get_by_role("link", name="Voir les factures").click()
    assert_accessible(page)
    shot(page, "factures")
    page.get_by_role("link", name=re.compile(r"\d{4}-\d{6}")).first.click()
    assert_accessible(page)
    shot(page, "facture-regie")


def test_cash_a_correction_and_a_reminder(page, officer, assert_accessible):
    invoice = InvoiceFactory(due_on=clock.today() - dt.timedelta(days=3))
    page.goto(f"/factures/regie/factures/{invoice.public_id}/")
    page.get_by_role("link", name="Encaisser").click()
    assert_accessible(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Ce champ est obligatoire").first.wait_for()
    assert_accessible(page)
    page.get_by_label("Espèces").check()
    page.fill("input[name=amount]", "10,00")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("heading", name=re.compile("Encaisser 10,00")).wait_for()
    assert_accessible(page)
    shot(page, "encaisser")
    page.get_by_role("button", name="Enregistrer le paiement").click()
    page.get_by_text("le reçu est prêt").wait_for()
    assert DeskPayment.objects.get().amount_cents == 1000
    page.get_by_role("link", name="Avoir", exact=True).click()
    assert_accessible(page)
    page.locator("input[name^=line_]").fill("2")
    page.fill("input[name=reason]", "Sortie scolaire")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Établir l’avoir").click()
    page.get_by_text("L’avoir est établi").wait_for()
    assert CreditNote.objects.get().amount_cents == 724
    page.get_by_role("link", name="Impayés").click()
    assert_accessible(page)
    shot(page, "impayes")
    page.get_by_role("button", name="Envoyer un rappel").click()
    assert_accessible(page)
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.get_by_text("1 rappel envoyé").wait_for()
    assert Reminder.objects.count() == 1
    page.get_by_role("link", name="Rapprochement").click()
    assert_accessible(page)
    shot(page, "rapprochement")


def test_new_prices_are_looked_at_beside_the_old_ones(page, officer, assert_accessible):
    TariffFactory(bands=[(500, 150), (1200, 362), (None, 600)])
    page.goto("/factures/regie/tarifs/")
    assert_accessible(page)
    shot(page, "tarifs-regie")
    page.get_by_role("link", name=re.compile("Nouveaux prix")).click()
    assert_accessible(page)
    page.fill("input[name=valid_from]", (clock.today() + dt.timedelta(days=40)).isoformat())
    page.fill("input[name=resolution]", "Délibération 2027-12")
    page.fill("input[name=price_1]", "100,00")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("ne peut pas payer moins").first.wait_for()
    page.fill("input[name=price_1]", "3,80")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("heading", name="Vérifier les nouveaux prix").wait_for()
    assert_accessible(page)
    shot(page, "tarif-verifier")
    page.get_by_role("button", name="Enregistrer ces prix").click()
    page.get_by_text("nouveaux prix sont enregistrés").wait_for()
    assert Tariff.objects.count() == 2
    page.goto("/factures/tarifs/?quotient=900")
    page.locator(".price-answer").get_by_text("3,62").wait_for()
    assert_accessible(page)
    shot(page, "tarifs-public")
