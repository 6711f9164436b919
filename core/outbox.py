"""Messages to people: written in the business transaction, delivered after it.

``queue`` renders the words and writes a row; the row commits or rolls back with the act it
tells of. After the commit a Celery task delivers it; if no broker answers, nothing is lost:
``sweep`` (every minute) finds what is due. A delivery is claimed by one compare-and-set
update that also pushes ``next_try_at`` behind a lease, so of two workers one sends.
A worker that dies between sending and noting it leads to one repeat after the lease: mail
servers offer nothing better than at-least-once across a crash.

What each kind may do is said in ``core.messaging.kinds``. A reader's choice, or an address
that sends mail back, keeps an e-mail on the portal; a kind that may wait joins the others of
its day (``core.messaging.digests``).
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.template import Context, engines
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core import clock, queueing
from core.accounts.models import User
from core.acting import Scope, reaches
from core.documents import Document
from core.messaging import kinds, preferences, returns, texting
from core.messaging.models import MessageAttachment

logger = logging.getLogger(__name__)

#: How long a worker may hold a message before another one may try again.
LEASE = dt.timedelta(minutes=10)
#: Waits after each failed attempt; when they are used up, the message has failed.
BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60)]


class Channel(models.TextChoices):
    """By which way a message reaches its reader."""

    EMAIL = "email", _("E-mail")
    IN_APP = "in_app", _("Sur le portail")
    SMS = "sms", _("SMS")


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by what remains to be done."""

    def due(self, at: dt.datetime) -> MessageQuerySet:
        """Keep the messages to deliver at an instant."""
        return self.filter(state=Message.QUEUED, next_try_at__lte=at, grouped_for__isnull=True)

    def visible_to(self, user: User) -> MessageQuerySet:
        """Keep the messages one has received."""
        if not reaches(user, Scope.MESSAGES):
            return self.none()
        return self.filter(recipient=user)

    def readable(self) -> MessageQuerySet:
        """Keep what is worth reading again on the portal, once.

        Sign-in links are wiped; a day's digest and a short text repeat what stands beside.
        """
        return self.filter(secret=False).exclude(kind=kinds.DIGEST).exclude(channel=Channel.SMS)


class Message(models.Model):
    """One message to one reader. ``secret`` bodies (sign-in links) are wiped once sent."""

    QUEUED, SENT, FAILED = "queued", "sent", "failed"
    GROUPED, DECLINED = "grouped", "declined"
    MOVES = {QUEUED: {SENT, FAILED, GROUPED}, FAILED: {QUEUED}}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages"
    )
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    secret = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10,
        default=QUEUED,
        choices=[
            (QUEUED, _("en attente")),
            (SENT, _("parti")),
            (FAILED, _("non parti")),
            (GROUPED, _("parti avec d’autres")),
            (DECLINED, _("non voulu")),
        ],
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    next_try_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=150, null=True, blank=True)  # noqa: DJ001
    #: The day whose digest this waits for; null: leaves alone.
    grouped_for = models.DateField(null=True, blank=True)
    grouped_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="queued"), name="message_due_idx"
            ),
            models.Index(fields=["recipient", "-created_at"], name="message_reader_idx"),
            models.Index(fields=["state", "-created_at"], name="message_state_idx"),
            models.Index(
                fields=["next_try_at", "grouped_for"],
                condition=Q(state="queued", grouped_for__isnull=False),
                name="message_grouped_idx",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(read_at__isnull=True, secret=False),
                name="message_unread_idx",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(dedupe_key__isnull=False),
                name="message_sent_once",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""),
                name="message_has_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"


def queue(
    *,
    kind: str,
    to: User | None = None,
    address: str = "",
    context: dict[str, Any] | None = None,
    channel: str = Channel.EMAIL,
    dedupe_key: str | None = None,
    language: str = "",
    documents: Sequence[Document] = (),
) -> Message:
    """Write a message in the reader's language; it leaves once the transaction commits.

    The words come from ``messages/<kind>.subject.txt`` and ``messages/<kind>.txt``; their
    context holds ``reader``, ``service_name``, ``city_name`` and ``public_url`` besides
    ``context``. A person without any address finds an e-mail among the messages of the portal.
    With a ``dedupe_key`` already used, the message written then is returned and nothing
    more is sent. Never put a sensitive fact into the words: link to the page instead.
    ``language`` is that of a reader without an account; ``documents`` leave with the e-mail
    and stay where they are. A reader who asked for it gets a short text besides, if the
    kind has one. Raises ValueError when nobody is named.
    """
    language = (
        to.language if to else language or translation.get_language() or settings.LANGUAGE_CODE
    )
    words = {
        "reader": to,
        "service_name": settings.SERVICE_NAME,
        "city_name": settings.CITY_NAME,
        "public_url": settings.PUBLIC_URL,
        **(context or {}),
    }
    with translation.override(language):
        subject = plain(f"messages/{kind}.subject.txt", words)
        body = plain(f"messages/{kind}.txt", words)
        signature = plain("messages/_signature.txt", words)
        short = plain(f"messages/{kind}.sms.txt", words) if kinds.kind_of(kind).sms else ""
    if to is not None and short and (number := texting.number_for(to, kind)):
        queue_words(
            kind=kind,
            to=to,
            address=number,
            subject=subject,
            body=texting.shortened(short),
            language=language,
            channel=Channel.SMS,
            dedupe_key=f"{dedupe_key}:sms" if dedupe_key else None,
        )
    return queue_words(
        kind=kind,
        to=to,
        address=address,
        subject=subject,
        body=f"{body.strip()}\n\n{signature.strip()}\n",
        language=language,
        channel=channel,
        dedupe_key=dedupe_key,
        documents=documents,
    )


