"""How bills are put into words on pages."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from core.templatetags.ui import badge
from payments.models import Invoice, PaymentAttempt
from payments.papers import days_in_words

register = template.Library()


@register.filter
def service_days(days: list[str]) -> str:
    """Write the service days of a line in short."""
    return days_in_words(days)


@register.simple_tag
def invoice_badge(invoice: Invoice) -> str:
    """Show what has become of an invoice."""
    if invoice.is_settled:
        return badge(_("Réglée"), "success", "check")
    if invoice.is_overdue:
        return badge(_("En retard"), "urgent", "alert")
    if invoice.settled_cents:
        return badge(_("Réglée en partie"), "warning")
    return badge(_("À payer"), "info")


_TONES = {
    "paid": "success",
    "partially_refunded": "info",
    "refunded": "plain",
    "disputed": "urgent",
    "processing": "warning",
    "anomaly": "urgent",
    "failed": "plain",
    "expired": "plain",
}


@register.simple_tag
def attempt_badge(attempt: PaymentAttempt) -> str:
    """Show the state of a card payment."""
    return badge(attempt.get_state_display(), _TONES.get(attempt.state, "info"))
