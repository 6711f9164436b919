"""How long we keep what, applied every night; nothing is kept for want of a rule.

Apps register rules in ``AppConfig.ready``; docs/rules/retention.md lists them with their
sources, and a test compares. ``report`` says what would go, ``apply`` lets it go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model, QuerySet

from core import clock


@dataclass(frozen=True)
class Rule:
    """Rows of ``model`` older than ``keep`` go.

    ``due`` returns the rows to let go of at an instant; ``erase`` does so (deletes unless
    told otherwise, for instance to anonymise) and returns how many. ``source`` is the text
    or decision that sets the time.
    """

    name: str
    model: str
    keep: dt.timedelta
    source: str
    due: Callable[[dt.datetime], QuerySet[Model]]
    erase: Callable[[QuerySet[Model]], int] | None = None


@dataclass(frozen=True)
class Line:
    """What one rule found, or erased."""

    rule: Rule
    count: int


_rules: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Add rules; one with a known name replaces it."""
    _rules.update({rule.name: rule for rule in rules})


def rules() -> list[Rule]:
    """Return every rule, by model then name."""
    return sorted(_rules.values(), key=lambda rule: (rule.model, rule.name))


def report() -> list[Line]:
    """Return how many rows each rule would let go of now; changes nothing."""
    at = clock.now()
    return [Line(rule, rule.due(at - rule.keep).count()) for rule in rules()]


def apply() -> list[Line]:
    """Let go of what is past its time, a transaction a rule; safe to repeat."""
    at = clock.now()
    done = []
    for rule in rules():
        with transaction.atomic():
            rows = rule.due(at - rule.keep)
            count = rule.erase(rows) if rule.erase else rows.delete()[0]
        done.append(Line(rule, count))
    return done
