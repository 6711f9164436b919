"""The demo's mail server: every e-mail that leaves is kept in a table and shown on a page.

``EmailBackend`` is a real Django e-mail backend, the last station of the ordinary path
(outbox, worker, message); only the network is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import models

from core import clock


class DeliveredMail(models.Model):
    """One e-mail as the demo's mail server got it. Empty outside the demo."""

    address = models.CharField(max_length=254, db_index=True)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=5, blank=True)
    received_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return self.subject


class EmailBackend(BaseEmailBackend):
    """Keeps mails instead of sending them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep one row per reader; returns how many mails were taken."""
        rows = [
            DeliveredMail(
                address=address,
                sender=mail.from_email,
                subject=str(mail.subject)[:200],
                body=str(mail.body),
                language=str(mail.extra_headers.get("Content-Language", ""))[:5],
            )
            for mail in email_messages
            for address in mail.recipients()
        ]
        DeliveredMail.objects.bulk_create(rows)
        return len(email_messages)


def keep_sms(number: str, text: str, reference: str) -> None:
    """Stand in for an SMS provider in the demo (``settings.SMS_TRANSPORT``)."""
    DeliveredMail.objects.create(address=number, sender="SMS", subject=text[:60], body=text)
