"""What we hold of what somebody pays: one's own bills and payments, never the other parent's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.money import format_euros
from core.rights.registry import Section, not_collected, register_collector, tell
from families.collected import for_guardians
from families.models import Guardian
from payments.models import (
    Charge,
    CreditNote,
    DeskPayment,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    PaymentAttempt,
    Refund,
    Reminder,
)

_TEN_YEARS = _("Dix ans après la clôture de l’année.")


def euros(field: str) -> Callable[[Any], str]:
    """Return a reader of an amount in cents."""

    def read(row: Any) -> str:
        return format_euros(getattr(row, field))

    return read


@for_guardians
def bills(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell bills, what they are made of, and what corrects them."""
    invoices = Invoice.objects.filter(payer=guardian)
    yield Section(
        "factures",
        _("Vos factures"),
        _("Pour facturer les repas et les activités, comme la loi l’impose."),
        _TEN_YEARS,
        tell(
            invoices.order_by("-issued_on", "-pk"),
            lambda row: row.number,
            ("issued_on", _("Émise le")),
            ("due_on", _("À payer avant le")),
            ("total", _("Total"), euros("total_cents")),
            ("balance", _("Reste à payer"), euros("balance_cents")),
            ("payer_name", _("Au nom de")),
            ("payer_address", _("Adresse de facturation")),
        )
        + tell(
            InvoiceLine.objects.filter(invoice__in=invoices)
            .select_related("invoice")
            .order_by("-invoice__issued_on", "-invoice", "position"),
            lambda row: f"{row.invoice.number} · {row.child_name}",
            ("label", _("Prestation")),
            ("quantity", _("Nombre")),
            ("unit_price", _("Prix"), euros("unit_price_cents")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("tariff_band", _("Tranche")),
            ("family_quotient", _("Quotient familial")),
        )
        + tell(
            CreditNote.objects.filter(invoice__in=invoices).order_by("-issued_on", "-pk"),
            lambda row: row.number,
            ("issued_on", _("Avoir émis le")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("reason", _("Motif")),
        )
        + tell(
            Reminder.objects.filter(invoice__in=invoices)
            .select_related("invoice")
            .order_by("-sent_on", "-pk"),
            lambda row: row.invoice.number,
            ("level", _("Relance numéro")),
            ("sent_on", _("Envoyée le")),
        ),
        order=60,
    )
    yield Section(
        "consommations",
        _("Ce qui est ou sera facturé"),
        _("Pour calculer vos factures."),
        _TEN_YEARS,
        tell(
            Charge.objects.filter(guardian=guardian)
            .select_related("child")
            .order_by("-service_day", "-pk"),
            lambda row: row.child.given_name,
            ("service_day", _("Jour")),
            ("label", _("Prestation")),
            ("quantity", _("Nombre")),
            ("unit_price", _("Prix"), euros("unit_price_cents")),
            ("tariff_band", _("Tranche")),
            ("family_quotient", _("Quotient familial")),
        ),
        order=61,
    )


@for_guardians
def money(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell payments and movements; a card number never comes here."""
    attempts = PaymentAttempt.objects.filter(payer=guardian)
    yield Section(
        "paiements",
        _("Vos paiements"),
        _("Pour savoir ce qui est payé. Votre numéro de carte ne passe jamais par nous."),
        _TEN_YEARS,
        tell(
            attempts.order_by("-created_at", "-pk"),
            lambda row: row.created_at.date(),
            ("state", _("État")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("receipt_number", _("Reçu")),
            ("created_at", _("Le")),
        )
        + tell(
            DeskPayment.objects.filter(payer=guardian).order_by("-received_at", "-pk"),
            lambda row: row.receipt_number,
            ("method", _("Moyen")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("reference", _("Référence")),
            ("received_at", _("Le")),
        )
        + tell(
            Refund.objects.filter(attempt__in=attempts).order_by("-created_at", "-pk"),
            lambda _row: _("Remboursement"),
            ("state", _("État")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("created_at", _("Le")),
        )
        + tell(
            LedgerEntry.objects.filter(payer=guardian)
            .select_related("invoice")
            .order_by("-at", "-pk"),
            lambda row: row.invoice.number if row.invoice else _("Crédit de la famille"),
            ("kind", _("Mouvement")),
            ("amount", _("Montant"), euros("amount_cents")),
            ("at", _("Le")),
        ),
        order=62,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "payments.bills",
        bills,
        "payments.Invoice",
        "payments.InvoiceLine",
        "payments.CreditNote",
        "payments.Reminder",
        "payments.Charge",
    )
    register_collector(
        "payments.money",
        money,
        "payments.PaymentAttempt",
        "payments.DeskPayment",
        "payments.Refund",
        "payments.LedgerEntry",
    )
    not_collected(
        "Ne nomme qu’un agent qui agit pour la ville ; son acte est au journal.",
        "payments.BillingRun",
        "payments.Tariff",
    )
