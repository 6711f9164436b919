"""Step 7: a parent pays on the hosted page; the signed notification settles it, once."""

from __future__ import annotations

import re

import pytest

from core.outbox import Message
from payments.models import Invoice, LedgerEntry, PaymentAttempt, ProviderEvent
from tests.factories.families import GuardianFactory
from tests.factories.payments import InvoiceFactory
from tests.payments.shots import shot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["desktop", "phone"])
def page(request, stand_in):
    return request.getfixturevalue(request.param)


@pytest.fixture
def parent(page, sign_in_fast):
    guardian = GuardianFactory(given_name="Nadia", family_name="Benali")
    sign_in_fast(page, guardian.user)
    return guardian


def test_pay_receipt_and_a_second_notification(page, stand_in, parent, assert_accessible):
    invoice = InvoiceFactory(payer=parent)
    page.goto("/factures/")
    assert_accessible(page)
    shot(page, "mes-factures")
    page.get_by_role("link", name=re.compile("Septembre 2025")).click()
    assert_accessible(page)
    shot(page, "ma-facture")
    page.get_by_role("button", name=re.compile("Payer 36,20")).click()
    page.get_by_text("Paiement factice").first.wait_for()
    assert page.url.startswith(stand_in.url)
    assert_accessible(page)
    shot(page, "page-de-paiement")
    page.get_by_text("Essayer une autre issue").click()
    page.get_by_role("button", name="Carte refusée").click()
    page.get_by_text("Votre banque a refusé").wait_for()
    assert_accessible(page)
    shot(page, "page-refus")
    page.get_by_role("button", name=re.compile(r"Payer 36,20")).click()
    page.get_by_role("heading", name="Paiement reçu").wait_for()
    assert_accessible(page)
    shot(page, "paiement-recu")
    stand_in.wait(lambda: ProviderEvent.objects.filter(processed_at=None).count() == 0)
    stand_in.wait(lambda: ProviderEvent.objects.filter(kind="checkout.session.completed").exists())
    invoice.refresh_from_db()
    assert invoice.balance_cents == 0
    ledger = list(LedgerEntry.objects.order_by("pk").values_list("pk", flat=True))
    mails = Message.objects.filter(kind="payment_received").count()
    event = ProviderEvent.objects.get(kind="checkout.session.completed").event_id
    stand_in.ask("resend", event=event)
    stand_in.wait(lambda: stand_in.state()["deliveries"][0]["state"] == "done")
    assert list(LedgerEntry.objects.order_by("pk").values_list("pk", flat=True)) == ledger
    assert Message.objects.filter(kind="payment_received").count() == mails == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le reçu").evaluate(
            "link => { link.setAttribute('download', 'recu.pdf'); link.click() }"
        )
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page.goto("/factures/")
    page.get_by_role("heading", name="Vous êtes à jour").wait_for()
    assert_accessible(page)
    shot(page, "a-jour")


def test_without_javascript_several_bills_and_coming_back_unpaid(
    stand_in, no_js, sign_in_fast, assert_accessible
):
    guardian = GuardianFactory()
    InvoiceFactory(payer=guardian)
    InvoiceFactory(payer=guardian, total_cents=1500)
    sign_in_fast(no_js, guardian.user)
    no_js.goto("/factures/")
    assert_accessible(no_js)
    shot(no_js, "plusieurs")
    no_js.get_by_role("button", name="Payer les factures cochées").click()
    no_js.get_by_role("button", name="Revenir sans payer").click()
    no_js.get_by_text("rien n’a été débité").wait_for()
    no_js.get_by_role("button", name="Payer les factures cochées").click()
    no_js.get_by_role("button", name=re.compile("Payer 51,20")).click()
    no_js.get_by_role("heading", name="Paiement reçu").wait_for()
    assert Invoice.objects.filter(balance_cents=0).count() == 2
    assert PaymentAttempt.objects.get().state == "paid"


def test_a_bank_debit_and_a_provider_that_is_down(page, stand_in, parent, assert_accessible):
    invoice = InvoiceFactory(payer=parent)
    stand_in.ask("faults", error_500=3)
    page.goto(f"/factures/{invoice.public_id}/")
    page.get_by_role("button", name=re.compile("Payer")).click()
    page.get_by_text("ne répond pas pour le moment").wait_for()
    assert_accessible(page)
    shot(page, "panne")
    page.get_by_role("button", name=re.compile("Payer")).click()
    page.get_by_text("Essayer une autre issue").click()
    page.get_by_role("button", name="accepté plus tard").click()
    page.get_by_role("heading", name="Votre banque traite le paiement").wait_for()
    assert_accessible(page)
    shot(page, "debit")
    stand_in.ask("advance", seconds=4000)
    page.get_by_role("heading", name="Paiement reçu").wait_for()
    stand_in.wait(lambda: ProviderEvent.objects.filter(processed_at=None).count() == 0)


def test_a_wrong_signature_changes_nothing(page, stand_in, parent):
    invoice = InvoiceFactory(payer=parent)
    stand_in.ask("faults", forge_webhooks=True)
    page.goto(f"/factures/{invoice.public_id}/")
    page.get_by_role("button", name=re.compile("Payer")).click()
    page.get_by_text("Paiement factice").first.wait_for()
    attempt = PaymentAttempt.objects.get()
    stand_in.pay(attempt)
    stand_in.wait(lambda: any(d["last_status"] == 400 for d in stand_in.state()["deliveries"]))
    assert ProviderEvent.objects.count() == 0
    assert LedgerEntry.objects.count() == 0
    page.goto(f"/factures/paiements/{attempt.public_id}/retour/")
    page.get_by_role("heading", name="Paiement reçu").wait_for()
