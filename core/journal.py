"""Append-only trail: who, for whom, did or read what, and why.

Holds ids and codes, never free text about a person; a database trigger refuses updates
and deletions on both engines (core migration 0002). Retention is applied by dropping
what is older than the rule through ``core.retention``, the only holder of the key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest

from core import clock

if TYPE_CHECKING:
    from core.accounts.models import User


@dataclass(frozen=True)
class Actor:
    """The person who acts, and the one they act for when helping at a desk.

    ``user`` is None for the system itself (nightly tasks, provider notifications); ``via``
    says how it came: ``web``, ``api:<token prefix>``, ``task``, ``stripe`` …
    """

    user: User | None
    on_behalf_of: User | None = None
    via: str = "web"

    @classmethod
    def of(cls, request: HttpRequest) -> Actor:
        """Return who acts in this request, and for whom if a family is being helped."""
        from core.access import signed_in
        from core.acting import acting_of

        user = signed_in(request)
        acting = acting_of(user)
        if acting is not None:
            return cls(user=acting.agent, on_behalf_of=user, via=acting.via)
        return cls(user=user)

    @property
    def person(self) -> User | None:
        """Whose rights count: the person acted for, else the one who acts."""
        return self.on_behalf_of or self.user


#: Nightly tasks, sweeps, imports without a person.
SYSTEM = Actor(user=None, via="task")


class JournalEntry(models.Model):
    """One act or one sensitive read."""

    at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    via = models.CharField(max_length=30, default="web")
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(verb=""), name="journal_verb_given"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}#{self.subject_id}"


class JournalPurge(models.Model):
    """The key of the purge: while a row is here, entries older than ``before`` may go.

    Written and removed inside the transaction of ``purge``, so that no other connection
    ever sees it; the triggers look for it.
    """

    before = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.before:%Y-%m-%d}"


#: Nothing younger may ever be purged (CNIL: logs are kept six months at least).
PURGE_FLOOR = dt.timedelta(days=180)


def purge(rows: models.QuerySet[JournalEntry]) -> int:
    """Delete entries past their retention; called by ``core.retention`` only.

    Raises ValueError if any of them is younger than ``PURGE_FLOOR``.
    """
    floor = clock.now() - PURGE_FLOOR
    with transaction.atomic():
        if rows.filter(at__gte=floor).exists():
            raise ValueError("entries younger than six months are not purged")
        key = JournalPurge.objects.create(before=floor)
        count, _ = rows.delete()
        key.delete()
    return count


def for_subject(subject: models.Model) -> models.QuerySet[JournalEntry]:
    """Return all that was done to a row, and who read it, newest first."""
    return JournalEntry.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-at", "-pk")


def reads_of(subject: models.Model) -> models.QuerySet[JournalEntry]:
    """Return who read a row's sensitive facts and why, newest first."""
    return for_subject(subject).filter(verb__startswith="read.")


def record(by: Actor, verb: str, subject: models.Model, reason: str = "", **facts: Any) -> None:
    """Write that somebody did something to a row, in the current transaction.

    ``verb`` is ``noun.verb`` in English (``application.submit``); ``facts`` are ids, codes,
    amounts in cents and dates only.
    """
    JournalEntry.objects.create(
        actor=by.user,
        on_behalf_of=by.on_behalf_of,
        via=by.via,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reason=reason[:200],
        facts=facts,
    )


def record_reads(by: Actor, what: str, subjects: Iterable[models.Model], reason: str) -> None:
    """Write that somebody read a sensitive fact of many rows at once, each its own entry."""
    JournalEntry.objects.bulk_create(
        JournalEntry(
            actor=by.user,
            on_behalf_of=by.on_behalf_of,
            via=by.via,
            verb=f"read.{what}",
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            reason=reason[:200],
        )
        for subject in subjects
    )


def record_read(by: Actor, what: str, subject: models.Model, reason: str) -> None:
    """Write that somebody read a sensitive fact (health, custody, income) and why."""
    record(by, f"read.{what}", subject, reason=reason)
