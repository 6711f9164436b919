"""Payment terms in force on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.errors import RuleBroken
from payments.models import BillingTerms, Invoice


def terms_on(day: dt.date) -> BillingTerms:
    """Return the terms the council had set by a day; raises RuleBroken ``no_terms``."""
    found = BillingTerms.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if found is None:
        raise RuleBroken("no_terms", _("Aucun délai de paiement n’est voté à cette date."))
    return found


def reminded_lately(invoice: Invoice, day: dt.date, delay: int) -> bool:
    """Tell whether an invoice was reminded less than ``delay`` days before."""
    return invoice.reminded_on is not None and (day - invoice.reminded_on).days < delay


def by_last_reminder(
    invoices: Iterable[Invoice], day: dt.date
) -> tuple[list[Invoice], list[Invoice]]:
    """Sort invoices into those a reminder may leave for, and those reminded too lately."""
    delay = terms_on(day).reminder_days
    awaited: list[Invoice] = []
    lately: list[Invoice] = []
    for invoice in invoices:
        (lately if reminded_lately(invoice, day, delay) else awaited).append(invoice)
    return awaited, lately
