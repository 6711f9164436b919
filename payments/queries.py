"""Readings of the books for pages, exports and the API. Nothing here writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from core import clock
from core.accounts.models import User
from families.models import Guardian
from payments.models import Invoice, InvoiceLine, LedgerEntry, Tariff


@dataclass
class ChildLines:
    """The lines of one child on an invoice."""

    child_id: int
    name: str
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def total_cents(self) -> int:
        """What this child comes to."""
        return sum(line.amount_cents for line in self.lines)


def by_child(lines: Iterable[InvoiceLine]) -> list[ChildLines]:
    """Group an invoice's lines by child, in their order."""
    groups: dict[int, ChildLines] = {}
    for line in lines:
        group = groups.setdefault(line.child_id, ChildLines(line.child_id, line.child_name))
        group.lines.append(line)
    return list(groups.values())


def payer_of(user: User) -> Guardian | None:
    """Return the guardian who signs in as this user."""
    return Guardian.objects.filter(user=user).select_related("household", "user").first()


def month_figures(months: int = 6) -> list[dict[str, Any]]:
    """Return what was billed, settled and is still owed, by billed month, newest first."""
    newest = list(
        Invoice.objects.order_by("-month").values_list("month", flat=True).distinct()[:months]
    )
    if not newest:
        return []
    today = clock.today()
    return list(
        Invoice.objects.filter(month__in=newest)
        .order_by()
        .values("month")
        .annotate(
            invoices=Count("pk"),
            billed=Sum("total_cents"),
            outstanding=Sum("balance_cents"),
            overdue=Sum(
                Case(When(Q(balance_cents__gt=0, due_on__lt=today), then="balance_cents")),
                default=0,
            ),
        )
        .order_by("-month")
    )


def collected_by_month(months: int = 6) -> list[dict[str, Any]]:
    """Return money that came in, net of what went back, by month of the movement."""
    first = clock.today().replace(day=1)
    for _step in range(months - 1):
        first = (first - dt.timedelta(days=1)).replace(day=1)
    money = [LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.REFUND, LedgerEntry.Kind.REFUND_FAILED]
    money += [LedgerEntry.Kind.DISPUTE, LedgerEntry.Kind.DISPUTE_WON]
    rows = (
        LedgerEntry.objects.filter(at__gte=clock.at(first, 0), kind__in=money)
        .annotate(month=TruncMonth("at", tzinfo=clock.PARIS))
        .order_by()
        .values("month")
        .annotate(
            cents=Sum("amount_cents"),
            card=Sum("amount_cents", filter=Q(method="card"), default=0),
            desk=Sum("amount_cents", filter=Q(provider="desk"), default=0),
        )
        .order_by("month")
    )
    return [{**row, "month": row["month"].date()} for row in rows]


def tariffs_around(day: dt.date) -> list[dict[str, Any]]:
    """Return every service with the version in force on a day, those to come and the past."""
    versions: dict[str, list[Tariff]] = {}
    for tariff in Tariff.objects.prefetch_related("bands").order_by("label", "-valid_from"):
        versions.setdefault(tariff.service, []).append(tariff)
    services = []
    for service, found in versions.items():
        current = next((t for t in found if t.valid_from <= day), None)
        services.append(
            {
                "service": service,
                "label": (current or found[0]).label,
                "current": current,
                "coming": [t for t in reversed(found) if t.valid_from > day],
                "past": [t for t in found if t.valid_from <= day and t is not current],
            }
        )
    return services


def search_invoices(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Keep invoices whose number or payer's name holds every word typed."""
    for word in text.split()[:6]:
        rows = rows.filter(Q(number__icontains=word) | Q(payer_name__icontains=word))
    return rows
