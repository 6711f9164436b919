"""What a table may be about, each with its way from cells to rows and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from classrooms.access import FLEET_MANAGERS
from classrooms.importing import line_reading, line_values, line_writing, packing, plan, writing
from classrooms.importing.columns import (
    MEASURED,
    TARGETS,
    find_head,
    head_of,
    in_every_language,
    own_targets,
)
from classrooms.importing.plan import Plan
from classrooms.importing.report import framed, report_of
from classrooms.importing.world import World
from classrooms.models import DeviceCategory, ImportRun
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets.columns import Target

Progress = Callable[[int, int], None]


class Work(Protocol):
    """A table compared with what is there, for whoever brought it."""

    plan: Plan

    def report(self) -> dict[str, Any]:
        """Return the trial as it is kept."""

    def write(self, by: Actor) -> Any:
        """Write the plan; return what undoing needs."""


class DeviceWork:
    """A table of devices."""

    def __init__(self, run: ImportRun, owner: User, *, lock: bool, progress: Progress) -> None:
        grid = packing.unpack_grid(run.cells)
        self.world = World(owner)
        own = own_targets(self.world.categories.values())
        self.head = head_of(grid, run.profile.columns, run.header_line, own)
        self.plan = plan.plan_of(
            grid, self.head, self.world, run.profile.values, lock=lock, progress=progress
        )

    def report(self) -> dict[str, Any]:
        """Return the trial as it is kept."""
        return report_of(self.plan, self.head, self.world)

    def write(self, by: Actor) -> Any:
        """Write the plan; return what undoing needs."""
        return writing.write(self.plan, self.world, by=by)


class LineWork:
    """A table of Internet lines. Raises RuleBroken ``owner`` for whom they are no business."""

    def __init__(self, run: ImportRun, owner: User, *, lock: bool, progress: Progress) -> None:
        refuse_lines(owner)
        grid = packing.unpack_grid(run.cells)
        self.world = line_reading.LineWorld(lock=lock)
        self.head = find_head(
            grid,
            run.profile.columns,
            run.header_line,
            in_every_language(line_values.TARGETS),
            {"l_reference"},
        )
        self.plan = line_reading.plan_of(grid, self.head, self.world, run.profile.values)

    def report(self) -> dict[str, Any]:
        """Return the trial as it is kept."""
        told = [line_reading.told(line, self.world) for line in self.plan.lines]
        return framed(self.plan, self.head, told)

    def write(self, by: Actor) -> Any:
        """Write the plan; return what undoing needs."""
        return line_writing.write(self.plan, by=by)


def work_of(run: ImportRun, owner: User, *, lock: bool, progress: Progress) -> Work:
    """Return a run's table compared with what is there now."""
    kind = LineWork if run.subject == ImportRun.Subject.LINES else DeviceWork
    return kind(run, owner, lock=lock, progress=progress)


def refuse_lines(user: User | None) -> None:
    """Raise RuleBroken ``owner`` for whoever does not keep the city's Internet lines."""
    if user is not None and not user.has_role(*FLEET_MANAGERS):
        raise RuleBroken("owner", _("Les lignes Internet sont tenues par le gestionnaire du parc."))


def targets_of(run: ImportRun) -> list[Target]:
    """Return the facts that columns may hold, the categories' own fields last."""
    if run.subject == ImportRun.Subject.LINES:
        return list(line_values.TARGETS)
    return [*TARGETS, *own_targets(DeviceCategory.objects.order_by("name"))]


def passed_over(run: ImportRun) -> tuple[Any, ...]:
    """Return the titles of our own exports that are not read back."""
    return line_values.COMPUTED if run.subject == ImportRun.Subject.LINES else MEASURED


def keys_of(run: ImportRun) -> set[str]:
    """Return the facts by which rows are known; without any column of them nothing is."""
    return {"l_reference"} if run.subject == ImportRun.Subject.LINES else {"serial", "tag"}


def obstacles(run: ImportRun) -> list[tuple[str, str]]:
    """Return what has changed since a run was written, thing by thing."""
    written = packing.unpack(run.written) or []
    if run.subject == ImportRun.Subject.LINES:
        return line_writing.obstacles(written)
    return writing.obstacles(written)


def take_back(run: ImportRun, *, by: Actor) -> None:
    """Put back what a run wrote."""
    written = packing.unpack(run.written) or []
    if run.subject == ImportRun.Subject.LINES:
        line_writing.take_back(written, by=by)
    else:
        writing.take_back(written, by=by)
