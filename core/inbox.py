"""What every page says of one's messages: how many are unread, whether they still arrive."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from core.accounts.models import User
from core.messaging.models import AddressHealth
from core.outbox import Channel


@dataclass(frozen=True)
class Mail:
    """One's mail at a glance. ``failing``: e-mails to one's address come back."""

    unread: int
    failing: bool


def mail_of(user: User) -> Mail:
    """Return what the header shows, in one query."""
    unread = Q(messages__read_at__isnull=True, messages__secret=False) & ~Q(
        messages__channel=Channel.SMS
    )
    failing = AddressHealth.objects.filter(
        address=Lower(OuterRef("email")), failing_since__isnull=False
    )
    found = (
        User.objects.filter(pk=user.pk)
        .annotate(
            unread=Count("messages", filter=unread & ~Q(messages__kind="digest")),
            failing=Exists(failing),
        )
        .values_list("unread", "failing")
        .first()
    )
    return Mail(unread=found[0], failing=found[1]) if found else Mail(unread=0, failing=False)
