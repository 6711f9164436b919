"""The messages of a day that may wait, put into one e-mail a person.

Each group is put together in one transaction, under the lock of its rows: a worker that dies
leaves them as they were, and of two workers the second finds them gone. Nothing is lost, since
what is not in a digest stays queued for one; nothing is doubled, since a row is in one at most.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation

from core.messaging.kinds import DIGEST

if TYPE_CHECKING:
    from core.outbox import Message


def gather(at: dt.datetime, *, limit: int = 500) -> int:
    """Put together the groups whose hour has come; return how many rows left the wait."""
    from core.outbox import Message

    groups = (
        Message.objects.filter(state=Message.QUEUED, grouped_for__isnull=False, next_try_at__lte=at)
        .order_by("recipient", "address", "grouped_for")
        .values_list("recipient", "address", "grouped_for")
        .distinct()[:limit]
    )
    return sum(_gather_one(reader, address, day) for reader, address, day in list(groups) if day)


def _gather_one(recipient: int | None, address: str, day: dt.date) -> int:
    from core.outbox import Message

    with transaction.atomic():
        rows = list(
            Message.objects.select_for_update(of=("self",))
            .select_related("recipient")
            .filter(state=Message.QUEUED, recipient=recipient, address=address, grouped_for=day)
            .order_by("pk")
        )
        if not rows:
            return 0
        mine = Message.objects.filter(pk__in=[row.pk for row in rows])
        if len(rows) == 1:
            mine.update(grouped_for=None)
            return 1
        digest = _compose(rows, address, day)
        mine.update(state=Message.GROUPED, grouped_into=digest, sent_at=digest.created_at)
    return len(rows)


def _compose(rows: list[Message], address: str, day: dt.date) -> Message:
    from core import outbox

    reader = rows[-1].recipient
    language = reader.language if reader else rows[-1].language
    with translation.override(language):
        words = {
            "reader": reader,
            "service_name": settings.SERVICE_NAME,
            "city_name": settings.CITY_NAME,
            "public_url": settings.PUBLIC_URL,
            "count": len(rows),
            "parts": [(row.subject, _without_signature(row)) for row in rows],
        }
        subject = outbox.plain("messages/digest.subject.txt", words)
        body = outbox.plain("messages/digest.txt", words)
        signature = outbox.plain("messages/_signature.txt", words)
    who = f"u{reader.pk}" if reader else hashlib.sha256(address.lower().encode()).hexdigest()[:32]
    return outbox.queue_words(
        kind=DIGEST,
        to=reader,
        address=address,
        subject=subject,
        body=f"{body.strip()}\n\n{signature.strip()}\n",
        language=language,
        # A second digest of a day (a message that came during the first) starts elsewhere.
        dedupe_key=f"digest:{who}:{day:%Y-%m-%d}:{rows[0].pk}",
        apart=True,
    )


def _without_signature(row: Message) -> str:
    from core import outbox

    with translation.override(row.language):
        words = {
            "service_name": settings.SERVICE_NAME,
            "city_name": settings.CITY_NAME,
            "public_url": settings.PUBLIC_URL,
        }
        signature = outbox.plain("messages/_signature.txt", words).strip()
    return row.body.strip().removesuffix(signature).strip()