def plain(template: str, words: dict[str, Any]) -> str:
    """Render plain text, where an apostrophe must stay an apostrophe."""
    engine: Any = engines["django"]
    text: str = engine.engine.get_template(template).render(Context(words, autoescape=False))
    return text


def queue_words(
    *,
    kind: str,
    subject: str,
    body: str,
    language: str,
    to: User | None = None,
    address: str = "",
    channel: str = Channel.EMAIL,
    dedupe_key: str | None = None,
    secret: bool = False,
    documents: Sequence[Document] = (),
    apart: bool = False,
) -> Message:
    """Write a message whose words are ready; see :func:`queue`.

    ``secret`` says that the words let their reader in: they are wiped once sent, and leave
    whatever the reader chose. ``apart``: never waits for others of the day.
    """
    if to is None and not address:
        raise ValueError("a message needs a reader")
    if dedupe_key is not None:
        known = Message.objects.filter(dedupe_key=dedupe_key).first()
        if known is not None:
            return known
    message = Message(
        kind=kind,
        recipient=to,
        address=address,
        channel=channel,
        language=language,
        subject=" ".join(subject.split())[:200],
        body=body,
        secret=secret,
        dedupe_key=dedupe_key,
    )
    _choose_way(message, apart=apart or secret)
    if dedupe_key is not None:
        try:
            with transaction.atomic():
                message.save()
        except IntegrityError:
            # Another transaction queued the same message first, and has committed.
            return Message.objects.get(dedupe_key=dedupe_key)
    else:
        message.save()
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=message, document=document) for document in documents
    )
    if message.state == Message.QUEUED and message.grouped_for is None:
        wait = max(0.0, (message.next_try_at - clock.now()).total_seconds())
        if wait < LEASE.total_seconds():
            queueing.later("core.deliver_message", message.pk, countdown=wait)
    return message


#: Functions that know where to write to a person who signs in without an address.
_contact_addresses: list[Callable[[User], str]] = []


def register_address(find: Callable[[User], str]) -> None:
    """Let another app say where to write to somebody without a sign-in address."""
    if find not in _contact_addresses:
        _contact_addresses.append(find)


def address_of(user: User) -> str:
    """Return where to write to somebody: the sign-in address, else the contact one, else ""."""
    return user.email or next(filter(None, (find(user) for find in _contact_addresses)), "")


def _choose_way(message: Message, *, apart: bool) -> None:
    """Decide by which way a message reaches its reader, and when it leaves."""
    at = clock.now()
    if message.channel == Channel.SMS:
        message.next_try_at = texting.allowed_from(at)
        return
    kind = kinds.kind_of(message.kind)
    if message.channel == Channel.EMAIL:
        message.address = message.address or (
            address_of(message.recipient) if message.recipient else ""
        )
        wanted = message.secret or preferences.wants_email(
            kind, user=message.recipient, address=message.address
        )
        failing = not message.secret and returns.is_failing(message.address)
        if message.recipient is None and not wanted:
            message.state = Message.DECLINED
            return
        if message.recipient is None and failing:
            message.state, message.last_error = Message.FAILED, returns.FAILING
            return
        if not message.address or not wanted or failing:
            message.channel = Channel.IN_APP
    if message.channel == Channel.IN_APP:
        message.state, message.sent_at = Message.SENT, at
    elif kind.grouped and not apart:
        message.grouped_for, message.next_try_at = preferences.evening_of(at)


def claim(pk: int) -> Message | None:
    """Take a due message for this worker alone, or return None: somebody else has it."""
    at = clock.now()
    taken = (
        Message.objects.due(at)
        .filter(pk=pk)
        .update(attempts=F("attempts") + 1, next_try_at=at + LEASE)
    )
    return Message.objects.get(pk=pk) if taken else None


def deliver(pk: int) -> bool:
    """Send one message if it is due and nobody else is at it; tell whether it left now.

    A failure is noted without the address; the message is tried again after a growing
    wait and, when the waits are used up, is left as failed for an administrator to see.
    """
    from core.transports import send

    message = claim(pk)
    if message is None:
        return False
    mine = Message.objects.filter(pk=pk, state=Message.QUEUED, attempts=message.attempts)
    by_mail = message.channel == Channel.EMAIL and not message.secret
    if by_mail and returns.is_failing(message.address):
        mine.update(**returns.instead_of_mail(with_account=message.recipient_id is not None))
        return False
    try:
        send(message)
    except Exception as error:  # noqa: BLE001 - whatever a transport raises means: later
        logger.warning("message %s not delivered: %s", pk, type(error).__name__)
        over = message.attempts > len(BACK_OFF)
        wait = dt.timedelta() if over else BACK_OFF[message.attempts - 1]
        mine.update(
            state=Message.FAILED if over else Message.QUEUED,
            last_error=type(error).__name__[:200],
            next_try_at=clock.now() + wait,
        )
        return False
    wiped = {"body": ""} if message.secret else {}
    mine.update(state=Message.SENT, sent_at=clock.now(), last_error="", **wiped)
    return True


def sweep(limit: int = 500) -> int:
    """Deliver what is due and was left behind by a lost task; return how many left now."""
    from core.messaging import digests

    digests.gather(clock.now(), limit=limit)
    due = Message.objects.due(clock.now()).order_by("next_try_at", "pk")
    return sum(deliver(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def retry(message: Message) -> None:
    """Give a failed message all its attempts again."""
    Message.objects.filter(pk=message.pk, state=Message.FAILED).update(
        state=Message.QUEUED, attempts=0, next_try_at=clock.now()
    )
    queueing.later("core.deliver_message", message.pk)
