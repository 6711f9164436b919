"""Retention rules of bills and money: ten years from the close of the accounting year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum

from core.retention import Rule, follows, keeps, purged, register, unreferenced
from families.retained import register_awaited, register_billed
from payments.models import (
    AttemptLine,
    BillingRun,
    Charge,
    CreditNote,
    DeskPayment,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    PaymentAttempt,
    ProviderEvent,
    ReconciliationDay,
    Refund,
    RefundLine,
    Reminder,
)

_TEN_YEARS = dt.timedelta(days=10 * 365 + 3)
_THIRTEEN_MONTHS = dt.timedelta(days=396)
_ACCOUNTS = "Code de commerce, article L123-22 : dix ans après la clôture de l’exercice"


def closed_before(before: dt.datetime) -> dt.date:
    """Return the first day of the accounting year that an instant lies in."""
    return dt.date(before.year, 1, 1)


def _settled_invoices(before: dt.datetime) -> QuerySet[Invoice]:
    """Settled bills of years closed long ago, on which nothing has moved since."""
    since = LedgerEntry.objects.filter(invoice=OuterRef("pk"), at__date__gte=closed_before(before))
    return Invoice.objects.filter(
        ~Exists(since), issued_on__lt=closed_before(before), balance_cents=0
    )


@transaction.atomic
def _erase_invoices(rows: QuerySet[Any]) -> int:
    """Erase bills with all that hangs on them, movements included: the sum of each is nil."""
    ids = list(rows.values_list("pk", flat=True))
    purged(LedgerEntry.objects.filter(invoice__in=ids))
    Reminder.objects.filter(invoice__in=ids).delete()
    DeskPayment.objects.filter(invoice__in=ids).delete()
    AttemptLine.objects.filter(invoice__in=ids).delete()
    RefundLine.objects.filter(invoice__in=ids).delete()
    CreditNote.objects.filter(invoice__in=ids).delete()
    _all, by_model = Invoice.objects.filter(pk__in=ids).delete()
    return by_model.get("payments.Invoice", 0)


def _old_credit(before: dt.datetime) -> QuerySet[LedgerEntry]:
    """Movements of families' credit of closed years, where they add up to nothing."""
    old = LedgerEntry.objects.filter(invoice__isnull=True, at__date__lt=closed_before(before))
    even = old.order_by().values("payer").annotate(sum=Sum("amount_cents")).filter(sum=0)
    return old.filter(payer__in=even.values("payer"))


def _given_up(before: dt.datetime) -> QuerySet[PaymentAttempt]:
    return unreferenced(
        PaymentAttempt.objects.filter(state__in=["expired", "failed"], created_at__lt=before)
    )


def _old_attempts(before: dt.datetime) -> QuerySet[PaymentAttempt]:
    return unreferenced(
        PaymentAttempt.objects.filter(
            created_at__date__lt=closed_before(before), lines__isnull=True
        )
    )


def _debtors(before: dt.datetime) -> QuerySet[Any]:
    """Whoever owes something, or to whom something is owed."""
    return Invoice.objects.exclude(balance_cents=0).values("payer")


def _billed() -> QuerySet[Any]:
    """Children whom a bill, or something to bill, names."""
    lines = InvoiceLine.objects.filter(child__isnull=False).order_by().values("child")
    return lines.union(Charge.objects.order_by().values("child"))


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_billed(_billed)
    register_awaited(_debtors)
    keeps(
        "Décisions du conseil et compteurs, sans donnée personnelle",
        "payments.NumberSequence",
        "payments.BillingTerms",
        "payments.Tariff",
        "payments.TariffBand",
    )
    follows(
        "payments.Invoice",
        "payments.InvoiceLine",
        "payments.CreditNote",
        "payments.Reminder",
        "payments.DeskPayment",
    )
    follows("payments.CreditNote", "payments.CreditNoteLine")
    follows("payments.PaymentAttempt", "payments.AttemptLine")
    follows("payments.Refund", "payments.RefundLine")
    register(
        Rule(
            "payments.given_up",
            "payments.PaymentAttempt",
            _THIRTEEN_MONTHS,
            "Code monétaire et financier, article L133-24 : treize mois pour contester",
            _given_up,
            age="created_at",
            what="Paiements abandonnés ou refusés",
            order=30,
        ),
        Rule(
            "payments.events",
            "payments.ProviderEvent",
            _THIRTEEN_MONTHS,
            "Code monétaire et financier, article L133-24 : treize mois pour contester",
            lambda before: ProviderEvent.objects.filter(received_at__lt=before),
            age="received_at",
            what="Notifications du prestataire de paiement",
            order=30,
        ),
        Rule(
            "payments.invoices",
            "payments.Invoice",
            _TEN_YEARS,
            _ACCOUNTS,
            _settled_invoices,
            _erase_invoices,
            age="issued_on",
            what="Factures soldées, leurs lignes, avoirs, relances et mouvements",
            order=31,
        ),
        Rule(
            "payments.credit",
            "payments.LedgerEntry",
            _TEN_YEARS,
            _ACCOUNTS,
            _old_credit,
            purged,
            age="at",
            what="Mouvements du crédit des familles, là où il est revenu à zéro",
            order=32,
        ),
        Rule(
            "payments.refunds",
            "payments.Refund",
            _TEN_YEARS,
            _ACCOUNTS,
            lambda before: Refund.objects.filter(
                created_at__date__lt=closed_before(before), lines__isnull=True
            ),
            age="created_at",
            what="Remboursements dont les factures sont parties",
            order=33,
        ),
        Rule(
            "payments.attempts",
            "payments.PaymentAttempt",
            _TEN_YEARS,
            _ACCOUNTS,
            _old_attempts,
            age="created_at",
            what="Paiements par carte dont les factures sont parties",
            order=34,
        ),
        Rule(
            "payments.charges",
            "payments.Charge",
            _TEN_YEARS,
            _ACCOUNTS,
            lambda before: Charge.objects.filter(service_day__lt=closed_before(before)),
            age="service_day",
            what="Repas et activités facturés",
            order=35,
        ),
        Rule(
            "payments.runs",
            "payments.BillingRun",
            _TEN_YEARS,
            _ACCOUNTS,
            lambda before: unreferenced(BillingRun.objects.filter(month__lt=closed_before(before))),
            age="month",
            what="Facturations d’un mois",
            order=36,
        ),
        Rule(
            "payments.reconciliation",
            "payments.ReconciliationDay",
            _TEN_YEARS,
            _ACCOUNTS,
            lambda before: ReconciliationDay.objects.filter(day__lt=closed_before(before)),
            age="day",
            what="Rapprochements avec le prestataire de paiement",
            order=36,
        ),
    )
