"""What the API of September gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Schema

from classrooms.season.models import SeasonRun
from classrooms.season.queries import Row


class StepOut(Schema):
    """A step of a school; nothing but its key until it is done."""

    key: str
    done_at: dt.datetime | None = None
    figures: dict[str, Any] = {}


class SchoolSeasonOut(Schema):
    """How far a school is."""

    school_uai: str
    complete: bool
    steps: list[StepOut]


class SeasonOut(Schema):
    """The latest return to school, and how far the schools are."""

    school_year: str
    state: str
    schools: list[SchoolSeasonOut]


def season_out(run: SeasonRun, rows: list[Row]) -> dict[str, Any]:
    """Return a run and its schools for SeasonOut."""
    return {
        "school_year": str(run.school_year),
        "state": run.state,
        "schools": [
            {
                "school_uai": row.season.school.uai,
                "complete": row.is_complete,
                "steps": [
                    {"key": key, "done_at": step.done_at, "figures": step.figures}
                    if step
                    else {"key": key}
                    for key, _label, step in row.steps
                ],
            }
            for row in rows
        ],
    }
