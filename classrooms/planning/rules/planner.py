"""Who gets new devices: an explained score, whole lots, and how much rests on each weight.

Each term puts a school among all the city's schools, from 0 to 1000: the share of schools that
need less, half of those that need as much. What is not known counts as the city's median: missing
is not zero. A school's share follows its points times its pupils.
"""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from classrooms.planning.rules.sharing import Claim, share

#: What can weigh: pupils for one device, network, social position index, age, faults.
TERMS = ("pupils", "priority", "position", "age", "faults")
CART = 15
#: How far a weight is pushed either way to see what rests on it.
PUSH = 10

_NETWORK = {"REP+": 1000, "REP": 600, "": 0}
_NO_DEVICE = 10**9


@dataclass(frozen=True)
class Need:
    """A school as the planner sees it.

    ``position`` is the index in tenths, None when none is published; ``age_days`` the mean age
    of its devices, None without any whose purchase is dated; ``faults`` those of twelve months.
    """

    uai: str
    name: str
    kind: str
    priority: str
    pupils: int
    devices: int
    position: int | None
    age_days: int | None
    faults: int

    def raw(self, term: str) -> int | None:
        """Return what a term compares, larger for more need; None when it is not known."""
        if term == "pupils":
            return self.pupils * 1000 // self.devices if self.devices else _NO_DEVICE
        if term == "position":
            return None if self.position is None else -self.position
        if term == "age":
            return self.age_days
        if term == "faults":
            return self.faults * 10_000 // self.devices if self.devices else None
        return _NETWORK[self.priority]


@dataclass(frozen=True)
class Wish:
    """What is to be shared, and how.

    ``lot`` is 1 or 15; ``low`` and ``high`` are devices a school served gets at least and at
    most, 0 for no upper bound; ``schools`` how many are served at most, 0 for all.
    """

    devices: int
    lot: int = 1
    weights: Mapping[str, int] = field(default_factory=dict)
    low: int = 0
    high: int = 0
    schools: int = 0
    kinds: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    @property
    def total_weight(self) -> int:
        """The sum of the weights; points are shares of it."""
        return sum(self.weights.get(term, 0) for term in TERMS)


@dataclass(frozen=True)
class Score:
    """A school's values by term, from 0 to 1000, and the terms taken at the median."""

    need: Need
    values: Mapping[str, int]
    assumed: frozenset[str]

    def points(self, weights: Mapping[str, int]) -> int:
        """Return its points, in thousandths times the sum of the weights."""
        return sum(weights.get(term, 0) * self.values[term] for term in TERMS)


@dataclass(frozen=True)
class Line:
    """What a school gets, and at which rank of need it stands."""

    score: Score
    rank: int
    points: int
    devices: int


@dataclass(frozen=True)
class Allocation:
    """A whole result: schools in order of need, those that get nothing last, what stays back.

    ``turned_away`` counts schools that stand too low to be served, ``unknown`` those left out
    for having no pupil on their roll.
    """

    lines: list[Line]
    left: int
    turned_away: int
    unknown: int

    @property
    def shares(self) -> dict[str, int]:
        """Devices by school code, for those that get any."""
        return {line.score.need.uai: line.devices for line in self.lines if line.devices}

    @property
    def devices(self) -> int:
        """How many devices go out."""
        return sum(line.devices for line in self.lines)


def score(needs: Sequence[Need]) -> list[Score]:
    """Return every school's values; each stands among all those given."""
    columns = {term: _ranked([need.raw(term) for need in needs]) for term in TERMS}
    columns["priority"] = [_NETWORK[need.priority] for need in needs]
    return [
        Score(
            need,
            {term: columns[term][place] for term in TERMS},
            frozenset(term for term in TERMS if need.raw(term) is None),
        )
        for place, need in enumerate(needs)
    ]


def _ranked(values: Sequence[int | None]) -> list[int]:
    known = [value for value in values if value is not None]
    if not known:
        return [500] * len(values)
    median = statistics.median_low(known)
    filled = [median if value is None else value for value in values]
    ordered = sorted(filled)
    places = {
        v: (bisect_left(ordered, v) + bisect_right(ordered, v)) * 500 // len(ordered)
        for v in set(filled)
    }
    return [places[value] for value in filled]


