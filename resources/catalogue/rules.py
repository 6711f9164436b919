"""Which resources suit a child's age, and what a resource must state to be published.

Pure functions. Cycles: Code de l'éducation, D311-10 (cycle 1: TPS to GS; cycle 2: CP to
CE2; cycle 3: CM1 and CM2 in elementary school). The other limits are the city's charter
for its digital workspace; see ``docs/rules/resources.md``.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Levels of each cycle, youngest first.
CYCLES: dict[str, tuple[str, ...]] = {
    "1": ("TPS", "PS", "MS", "GS"),
    "2": ("CP", "CE1", "CE2"),
    "3": ("CM1", "CM2"),
}
LEVELS: tuple[str, ...] = tuple(level for cycle in CYCLES.values() for level in cycle)

#: What a pupil's account may reach: no resource made for teachers only …
PUPIL_AUDIENCES = frozenset({"learner", "both"})
#: … and none that gathers more than a nickname or a score kept on the device.
PUPIL_PRIVACY = frozenset({"none", "low"})


def cycle_of(level: str) -> str | None:
    """Return the cycle (``"1"`` to ``"3"``) of a level, None for an unknown one."""
    return next((cycle for cycle, levels in CYCLES.items() if level in levels), None)


def cycles_of(levels: Iterable[str]) -> list[str]:
    """Return the cycles that some levels touch, in order."""
    return sorted({cycle for level in levels if (cycle := cycle_of(level))})


def reads_alone(level: str) -> bool:
    """Tell whether a pupil of ``level`` finds a way by reading: from CE1 on.

    Reading is learnt in CP: its pupils, and those of the kindergarten, choose by pictures.
    """
    return level in LEVELS and LEVELS.index(level) > LEVELS.index("CP")


def levels_open_to(level: str) -> tuple[str, ...]:
    """Return the levels whose resources a pupil of ``level`` finds: those of the cycle.

    A cycle is the span over which the programmes let a child learn at their own pace.
    """
    cycle = cycle_of(level)
    return CYCLES[cycle] if cycle else ()


#: Teachers whose stars weigh as much as the editors' one judgement.
EDITORS_WEIGH = 3
#: What stands in for that judgement as long as there is none.
MIDDLE = 3


def standing(quality: int, stars: int, count: int) -> int:
    """Return from 0 to 5 how good a resource is: ``stars`` is the sum of ``count`` reviews.

    One enthusiast must not lift a resource above those that many judge good, hence the
    editors' judgement (or the middle) beside the stars. Without stars it stands alone.
    """
    if not count:
        return quality
    weight = EDITORS_WEIGH + count
    return (2 * ((quality or MIDDLE) * EDITORS_WEIGH + stars) + weight) // (2 * weight)


def missing_before_validation(
    *, title: str, description: str, levels: int, domains: int, licence: bool
) -> list[str]:
    """Name the fields still empty that a published resource must state."""
    facts = {
        "title": bool(title.strip()),
        "description": bool(description.strip()),
        "levels": levels > 0,
        "domains": domains > 0,
        "licence": licence,
    }
    return [name for name, given in facts.items() if not given]


#: Who may move a resource where: an editor anywhere along the table, who proposed it only to
#: take it back or propose it again. A move that undoes somebody's work says why.
EDITOR, PROPOSER = "editor", "proposer"
MOVES: dict[tuple[str, str], frozenset[str]] = {
    ("draft", "proposed"): frozenset({EDITOR, PROPOSER}),
    ("draft", "validated"): frozenset({EDITOR}),
    ("draft", "withdrawn"): frozenset({EDITOR}),
    ("proposed", "draft"): frozenset({EDITOR, PROPOSER}),
    ("proposed", "validated"): frozenset({EDITOR}),
    ("proposed", "withdrawn"): frozenset({EDITOR}),
    ("validated", "draft"): frozenset({EDITOR}),
    ("validated", "withdrawn"): frozenset({EDITOR}),
    ("withdrawn", "draft"): frozenset({EDITOR}),
    ("withdrawn", "validated"): frozenset({EDITOR}),
}


def move_table() -> dict[str, set[str]]:
    """Return where each state leads, whoever decides."""
    table: dict[str, set[str]] = {}
    for start, to in MOVES:
        table.setdefault(start, set()).add(to)
    return table


def moves_from(state: str, parts: Iterable[str]) -> list[str]:
    """Return the states to which somebody who has some parts may move a resource."""
    held = frozenset(parts)
    return [to for (start, to), who in MOVES.items() if start == state and who & held]


def move_says_why(before: str, to: str) -> bool:
    """Tell whether a move needs a word: withdrawing, or sending a proposal back."""
    return to == "withdrawn" or (before, to) == ("proposed", "draft")
