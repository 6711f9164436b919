"""Tell payers about their new invoices: one message each, written and delivered in bulk.

``outbox.queue`` renders three templates and queues one task a message, which is right for one
payer and slow for fifty thousand: here a batch shares one insert and one task. The outbox's own
sweep still finds what that task leaves behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.money import format_euros
from core.outbox import Channel, Message
from core.queueing import later
from families.models import Guardian
from payments.models import Invoice

KIND = "invoice_issued"


def tell_payers(invoices: Sequence[Invoice], payers: Mapping[int, Guardian]) -> int:
    """Write "your invoice is ready" to payers who can be written to; returns how many."""
    messages = [
        message
        for invoice in invoices
        if (message := _message(invoice, payers[invoice.payer_id])) is not None
    ]
    written = Message.objects.bulk_create(messages)
    if written:
        later("payments.deliver_notices", written[0].pk, written[-1].pk)
    return len(written)


def _message(invoice: Invoice, payer: Guardian) -> Message | None:
    """Return the words for one payer; on the portal for an account without e-mail."""
    payer = payer.merged_into or payer
    user = payer.user
    address = (user.email if user else payer.email) or ""
    if user is None and not address:
        return None
    language = user.language if user else payer.language
    words = {
        "reader": user,
        "service_name": settings.SERVICE_NAME,
        "city_name": settings.CITY_NAME,
        "public_url": settings.PUBLIC_URL,
        "number": invoice.number,
        "amount": format_euros(invoice.total_cents),
        "due_on": invoice.due_on,
        "month": invoice.month,
        "path": f"/factures/{invoice.public_id}/",
    }
    with translation.override(language):
        subject = render_to_string(f"messages/{KIND}.subject.txt", words)
        body = render_to_string(f"messages/{KIND}.txt", words)
        signature = render_to_string("messages/_signature.txt", words)
    return Message(
        kind=KIND,
        recipient=user,
        address=address,
        channel=Channel.EMAIL if address else Channel.IN_APP,
        language=language,
        subject=" ".join(subject.split())[:200],
        body=f"{body.strip()}\n\n{signature.strip()}\n",
        state=Message.QUEUED if address else Message.SENT,
        sent_at=None if address else invoice.created_at,
        dedupe_key=f"invoice:{invoice.number}",
    )
