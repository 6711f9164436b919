"""What becomes of bills and money when two files of one payer, or of one child, become one.

The books are never rewritten: what was billed and paid stays under the file it was billed to,
which then leads to the one kept (``merged_into``); ``of_payer`` and ``visible_to`` follow.
Only what no billing run has taken yet moves.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from core.dates import date_format
from families.merging.relations import MOVE, STAY, MergeRule, Moved, register_merge_rules


def _invoices_since(done: Any, moved: Moved) -> int:
    from payments.models import Invoice

    return Invoice.objects.filter(payer=done.kept_guardian, created_at__gt=done.done_at).count()


def _paid_since(done: Any, moved: Moved) -> int:
    """Money of the file kept that settled a bill of the other one."""
    from payments.models import LedgerEntry

    return LedgerEntry.objects.filter(
        payer=done.kept_guardian, invoice__payer=done.merged_guardian, at__gt=done.done_at
    ).count()


def _dated(row: Any) -> str:
    return f"{row.label} · {date_format(row.service_day, 'j F Y')}"


def register() -> None:
    """Register the rules; called when the app starts."""
    charges = MergeRule(
        MOVE,
        gettext_lazy("Prestations à facturer"),
        _dated,
        only=Q(billing_run__isnull=True),
        order=70,
        told=False,
    )
    register_merge_rules(
        {
            "payments.Charge.guardian": charges,
            "payments.Charge.child": charges,
            "payments.InvoiceLine.child": MergeRule(
                STAY,
                gettext_lazy("Lignes de factures"),
                lambda row: row.label,
                order=71,
                told=False,
            ),
            "payments.Invoice.payer": MergeRule(
                STAY,
                gettext_lazy("Factures"),
                lambda row: row.number,
                since=_invoices_since,
                order=71,
                told=False,
            ),
            "payments.LedgerEntry.payer": MergeRule(
                STAY,
                gettext_lazy("Écritures comptables"),
                lambda row: str(row.get_kind_display()),
                since=_paid_since,
                order=72,
                told=False,
            ),
            "payments.DeskPayment.payer": MergeRule(
                STAY, gettext_lazy("Paiements au guichet"), order=73, told=False
            ),
            "payments.PaymentAttempt.payer": MergeRule(
                STAY,
                gettext_lazy("Paiements en ligne"),
                lambda row: str(row.get_state_display()),
                order=74,
                told=False,
            ),
        }
    )
