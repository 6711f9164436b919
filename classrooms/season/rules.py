"""Rules of September, over plain values: the steps, and which class takes which cart.

Sources: docs/rules/fleet-season.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: The steps of a school, in order.
STEPS = ("classes", "loans", "audit", "carts", "print")

#: Steps that ask for another one first.
NEEDS: Mapping[str, tuple[str, ...]] = {"carts": ("classes", "loans")}


@dataclass(frozen=True)
class Cls:
    """A class as the proposal sees it: its teachers' numbers, its levels, its name."""

    pk: int
    name: str
    levels: frozenset[str]
    teachers: frozenset[int]


def likeness(before: Cls, after: Cls) -> tuple[int, int, int]:
    """Return how much a new class is the heir of an old one: teacher, then levels, then name."""
    return (
        len(before.teachers & after.teachers),
        len(before.levels & after.levels),
        int(before.name == after.name),
    )


def propose(carts: Sequence[tuple[int, Cls | None]], classes: Sequence[Cls]) -> dict[int, int]:
    """Return which class takes each cart: the one most like last year's holder.

    The best likeness is served first; at the same likeness the first cart, then the first
    class, in the order given. A class takes one cart; nothing in common, nothing proposed.
    """
    pairs = [
        (likeness(before, after), cart_place, class_place)
        for cart_place, (_cart, before) in enumerate(carts)
        if before is not None
        for class_place, after in enumerate(classes)
    ]
    pairs.sort(key=lambda pair: ([-part for part in pair[0]], pair[1], pair[2]))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for score, cart_place, class_place in pairs:
        cart = carts[cart_place][0]
        if not any(score) or cart in found or class_place in taken:
            continue
        found[cart] = classes[class_place].pk
        taken.add(class_place)
    return found


def missing_steps(step: str, done: frozenset[str]) -> tuple[str, ...]:
    """Return the steps that must be done before a step."""
    return tuple(need for need in NEEDS.get(step, ()) if need not in done)


def next_step(done: frozenset[str]) -> str:
    """Return the first step not done, or nothing when all are."""
    return next((step for step in STEPS if step not in done), "")
