"""How long we keep what, applied every night; nothing is kept for want of a rule.

Apps say, in ``AppConfig.ready``, for each of their models one of three things: rules
(``register``), that its rows go with those of another model (``follows``), or that it is kept
and why (``keeps``). docs/rules/retention.md lists them with their sources, and tests compare.
``report`` says what would go, ``apply`` lets it go, in batches: a city's nightly purge must
neither hold a table for an hour nor start again from nothing when it is stopped.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import PROTECT, RESTRICT, Exists, Min, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from core.keeping import RetentionRun, RetentionTerm, purge_rows

logger = logging.getLogger(__name__)

#: Rows that go in one transaction.
BATCH = 2_000


@dataclass(frozen=True)
class Rule:
    """Rows of ``model`` older than ``keep`` go.

    ``due`` returns the rows to let go of at an instant; ``erase`` does so (deletes unless
    told otherwise, for instance to anonymise) and returns how many: what it has emptied must
    not be due any more. ``source`` is the text or decision that sets the time; the city may
    decide another one from a day on (``RetentionTerm``). ``age`` names the field that tells
    how old a row is; ``what`` says in plain words what goes. Rules run in ``order``: what
    refers to other rows goes before them. Nobody may decide less than ``floor_days``.
    """

    name: str
    model: str
    keep: dt.timedelta
    source: str
    due: Callable[[dt.datetime], QuerySet[Any]]
    erase: Callable[[QuerySet[Any]], int] | None = None
    age: str = ""
    what: str = ""
    order: int = 50
    floor_days: int = 0


@dataclass(frozen=True)
class Line:
    """What one rule found, or erased; ``oldest`` as an ISO date where the rule knows it."""

    rule: Rule
    keep_days: int
    count: int
    oldest: str = ""
    error: str = ""


_rules: dict[str, Rule] = {}
_follows: dict[str, str] = {}
_keeps: dict[str, str] = {}


def register(*rules: Rule) -> None:
    """Add rules; one with a known name replaces it."""
    _rules.update({rule.name: rule for rule in rules})


def follows(parent: str, *models: str) -> None:
    """Say that rows of these models go with the row of ``parent`` they belong to."""
    _follows.update(dict.fromkeys(models, parent))


def keeps(reason: str, *models: str) -> None:
    """Say that rows of these models are kept, and why."""
    _keeps.update(dict.fromkeys(models, reason))


def rules() -> list[Rule]:
    """Return every rule, in the order in which they run."""
    return sorted(_rules.values(), key=lambda rule: (rule.order, rule.model, rule.name))


def followers() -> dict[str, str]:
    """Return which model goes with which."""
    return dict(_follows)


def kept() -> dict[str, str]:
    """Return which models are kept, and why."""
    return dict(_keeps)


def terms(on: dt.date | None = None) -> dict[str, RetentionTerm]:
    """Return the city's own durations in force on a day, by rule."""
    found = RetentionTerm.objects.filter(valid_from__lte=on or clock.today())
    return {term.rule: term for term in found.order_by("valid_from")}


def keep_of(rule: Rule, decided: dict[str, RetentionTerm]) -> dt.timedelta:
    """Return how long a rule keeps, given what the city decided."""
    return dt.timedelta(days=decided[rule.name].keep_days) if rule.name in decided else rule.keep


def unreferenced(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the rows that nothing protects: no other row, kept for its own time, needs them."""
    for relation in rows.model._meta.related_objects:
        on_delete = getattr(relation, "on_delete", None)
        if on_delete in (PROTECT, RESTRICT) and relation.related_model is not None:
            users = relation.related_model._base_manager.filter(
                **{relation.field.name: OuterRef("pk")}
            )
            rows = rows.filter(~Exists(users))
    return rows


def school_year_start(at: dt.datetime) -> dt.date:
    """Return the first day of the school year that an instant lies in (1 August)."""
    return dt.date(clock.school_year_of(clock.service_day(at)), 8, 1)


def purged(rows: QuerySet[Any]) -> int:
    """Delete rows of an append-only table through its key."""
    return purge_rows(rows)


def report() -> list[Line]:
    """Return how many rows each rule would let go of now, and the oldest; changes nothing."""
    at, decided = clock.now(), terms()
    lines = []
    for rule in rules():
        keep = keep_of(rule, decided)
        rows = rule.due(at - keep)
        lines.append(Line(rule, keep.days, rows.count(), _oldest(rule, rows)))
    return lines


def apply() -> list[Line]:
    """Let go of what is past its time, batch by batch; safe to repeat.

    A rule that fails is noted and leaves the others to run: one wrong row must not keep
    everything else past its time.
    """
    at, decided = clock.now(), terms()
    done = []
    for rule in rules():
        keep = keep_of(rule, decided)
        oldest = _oldest(rule, rule.due(at - keep))
        count, error = 0, ""
        try:
            count = _apply_one(rule, at - keep)
        except Exception as fault:
            logger.exception("retention rule %s failed", rule.name)
            error = type(fault).__name__
        done.append(Line(rule, keep.days, count, oldest, error))
    return done


def _apply_one(rule: Rule, before: dt.datetime) -> int:
    total = 0
    while True:
        with transaction.atomic():
            ids = list(rule.due(before).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not ids:
                return total
            model: type[Model] = rule.due(before).model
            rows = model._base_manager.filter(pk__in=ids)
            erased = rule.erase(rows) if rule.erase else _delete(rows)
        total += erased
        if not erased:
            return total


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows with what goes along; count the rows themselves."""
    _all, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


def _oldest(rule: Rule, rows: QuerySet[Any]) -> str:
    if not rule.age:
        return ""
    found = rows.order_by().aggregate(oldest=Min(rule.age))["oldest"]
    if isinstance(found, dt.datetime):
        found = clock.service_day(found)
    return found.isoformat() if found else ""


def decide(
    *, by: Actor, rule: Rule, keep_days: int, valid_from: dt.date, source: str
) -> RetentionTerm:
    """Note that the city keeps what a rule governs for so many days, from a day on.

    Raises RuleBroken ``keep_days`` below the rule's floor, ``valid_from`` for a day before
    tomorrow (what a night has erased does not come back) or one decided already.
    """
    if keep_days < rule.floor_days:
        raise RuleBroken(
            "keep_days",
            _("La loi demande %(days)s jours au moins.") % {"days": rule.floor_days},
            "keep_days",
        )
    if valid_from <= clock.today():
        raise RuleBroken("valid_from", _("Choisissez une date à venir."), "valid_from")
    try:
        with transaction.atomic():
            term = RetentionTerm.objects.create(
                rule=rule.name,
                keep_days=keep_days,
                valid_from=valid_from,
                source=source,
                decided_by=by.user,
            )
            journal.record(by, "retention_term.decide", term, rule=rule.name, days=keep_days)
    except IntegrityError as error:
        raise RuleBroken(
            "valid_from", _("Une durée est déjà décidée pour ce jour."), "valid_from"
        ) from error
    return term


def run(*, dry: bool, by: User | None = None) -> RetentionRun:
    """Report or apply, and keep what was found: counts and dates, never a row."""
    kept_run = RetentionRun.objects.create(dry_run=dry, started_by=by)
    lines = report() if dry else apply()
    kept_run.lines = [
        {
            "rule": line.rule.name,
            "model": line.rule.model,
            "keep_days": line.keep_days,
            "count": line.count,
            "oldest": line.oldest,
            "error": line.error,
        }
        for line in lines
    ]
    kept_run.finished_at = clock.now()
    kept_run.save(update_fields=["lines", "finished_at"])
    return kept_run
