"""What people want to be told, and how: choices by kind, and the link that needs no sign-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from core import clock, journal
from core.accounts.models import User
from core.journal import Actor
from core.messaging.kinds import DIGEST, Kind, kind_of
from core.messaging.models import MessageChoice

_SALT = "core.messaging.unsubscribe"
#: When the messages of a day that may wait leave together (Paris time).
EVENING_HOUR = 18


@dataclass(frozen=True)
class Leaving:
    """What a link of an e-mail lets its reader switch off."""

    user: User | None
    address: str
    kinds: tuple[Kind, ...]


def evening_of(at: dt.datetime) -> tuple[dt.date, dt.datetime]:
    """Return the day whose digest takes a message written at an instant, and its hour."""
    day = clock.service_day(at)
    if at >= clock.at(day, EVENING_HOUR):
        day += dt.timedelta(days=1)
    return day, clock.at(day, EVENING_HOUR)


def wants_email(kind: Kind, *, user: User | None, address: str) -> bool:
    """Tell whether a reader wants e-mails of a kind; essential ones always leave."""
    if kind.essential:
        return True
    choice = _choices(user, address).filter(kind=kind.code).first()
    return choice is None or choice.email


def wants_sms(kind: Kind, user: User) -> bool:
    """Tell whether somebody asked for short texts of a kind; nobody gets one unasked."""
    return kind.sms and MessageChoice.objects.filter(user=user, kind=kind.code, sms=True).exists()


def _choices(user: User | None, address: str) -> QuerySet[MessageChoice]:
    if user is not None:
        return MessageChoice.objects.filter(user=user)
    return MessageChoice.objects.filter(user__isnull=True, address=address.lower())


def choices_of(user: User) -> dict[str, MessageChoice]:
    """Return somebody's choices by kind."""
    return {choice.kind: choice for choice in MessageChoice.objects.filter(user=user)}


def choose(*, by: Actor, kind: str, email: bool, sms: bool, address: str = "") -> None:
    """Note what a reader wants of a kind; ``by`` without a person speaks for ``address``.

    Essential kinds stay on whatever is asked, and a kind without a short text has none.
    """
    known = kind_of(kind)
    wanted: dict[str, Any] = {
        "email": bool(email or known.essential),
        "sms": bool(sms and known.sms and by.user),
    }
    key = {"user": by.user} if by.user else {"user": None, "address": address.lower()}
    with transaction.atomic():
        choice, _made = MessageChoice.objects.update_or_create(
            **key, kind=known.code, defaults={**wanted, "changed_at": clock.now()}
        )
        journal.record(by, "message_choice.set", choice, kind=known.code, **wanted)


def leaving_token(codes: Iterable[str], *, user: User | None, address: str) -> str:
    """Return the word that lets a link switch these kinds off, and nothing else."""
    who = {"u": str(user.public_id)} if user else {"a": address.lower()}
    return signing.dumps({**who, "k": sorted(set(codes))}, salt=_SALT, compress=True)


def leaving_url(codes: Iterable[str], *, user: User | None, address: str) -> str:
    """Return the address that lets a reader stop e-mails of these kinds without signing in."""
    token = leaving_token(codes, user=user, address=address)
    return settings.PUBLIC_URL + reverse("messages:leave", args=[token])


def read_leaving(token: str) -> Leaving | None:
    """Return what a token switches off, or None for one that is not ours."""
    try:
        said = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(public_id=said["u"]).first() if "u" in said else None
    if user is None and "a" not in said:
        return None
    kinds = tuple(kind_of(code) for code in said["k"] if code != DIGEST)
    return Leaving(user, said.get("a", ""), tuple(kind for kind in kinds if not kind.essential))


def leave(leaving: Leaving, *, wanted: bool) -> None:
    """Switch e-mails of these kinds off, or on again."""
    by = Actor(leaving.user, via="link")
    kept = choices_of(leaving.user) if leaving.user else {}
    with transaction.atomic():
        for kind in leaving.kinds:
            sms = kept[kind.code].sms if kind.code in kept else False
            choose(by=by, kind=kind.code, email=wanted, sms=sms, address=leaving.address)
