"""What a plan comes to: with today's figures while a draft, with its own once frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from classrooms.lending.models import Transfer
from classrooms.planning.models import Plan
from classrooms.planning.queries.needs import city_needs, unpacked
from classrooms.planning.rules.planner import Allocation, Need, Score, allocate, score


@dataclass(frozen=True)
class Result:
    """A plan's schools, their scores, their shares; ``day`` is that of the figures."""

    needs: list[Need]
    scores: list[Score]
    allocation: Allocation
    day: dt.date


def result_of(plan: Plan, today: dt.date, needs: list[Need] | None = None) -> Result:
    """Return what a plan comes to. Shares of a frozen one are those it froze.

    ``needs`` saves reading the city again when several drafts are looked at.
    """
    if plan.is_draft:
        known = city_needs(today) if needs is None else needs
        scores = score(known)
        return Result(known, scores, allocate(scores, plan.wish), today)
    known = unpacked(plan.snapshot["needs"])
    scores, shares = score(known), plan.shares
    found = allocate(scores, plan.wish)
    lines = [replace(x, devices=shares.get(x.score.need.uai, 0)) for x in found.lines]
    fixed = replace(found, lines=lines, left=plan.devices - sum(shares.values()))
    return Result(known, scores, fixed, dt.date.fromisoformat(plan.snapshot["day"]))


def journeys_of(plan: Plan) -> dict[str, Transfer]:
    """Return the transfers that carry a plan out, by school code; cancelled ones are not."""
    rows = Transfer.objects.filter(source=plan.source, to_school__isnull=False)
    rows = rows.exclude(state=Transfer.State.CANCELLED).select_related("to_school")
    return {row.to_school.uai: row for row in rows}
