"""A plan of Internet lines written by the acts of the pages; and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from classrooms.actions.lines import FACTS, change_line, close_line, open_line
from classrooms.importing.plan import Plan
from classrooms.models import InternetLine
from classrooms.models.history import plain as kept
from core import clock, journal
from core.importing.plans import CREATE, UPDATE
from core.journal import Actor

_DAYS = ("starts_on", "contract_end", "closed_on")
#: For each line: its number, whether it is new, each fact before and after.
Written = list[tuple[int, bool, dict[str, list[Any]]]]


def _typed(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dt.date.fromisoformat(value) if name in _DAYS and value else value
        for name, value in facts.items()
    }


def write(plan: Plan, *, by: Actor) -> Written:
    """Write what a plan opens, changes and ends; return what undoing needs."""
    written: Written = []
    for line in plan.lines:
        facts = _typed(line.sets)
        if line.outcome == CREATE:
            row = open_line(by=by, line=InternetLine(school_id=facts.pop("school"), **facts))
            written.append((row.pk, True, {name: [None, v] for name, v in line.sets.items()}))
        elif line.outcome == UPDATE and line.known is not None:
            row = InternetLine.objects.get(pk=line.known.pk)
            closed_on = facts.pop("closed_on", None)
            change_line(by=by, line=row, since=clock.today(), facts=facts)
            if closed_on is not None:
                close_line(by=by, line=row, closed_on=closed_on)
            before = line.known.facts
            written.append(
                (row.pk, False, {name: [before[name], v] for name, v in line.sets.items()})
            )
    return written


def obstacles(written: Written) -> list[tuple[str, str]]:
    """Return why a run cannot be undone, line by line: its reference and a sentence."""
    rows = InternetLine.objects.prefetch_related("past").in_bulk([pk for pk, _new, _ in written])
    found = []
    for pk, new, changes in written:
        row = rows.get(pk)
        if row is None:
            continue
        ours = {"reference": row.reference} | {name: after for name, (_b, after) in changes.items()}
        ours.pop("school", None)
        changed = any(kept(getattr(row, name)) != after for name, after in ours.items())
        if changed or (new and row.past.all()) or (row.closed_on and "closed_on" not in changes):
            found.append((row.reference, _("La ligne a changé depuis cet import.")))
    return sorted(found)


def take_back(written: Written, *, by: Actor) -> None:
    """Put lines back as they were, which their history tells, and drop those that were new."""
    locked = InternetLine.objects.select_for_update(no_key=True).order_by("pk")
    rows = {row.pk: row for row in locked.filter(pk__in=[pk for pk, _new, _ in written])}
    for pk, new, changes in written:
        row = rows.get(pk)
        if row is None:
            continue
        if new:
            journal.record(by, "line.withdraw", row, school=row.school_id)
            row.delete()
            continue
        if "closed_on" in changes:
            row.closed_on = None
            row.save(update_fields=["closed_on"])
            journal.record(by, "line.reopen", row)
        before = {name: pair[0] for name, pair in changes.items() if name in FACTS}
        change_line(by=by, line=row, since=clock.today(), facts=_typed(before))
