"""Partner systems (caterer, academy, library …): their tokens and their repeated writes.

A token is shown once and kept as a SHA-256: it carries 256 random bits, so that a slow hash
would add nothing. It speaks for a technical account, whose posts say which rows it reaches,
and holds scopes, which say which operations it may call.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import Post, User
from core.accounts.roles import STAFF_ROLES, ScopeKind
from core.errors import RuleBroken
from core.journal import Actor

#: Lets secret scanners and people recognise a token that went astray.
MARK = "escale"
#: ``last_used_at`` is written at most this often: a busy partner must not mean a write a call.
USE_NOTED_EVERY = dt.timedelta(minutes=5)
#: Longest life of a token; a forgotten one ends by itself.
MAX_LIFE = dt.timedelta(days=732)


class PartnerTokenQuerySet(models.QuerySet["PartnerToken"]):
    """Tokens by whether they still open anything."""

    def active(self) -> PartnerTokenQuerySet:
        """Keep tokens neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=clock.now())

    def visible_to(self, user: User) -> PartnerTokenQuerySet:
        """Administrators see them all, nobody else any."""
        return self if user.has_role("administrator") else self.none()


class PartnerToken(models.Model):
    """The right of one partner system to call the API until a day."""

    name = models.CharField(max_length=100)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="partner_tokens"
    )
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = PartnerTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="partner_token_lives"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_active(self) -> bool:
        """True while it opens something."""
        return self.revoked_at is None and self.expires_at > clock.now()


class IdempotencyRecord(models.Model):
    """The answer given to a write that carried an ``Idempotency-Key``, to give it again."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key[:8]}…"


@dataclass(frozen=True)
class IssuedToken:
    """A new token and its secret, which is never to be had again."""

    token: PartnerToken
    secret: str


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    *, by: Actor, name: str, scopes: list[str], expires_at: dt.datetime, role: str = ""
) -> IssuedToken:
    """Open the API to a partner system until ``expires_at``.

    ``role`` gives its technical account a city-wide post, which says what rows it reaches;
    without one it sees only what is public. Raises RuleBroken for no name, no scope, an
    end in the past or more than two years away, or a role that is not an agent's.
    """
    name = name.strip()
    at = clock.now()
    if not name:
        raise RuleBroken("name", _("Donnez le nom du partenaire."), "name")
    if not scopes:
        raise RuleBroken("scopes", _("Choisissez au moins un droit."), "scopes")
    if not at < expires_at <= at + MAX_LIFE:
        raise RuleBroken(
            "expires_at", _("Choisissez une date de fin dans les deux ans à venir."), "expires_on"
        )
    if role and role not in STAFF_ROLES:
        raise RuleBroken("role", _("Ce rôle ne convient pas à un partenaire."), "role")
    prefix = secrets.token_hex(4)
    secret = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        account = User.objects.create_user(given_name=name[:100], family_name="")
        if role:
            Post.objects.create(user=account, role=role, scope_kind=ScopeKind.CITY)
        token = PartnerToken.objects.create(
            name=name[:100],
            account=account,
            prefix=prefix,
            digest=digest_of(secret),
            scopes=sorted(set(scopes)),
            expires_at=expires_at,
        )
        journal.record(by, "partner_token.issue", token, scopes=token.scopes, role=role)
    return IssuedToken(token, secret)


def revoke(*, by: Actor, token: PartnerToken) -> None:
    """Close the API to a partner at once; doing it twice changes nothing."""
    with transaction.atomic():
        changed = PartnerToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
            revoked_at=clock.now()
        )
        if changed:
            User.objects.filter(pk=token.account_id).update(is_active=False)
            journal.record(by, "partner_token.revoke", token)


def find(secret: str) -> PartnerToken | None:
    """Return the active token whose secret this is, and note its use."""
    if not secret.startswith(f"{MARK}_"):
        return None
    token = (
        PartnerToken.objects.active()
        .select_related("account")
        .filter(digest=digest_of(secret), account__is_active=True)
        .first()
    )
    if token is not None:
        at = clock.now()
        PartnerToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
        ).update(last_used_at=at)
    return token
