"""Who sees which bill, what strangers get, and what lists cost."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
import json
import time
import uuid

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.accounts.roles import Role
from core.journal import SYSTEM
from core.partners import issue
from payments.actions.cards import start_payment
from payments.actions.desk import record_desk_payment
from payments.models import LedgerEntry, PaymentAttempt, ProviderEvent, Reminder
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.payments import InvoiceFactory, TariffFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def invoice_pages(invoice):
    return [
        reverse("payments:invoice", args=[invoice.public_id]),
        reverse("payments:invoice_pdf", args=[invoice.public_id]),
        f"/api/v1/payments/invoices/{invoice.public_id}",
    ]


def test_the_other_parent_never_sees_a_bill(client):
    payer, other = GuardianFactory(), GuardianFactory()
    ChildFactory(parents=[payer, other])
    invoice = InvoiceFactory(payer=payer)
    sign_in_client(client, other.user)
    assert [client.get(url).status_code for url in invoice_pages(invoice)] == [404] * 3
    assert client.get("/api/v1/payments/invoices").json()["items"] == []
    assert invoice.number not in client.get(reverse("payments:home")).content.decode()
    answer = client.post(reverse("payments:pay"), {"invoice": str(invoice.public_id)})
    assert answer.status_code == 302
    assert PaymentAttempt.objects.count() == 0
    sign_in_client(client, payer.user)
    assert [client.get(url).status_code for url in invoice_pages(invoice)] == [200] * 3


@pytest.mark.parametrize(
    "nonsense", ["", "x", "é", "5f0f7a52-8f4e-4b0e-9a57-1a2b3c4d5e6f", "1' or 1=1"]
)
def test_paying_nonsense_is_a_clear_answer(client, nonsense):
    guardian = GuardianFactory()
    sign_in_client(client, guardian.user)
    answer = client.post(reverse("payments:pay"), {"invoice": nonsense}, follow=True)
    assert "Choisissez au moins une facture" in answer.content.decode()


def signed(body: bytes, secret: str, at: int) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={digest}"}


def event(**changes):
    facts = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1,
        "livemode": False,
        "data": {"object": {"object": "checkout.session", "id": "cs_x", "metadata": {}}},
    }
    return json.dumps({**facts, **changes}).encode()


def post(client, body, headers):
    return client.post(
        reverse("payments:notification"), body, content_type="application/json", headers=headers
    )


def test_notifications_from_strangers_are_refused_and_leave_nothing(client):
    body, now = event(), int(time.time())
    refused = [
        {},
        {"Stripe-Signature": "nonsense"},
        signed(body, "whsec_other", now),
        signed(body, "whsec_demo", now - 4000),
        signed(body, "whsec_demo", now + 4000),
        signed(b"another body", "whsec_demo", now),
    ]
    assert [post(client, body, headers).status_code for headers in refused] == [400] * len(refused)
    for broken in (b"[]", b"{", event(data=None), event(livemode=None, data={"object": 3})):
        headers = signed(broken, "whsec_demo", now)
        assert post(client, broken, headers).status_code == 400
    assert ProviderEvent.objects.count() == 0
    assert client.get(reverse("payments:notification")).status_code == 405


def test_an_unknown_payment_is_noted_and_a_rotated_secret_still_works(client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_demo"]
    body, now = event(), int(time.time())
    first = post(client, body, signed(body, "whsec_demo", now))
    second = post(client, body, signed(body, "whsec_demo", now))
    assert (first.json()["new"], second.json()["new"]) == (True, False)
    assert ProviderEvent.objects.get().error == "unknown"
    live = event(livemode=True)
    assert post(client, live, signed(live, "whsec_demo", now)).status_code == 200
    assert ProviderEvent.objects.filter(error="livemode").count() == 1


def test_a_notification_we_cannot_check_is_asked_for_again(client, sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(attempt)
    obj = {"object": "checkout.session", "metadata": {"attempt": str(attempt.public_id)}}
    body = event(data={"object": obj})
    sandbox.ask("faults", error_500=3)
    headers = signed(body, "whsec_demo", int(time.time()))
    assert post(client, body, headers).status_code == 500
    assert LedgerEntry.objects.count() == 0
    assert post(client, body, headers).json()["new"] is True
    assert LedgerEntry.objects.count() == 1
    assert post(client, body, headers).json()["new"] is False


@pytest.fixture
def officer(client):
    user = UserFactory(roles=[Role.REVENUE_OFFICER])
    sign_in_client(client, user)
    return user


def test_the_list_of_invoices_costs_the_same_for_three_and_for_thirty(
    client, officer, terms, django_assert_max_num_queries
):
    for _ in range(30):
        InvoiceFactory()
    for url in ("payments:office_invoices", "payments:overdue", "payments:dashboard"):
        with django_assert_max_num_queries(16):
            assert client.get(reverse(url)).status_code == 200


def test_exports_hold_every_invoice_and_movement(client, officer):
    invoice = InvoiceFactory(payer_name="=HYPERLINK(1)")
    record_desk_payment(by=SYSTEM, invoice=invoice, method="cash", cents=1000, key=uuid.uuid4())
    for url in ("payments:export_invoices", "payments:export_ledger"):
        rows = list(
            load_workbook(io.BytesIO(client.get(reverse(url)).content)).active.iter_rows(
                values_only=True
            )
        )
        assert len(rows) == 2
    assert "Espèces" in rows[1], "an accountant reads words, not our codes"
    found = client.get(reverse("payments:office_invoices"), {"q": invoice.number[-6:]})
    assert invoice.number in found.content.decode()
    assert client.get(reverse("payments:office_invoices"), {"q": "zzz"}).status_code == 200


def test_every_paper_is_a_pdf(client, officer, sandbox):
    invoice = InvoiceFactory(total_cents=2000)
    payment = record_desk_payment(
        by=SYSTEM, invoice=invoice, method="cheque", cents=1000, key=uuid.uuid4(), reference="12"
    )
    from payments.actions.corrections import issue_credit_note
    from payments.actions.settle import refresh

    note = issue_credit_note(
        by=SYSTEM, invoice=invoice, quantities={invoice.lines.get().pk: 1}, reason="Erreur"
    )
    invoice.refresh_from_db()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(attempt)
    refresh(attempt, by=SYSTEM)
    for name, key in (
        ("invoice_pdf", invoice.public_id),
        ("desk_receipt_pdf", payment.public_id),
        ("credit_note_pdf", note.public_id),
        ("card_receipt_pdf", attempt.public_id),
    ):
        answer = client.get(reverse(f"payments:{name}", args=[key]))
        assert answer.content.startswith(b"%PDF"), name


def test_prices_are_public(client):
    TariffFactory(bands=[(500, 150), (None, 600)])
    page = client.get(reverse("payments:tariffs"), {"quotient": "480"}).content.decode()
    assert "1,50" in page
    assert client.get("/api/v1/payments/price?quotient=480").json()["unit_price_cents"] == 150
    assert client.get("/api/v1/payments/price").json()["unit_price_cents"] == 600
    assert client.get("/api/v1/payments/price?service=nothing").status_code == 409
    assert client.get(reverse("payments:tariffs"), {"quotient": "abc"}).status_code == 200


def test_the_public_accountant_reads_the_ledger_page_by_page(client):
    issued = issue(
        by=SYSTEM,
        name="Trésorerie",
        scopes=["ledger:read"],
        role=Role.REVENUE_OFFICER,
        expires_at=clock.now() + dt.timedelta(days=1),
    )
    headers = {"Authorization": f"Bearer {issued.secret}"}
    for _ in range(3):
        invoice = InvoiceFactory()
        record_desk_payment(by=SYSTEM, invoice=invoice, method="cash", cents=100, key=uuid.uuid4())
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"/api/v1/payments/ledger?limit=2&cursor={cursor}", headers=headers)
        seen += [row["amount_cents"] for row in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
    assert seen == [100] * 3
    assert len(client.get("/api/v1/payments/invoices", headers=headers).json()["items"]) == 3
    assert client.get("/api/v1/payments/ledger").status_code in {401, 403}


def test_reminders_say_whom_they_leave_in_peace(client, terms):
    """Before and after: a bill reminded lately is named, and nothing more leaves for it."""
    sign_in_client(client, UserFactory(roles=[Role.REVENUE_OFFICER]))
    past = clock.today() - dt.timedelta(days=40)
    due = InvoiceFactory(due_on=past)
    lately = InvoiceFactory(due_on=past, reminded_on=clock.today() - dt.timedelta(days=2))
    url = reverse("payments:overdue")
    listed = client.get(url).content.decode()
    assert f'value="{due.number}"' in listed
    assert listed.count(" checked>") == 1
    both = {"invoice": [due.number, lately.number]}
    asked = client.post(url, both)
    assert asked.context["picked"] == [due]
    assert asked.context["skipped"] == [lately]
    done = client.post(url, {**both, "confirm": "1"}, follow=True).content.decode()
    assert "1 rappel envoyé." in done
    assert "1 facture déjà rappelée récemment" in done
    assert list(Reminder.objects.values_list("invoice", flat=True)) == [due.pk]
    only = client.post(url, {"invoice": [lately.number]}).content.decode()
    assert "Aucun rappel à envoyer" in only
