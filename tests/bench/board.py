"""The table of measures: what was found, beside what, against which goal."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """One measure. ``ratio`` is value over baseline; ``ok`` says whether the goal is met."""

    name: str
    value: float
    unit: str
    baseline: str
    baseline_value: float
    ratio: float
    goal: str
    ok: bool


class Board:
    """Gathers rows, shows them, writes them."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        baseline: str,
        baseline_value: float,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Add a measure; exactly one of the goals is given, in the unit of the value."""
        ok = value <= at_most if at_most is not None else value >= (at_least or 0)
        goal = f"≤ {at_most:g} {unit}" if at_most is not None else f"≥ {at_least:.3g} {unit}"
        ratio = value / baseline_value if baseline_value else 0.0
        row = Row(
            name,
            round(value, 4),
            unit,
            baseline,
            round(baseline_value, 4),
            round(ratio, 3),
            goal,
            ok,
        )
        self.rows.append(row)
        print(self.line(row), flush=True)

    @staticmethod
    def line(row: Row) -> str:
        """Return a row as a line of the table."""
        return (
            f"{'ok ' if row.ok else 'NO '} {row.name:<32}{row.value:>10.3f} {row.unit:<6}"
            f"{row.goal:<16}{row.ratio:>8.2f} × {row.baseline} ({row.baseline_value:g})"
        )

    def write(self, path: Path) -> None:
        """Write every row as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in self.rows]
        path.write_text(json.dumps({"rows": rows}, ensure_ascii=False, indent=1) + "\n")


def seconds(work: Callable[[], Any]) -> float:
    """Return how long one run takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_ms(work: Callable[[], Any], runs: int = 30, warm: int = 3) -> float:
    """Return the median time of several runs, in milliseconds, after some to warm up."""
    for _ in range(warm):
        work()
    return statistics.median(seconds(work) for _ in range(runs)) * 1000