def median_of(needs: Sequence[Need], term: str) -> int | None:
    """Return what an unknown value of a term counts as."""
    known = [raw for need in needs if (raw := need.raw(term)) is not None]
    return statistics.median_low(known) if known else None


def allocate(scores: Sequence[Score], wish: Wish) -> Allocation:
    """Share devices over the schools of a wish.

    Only whole lots go out. With a lower bound, as many schools as it lets be served are, those
    with the most points first. Ties: the network, then more pupils, then the school's code.
    """
    asked = [
        s
        for s in scores
        if s.need.uai not in wish.excluded and (not wish.kinds or s.need.kind in wish.kinds)
    ]
    known = [s for s in asked if s.need.pupils > 0]
    points = {s.need.uai: s.points(wish.weights) for s in known}
    ranked = sorted(known, key=lambda s: (-points[s.need.uai], _tie(s.need)))
    lots = wish.devices // wish.lot
    low, served = -(-wish.low // wish.lot), len(ranked)
    high = max(wish.high // wish.lot, low) if wish.high else max(lots, low)
    if wish.schools:
        served = min(served, wish.schools)
    if low:
        served = min(served, lots // low)
    claims = [
        Claim(s.need.uai, points[s.need.uai] * s.need.pupils, low, high, _tie(s.need))
        for s in ranked[:served]
    ]
    shares = share(lots, claims) if claims else {}
    lines = [
        Line(s, rank, points[s.need.uai], shares.get(s.need.uai, 0) * wish.lot)
        for rank, s in enumerate(ranked, 1)
    ]
    given = sum(line.devices for line in lines)
    return Allocation(lines, wish.devices - given, len(ranked) - served, len(asked) - len(known))


def _tie(need: Need) -> tuple[int, int, str]:
    return (-_NETWORK[need.priority], -need.pupils, need.uai)


@dataclass(frozen=True)
class Move:
    """What one weight pushed changes: devices that move, schools that win or lose some.

    ``kept`` of ``served`` schools are still served; ``shift`` is by how many ranks schools
    move on average.
    """

    term: str
    push: int
    devices: int
    changed: list[tuple[str, int]]
    kept: int
    served: int
    shift: float


def sensitivity(scores: Sequence[Score], wish: Wish, base: Allocation) -> list[Move]:
    """Push each weight up and down, the others left alone, and tell what changes.

    A weight does not go below zero. A push that leaves no weight at all is left out.
    """
    moves = []
    for term in TERMS:
        for push in (PUSH, -PUSH):
            weights = {t: wish.weights.get(t, 0) for t in TERMS}
            weights[term] = max(0, weights[term] + push)
            if weights[term] == wish.weights.get(term, 0) or not any(weights.values()):
                continue
            pushed = Wish(**{**vars(wish), "weights": weights})
            moves.append(_move(term, push, base, allocate(scores, pushed)))
    return moves


def _move(term: str, push: int, base: Allocation, other: Allocation) -> Move:
    changed = differences(base.shares, other.shares)
    ranks = {line.score.need.uai: line.rank for line in other.lines}
    shifts = [abs(line.rank - ranks[line.score.need.uai]) for line in base.lines]
    served = set(base.shares)
    return Move(
        term,
        push,
        moved(changed),
        sorted(changed.items(), key=lambda item: (-abs(item[1]), item[0])),
        len(served & set(other.shares)),
        len(served),
        sum(shifts) / len(shifts) if shifts else 0.0,
    )


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each school's share changes, those that stay left out."""
    keys = {*before, *after}
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in sorted(keys)}
    return {key: change for key, change in changes.items() if change}


def moved(changes: Mapping[str, int]) -> int:
    """Return how many devices go elsewhere: the larger of those gained and those lost."""
    gained = sum(change for change in changes.values() if change > 0)
    lost = -sum(change for change in changes.values() if change < 0)
    return max(gained, lost)
