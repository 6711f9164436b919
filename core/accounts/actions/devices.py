"""Devices and sessions: telling the owner of a new one, signing one or all of them out."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F

from core import clock, journal, outbox
from core.accounts.devices import device_name
from core.accounts.models import KnownDevice, User
from core.journal import Actor

#: Holds the device's own random number; says nothing of who used it.
COOKIE = "appareil"
COOKIE_SECONDS = 400 * 24 * 3600


def _key(user: User, token: str) -> str:
    named = hashlib.blake2b(
        settings.SECRET_KEY.encode(), digest_size=32, person=b"escale-device"
    ).digest()
    return hmac.new(named, f"{user.public_id}\n{token}".encode(), hashlib.sha256).hexdigest()


def notice_device(*, user: User, token: str, user_agent: str) -> str:
    """Note a sign-in from a device, and tell the owner of the first one from it.

    ``token`` is what the device brought, if anything; returns what it should keep. The very
    first device of an account is where its owner is: nobody is told.
    """
    token = token if len(token) == 43 else secrets.token_urlsafe(32)
    key = _key(user, token)
    now = clock.now()
    if KnownDevice.objects.filter(user=user, key=key).update(last_seen_at=now):
        return token
    with transaction.atomic():
        first = not KnownDevice.objects.filter(user=user).exists()
        try:
            with transaction.atomic():
                KnownDevice.objects.create(user=user, key=key, last_seen_at=now)
        except IntegrityError:
            return token  # two tabs at once: the other one has told
        if not first:
            outbox.queue(
                kind="account_new_device",
                to=user,
                context={"device": device_name(user_agent), "at": now},
            )
    return token


def open_sessions(user: User) -> list[UserSession]:
    """Return the sessions still open, last used first; note of the others goes. Few queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now()
        ).values_list("session_key", flat=True)
    )
    if over := [row.pk for row in rows if row.session_key not in alive]:
        UserSession.objects.filter(pk__in=over).delete()
    return [row for row in rows if row.session_key in alive]


@transaction.atomic
def sign_out_everywhere(*, by: Actor, user: User, keep: str = "") -> User:
    """End every session of an account but the one whose key is ``keep``.

    Raising the epoch ends them wherever they are kept; whoever keeps theirs must note the new
    session hash. Devices are forgotten as well: the next sign-in from each is told.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep).order_by("pk"):
        session.end()
    KnownDevice.objects.filter(user=user).delete()
    journal.record(by, "account.sign_out_everywhere", user)
    user.refresh_from_db()
    return user


def sign_out_one(*, by: Actor, session: UserSession) -> None:
    """End one session; ended already, do nothing."""
    with transaction.atomic():
        session.end()
        journal.record(by, "account.sign_out_device", session.user)
