"""Mail that comes back: reports read (RFC 3464), addresses that no longer work set aside.

A report is matched to its message by the address it came back to (``VERP``), else by the
``Message-ID`` that the returned mail carries; one that matches nothing has no effect, so that
nobody can silence an address by writing to us. Only what says that the mailbox is not there
counts against an address: a full box, a server away or a refusal on content does not.
"""

from __future__ import annotations

import email
import email.policy
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.messaging.models import AddressHealth, Bounce

#: What stands as the error of a message that was not even tried.
FAILING = "address_failing"
#: Refusals that say: no such mailbox, no such domain, mailbox closed (RFC 3463).
_GONE = re.compile(r"5\.(1\.[0-36]|1\.10|2\.1)")
_HEX = re.compile(r"\+([0-9a-f]{32})@")
_OWN_ID = re.compile(r"<([0-9a-f]{32})@")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
#: A report is small; what is not one is not read to its end.
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class Report:
    """What one delivery report says: which message, how it ended."""

    message_id: uuid.UUID
    action: str
    status: str

    @property
    def permanent(self) -> bool:
        """True when the mailbox is said not to exist any more."""
        return self.action == "failed" and bool(_GONE.fullmatch(self.status))


def is_failing(address: str) -> bool:
    """Tell whether mail to an address is known not to arrive."""
    return bool(address) and (
        AddressHealth.objects.filter(address=address.lower(), failing_since__isnull=False).exists()
    )


def failing_among(addresses: Iterable[str]) -> dict[str, AddressHealth]:
    """Return those of these addresses that fail, in one query."""
    wanted = {address.lower() for address in addresses if address}
    rows = AddressHealth.objects.filter(address__in=wanted, failing_since__isnull=False)
    return {row.address: row for row in rows}


def message_id_of(public_id: uuid.UUID) -> str:
    """Return the ``Message-ID`` that a message leaves with."""
    return f"<{public_id.hex}@{_domain(settings.DEFAULT_FROM_EMAIL)}>"


def envelope_sender(public_id: uuid.UUID) -> str:
    """Return where a message comes back to: an address of its own, if the city has one."""
    box: str = settings.BOUNCE_ADDRESS
    if not box:
        return str(settings.DEFAULT_FROM_EMAIL)
    local, _at, domain = box.partition("@")
    return f"{local}+{public_id.hex}@{domain}"


def _domain(sender: str) -> str:
    return sender.rstrip(">").rsplit("@", 1)[-1]


def read_report(raw: bytes) -> Report | None:
    """Return what a mail reports on one of our messages, or None if it reports nothing."""
    mail = email.message_from_bytes(raw[:MAX_BYTES], policy=email.policy.default)
    if not isinstance(mail, EmailMessage):
        return None
    fields = next(_recipient_fields(mail), None)
    if fields is None:
        return None
    public_id = _came_back_to(mail) or _returned_id(mail)
    if public_id is None:
        return None
    status = _STATUS.search(str(fields.get("Status", "")))
    return Report(
        public_id,
        str(fields.get("Action", "")).strip().lower(),
        status.group() if status else "",
    )


def _recipient_fields(mail: EmailMessage) -> Iterator[Message]:
    """Yield the blocks on recipients of a ``message/delivery-status`` part."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and block.get("Action"):
                    yield block


def _came_back_to(mail: EmailMessage) -> uuid.UUID | None:
    if not settings.BOUNCE_ADDRESS:
        return None
    for name in ("To", "Delivered-To", "X-Original-To"):
        for value in mail.get_all(name, []):
            if found := _HEX.search(str(value)):
                return uuid.UUID(found[1])
    return None


def _returned_id(mail: EmailMessage) -> uuid.UUID | None:
    """Return the number of the mail that the report carries along, whole or headers only."""
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            headers: Message = part
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                headers = inner[0]
            elif isinstance(inner, str):
                headers = email.message_from_string(inner)
            if found := _OWN_ID.search(str(headers.get("Message-ID", ""))):
                return uuid.UUID(found[1])
    return None


def ingest(raw: bytes) -> str:
    """Let one report have its effect, once; say what it was.

    Returns ``unmatched``, ``repeated``, ``passing`` (it will be tried again, or the refusal
    says nothing of the address), ``counted`` or ``failing`` (the address is set aside).
    """
    from core import outbox

    report = read_report(raw)
    if report is None:
        return "unmatched"
    message = outbox.Message.objects.filter(public_id=report.message_id, channel="email").first()
    if message is None or not message.address:
        return "unmatched"
    if report.action != "failed":
        return "passing"
    at, address = clock.now(), message.address.lower()
    with transaction.atomic():
        # The row of the address is the lock: two reports on it count one after the other.
        AddressHealth.objects.get_or_create(address=address)
        health = AddressHealth.objects.select_for_update().get(address=address)
        _row, new = Bounce.objects.get_or_create(
            message=message,
            defaults={"status": report.status[:12], "permanent": report.permanent, "at": at},
        )
        if not new:
            return "repeated"
        if not report.permanent:
            return "passing"
        health.hard_bounces = F("hard_bounces") + 1
        health.last_status, health.last_bounce_at = report.status[:12], at
        health.save(update_fields=["hard_bounces", "last_status", "last_bounce_at"])
        health.refresh_from_db()
        if health.hard_bounces < settings.BOUNCES_TO_FAIL or health.failing_since:
            return "counted"
        health.failing_since = at
        health.save(update_fields=["failing_since"])
        journal.record(SYSTEM, "address.fail", health, status=report.status)
        _keep_on_portal(address)
    return "failing"


def _keep_on_portal(address: str) -> None:
    """Turn what still waits for this address into messages of the portal."""
    from core import outbox

    waiting = outbox.Message.objects.filter(
        state=outbox.Message.QUEUED, channel="email", address__iexact=address, secret=False
    )
    waiting.filter(recipient__isnull=True).update(**instead_of_mail(with_account=False))
    waiting.filter(recipient__isnull=False).update(**instead_of_mail(with_account=True))


def instead_of_mail(*, with_account: bool) -> dict[str, Any]:
    """Return what becomes of a message to an address that fails.

    It is read on the portal; whoever has no account stands on the list of letters to post.
    """
    if with_account:
        return {"state": "sent", "channel": "in_app", "sent_at": clock.now(), "grouped_for": None}
    return {"state": "failed", "last_error": FAILING, "grouped_for": None}


def works_again(*, by: Actor, user: User) -> None:
    """Trust somebody's address once more, and write to it.

    Raises RuleBroken ``no_address`` for an account without one.
    """
    from core import outbox

    address = outbox.address_of(user)
    if not address:
        raise RuleBroken("no_address", _("Votre compte n’a pas d’adresse e-mail."))
    with transaction.atomic():
        health = AddressHealth.objects.select_for_update().filter(address=address.lower()).first()
        if health is None or health.failing_since is None:
            return
        health.failing_since, health.hard_bounces = None, 0
        health.save(update_fields=["failing_since", "hard_bounces"])
        journal.record(by, "address.trust", health)
        outbox.queue(kind="address_check", to=user)
