"""Planning as arithmetic: what a device is worth, what a year pays, who gets how many."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classrooms.planning.rules import planner, refresh
from classrooms.planning.rules.depreciation import (
    Asset,
    charge_of,
    lost_by,
    months_between,
    residual,
    value_on,
)
from classrooms.planning.rules.planner import TERMS, Need, Wish, allocate, score
from classrooms.planning.rules.sharing import Claim, share
from classrooms.rules import add_months

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2040, 12, 31))
ASSETS = st.builds(Asset, st.integers(0, 300_000), DAYS, st.integers(0, 120), st.integers(1, 30))


def test_a_tablet_loses_a_sixtieth_each_month():
    tablet = Asset(30_001, dt.date(2024, 1, 31), 60)
    assert residual(tablet, dt.date(2024, 2, 28)) == 30_001
    assert residual(tablet, dt.date(2024, 2, 29)) == 30_001 - 500, "a shorter month's last day"
    assert residual(tablet, dt.date(2026, 7, 31)) == 15_000, "half up: 15 000,5 lost of 30 001"
    assert residual(tablet, dt.date(2029, 1, 30)) == 500
    assert residual(tablet, dt.date(2029, 1, 31)) == 0
    assert lost_by(tablet, dt.date(2023, 12, 31)) == 0


@given(DAYS, DAYS)
def test_a_month_counts_once_its_day_has_come(start, day):
    months = months_between(start, day)
    assert months >= 0
    assert months == 0 or add_months(start, months) <= day
    assert day < add_months(start, months + 1)


@given(ASSETS, DAYS, DAYS)
def test_value_only_falls_and_stays_between_cost_and_nothing(asset, one, other):
    first, last = sorted((one, other))
    assert asset.cost_cents >= residual(asset, first) >= residual(asset, last) >= 0


@given(st.lists(ASSETS, max_size=6))
def test_the_charges_of_all_years_are_the_cost_to_the_cent(assets):
    charged = sum(charge_of(assets, year) for year in range(2014, 2053))
    assert charged == sum(a.cost_cents * a.count for a in assets)
    for year in (2024, 2030):
        before, last = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
        bought = sum(a.cost_cents * a.count for a in assets if before < a.bought_on <= last)
        assert value_on(assets, before) + bought - charge_of(assets, year) == value_on(assets, last)


UNITS = st.lists(
    st.tuples(
        DAYS, st.integers(12, 96), st.integers(1_000, 90_000), st.sampled_from(["new", "worn"])
    ),
    max_size=25,
).map(lambda rows: [refresh.Unit(n, (n % 3, "city"), *row) for n, row in enumerate(rows)])


@given(UNITS, st.integers(-50, 100), st.none() | st.integers(150_000, 400_000))
def test_no_year_pays_more_than_its_ceiling_and_nothing_due_is_forgotten(units, rise, ceiling):
    given_ = refresh.Assumptions(2027, 2026, rise, ceiling, "worst")
    found = refresh.forecast(units, given_)
    due = sum(year.due for year in found.years)
    assert due == found.count + found.beyond
    assert due >= sum(unit.due_on.year <= 2031 for unit in units)
    for year in found.years:
        assert len(year.keys) == year.count
        assert ceiling is None or year.cents <= ceiling
    assert ceiling is not None or found.beyond == 0


def test_prices_rise_year_upon_year_and_late_devices_fall_into_the_first():
    units = [
        refresh.Unit(1, (1, "city"), dt.date(2015, 5, 1), 60, 10_000),
        refresh.Unit(2, (1, "state"), dt.date(2023, 5, 1), 72, 10_000),
    ]
    found = refresh.forecast(units, refresh.Assumptions(2027, 2026, rise=25))
    assert [(y.year, y.count, y.cents) for y in found.years if y.count] == [
        (2027, 1, 10_250),
        (2029, 1, 10_769),
    ]
    assert refresh.totals(found, 1, [("city", "Ville"), ("gift", "Don")]) == [
        ("Ville", [(1, 10_250), (0, 0), (0, 0), (0, 0), (0, 0)], 1, 10_250)
    ]


def test_what_serves_two_years_is_bought_again():
    unit = refresh.Unit(1, (1, "city"), dt.date(2025, 1, 1), 24, 10_000)
    found = refresh.forecast([unit], refresh.Assumptions(2027, 2026))
    assert [year.count for year in found.years] == [1, 0, 1, 0, 1]


def test_the_worst_go_first_when_money_is_short():
    rows = [("good", 2014), ("damaged", 2021), ("worn", 2018)]
    units = [
        refresh.Unit(n, (1, "city"), dt.date(year, 1, 1), 60, 10_000, condition)
        for n, (condition, year) in enumerate(rows)
    ]
    for order, expected in (("oldest", [0, 2, 1]), ("worst", [1, 2, 0])):
        found = refresh.forecast(units, refresh.Assumptions(2027, 2026, 0, 10_000, order))
        assert [key for year in found.years for key in year.keys] == expected
    with pytest.raises(refresh.CeilingTooLow):
        refresh.forecast(units, refresh.Assumptions(2027, 2026, 0, 9_999))


CLAIMS = st.lists(
    st.tuples(st.integers(0, 50_000), st.integers(0, 4), st.integers(0, 20)), max_size=12
).map(
    lambda rows: [
        Claim(str(n), weight, low, low + more, (str(n),))
        for n, (weight, low, more) in enumerate(rows)
    ]
)


@given(CLAIMS, st.integers(0, 150), st.randoms())
def test_shares_add_up_within_their_bounds_whatever_the_order(claims, more, random):
    n = sum(claim.low for claim in claims) + more
    shares = share(n, claims)
    room = sum(c.high if c.weight else c.low for c in claims)
    assert sum(shares.values()) == min(n, room)
    assert all(c.low <= shares[c.key] <= c.high for c in claims)
    shuffled = random.sample(claims, len(claims))
    assert share(n, shuffled) == shares
    heavier = [Claim(c.key, c.weight * 7, c.low, c.high, c.tie) for c in claims]
    assert share(n, heavier) == shares, "weights are proportions"


@given(st.lists(st.integers(1, 999), min_size=1, max_size=9), st.integers(0, 200))
def test_unbounded_shares_are_the_quota_rounded_one_way_or_the_other(weights, n):
    claims = [Claim(str(i), w, 0, n, (i,)) for i, w in enumerate(weights)]
    for claim in claims:
        assert abs(share(n, claims)[claim.key] * sum(weights) - n * claim.weight) < sum(weights)


def test_one_more_device_may_take_one_away():
    """The Alabama paradox is part of the method; nobody may count on the contrary."""
    claims = [Claim(k, w, 0, 20, (k,)) for k, w in (("a", 6), ("b", 6), ("c", 2))]
    assert share(10, claims) == {"a": 4, "b": 4, "c": 2}
    assert share(11, claims) == {"a": 5, "b": 5, "c": 1}


def test_a_tie_goes_to_the_earlier_key_and_impossible_bounds_are_refused():
    claims = [Claim(k, 1, 0, 9, (k,)) for k in "cba"]
    assert share(4, claims) == {"a": 2, "b": 1, "c": 1}
    with pytest.raises(ValueError, match="lower bounds"):
        share(1, [Claim("a", 1, 2, 3, ("a",))])


def need(n=0, **known):
    base = {"kind": "elementary", "priority": "", "pupils": 200, "devices": 20, "position": 1000}
    base |= {"age_days": 800, "faults": 2}
    return Need(f"09900{n:02}X", f"École {n}", **base | known)


NEEDS = st.lists(
    st.tuples(
        st.sampled_from(["", "REP", "REP+"]),
        st.integers(0, 600),
        st.integers(0, 80),
        st.none() | st.integers(600, 1500),
        st.none() | st.integers(0, 3000),
        st.integers(0, 30),
    ),
    max_size=12,
).map(
    lambda rows: [
        Need(f"09900{n:02}X", str(n), "elementary", *row[:3], *row[3:])
        for n, row in enumerate(rows)
    ]
)
WEIGHTS = st.fixed_dictionaries({term: st.integers(0, 100) for term in TERMS})


@given(
    NEEDS,
    WEIGHTS,
    st.integers(0, 400),
    st.sampled_from([1, 15]),
    st.integers(0, 20),
    st.integers(0, 60),
    st.randoms(),
)
def test_a_plan_gives_whole_lots_within_bounds_to_the_last_one(  # noqa: PLR0917
    needs, weights, n, lot, low, high, random
):
    wish = Wish(n, lot, weights, low, high)
    found = allocate(score(needs), wish)
    assert found.devices + found.left == n
    assert all(line.devices % lot == 0 for line in found.lines)
    for given_ in found.shares.values():
        assert given_ >= low
        assert not high or given_ <= max(high, -(-low // lot) * lot)
    shuffled = random.sample(needs, len(needs))
    assert allocate(score(shuffled), wish).shares == found.shares
    ordered = [line.points for line in found.lines]
    assert ordered == sorted(ordered, reverse=True)


def test_an_unknown_index_is_the_median_and_not_the_poorest():
    schools = [
        need(1, position=700),
        need(2, position=None),
        need(3, position=1000),
        need(4, position=1300),
    ]
    poor, unknown, middle, rich = score(schools)
    assert unknown.values["position"] == middle.values["position"]
    assert poor.values["position"] > unknown.values["position"] > rich.values["position"]
    assert unknown.assumed == {"position"}
    bare = score([need(1, devices=0, age_days=None, faults=0), need(2)])[0]
    assert bare.assumed == {"age", "faults"}, "no device has no age, and no rate of faults"
    assert bare.values["pupils"] == 750


def test_a_lower_bound_serves_the_neediest_schools_only():
    schools = [need(n, position=700 + 10 * n) for n in range(9)]
    found = allocate(score(schools), Wish(40, 1, {"position": 1}, low=10))
    assert list(found.shares) == [f"09900{n:02}X" for n in range(4)]
    assert found.turned_away == 5
    carts = allocate(score(schools), Wish(40, 15, {"position": 1}, low=10))
    assert (list(carts.shares.values()), carts.left) == ([15, 15], 10), "two carts, ten stay"


def test_a_school_left_out_changes_nobodys_points():
    schools = [need(n, pupils=100 + n) for n in range(5)]
    whole = allocate(score(schools), Wish(50, 1, {"pupils": 1}))
    less = allocate(score(schools), Wish(50, 1, {"pupils": 1}, excluded=frozenset({"0990002X"})))
    points = {line.score.need.uai: line.points for line in whole.lines}
    assert all(points[line.score.need.uai] == line.points for line in less.lines)


def test_a_weight_on_which_nothing_rests_moves_nothing():
    schools = [need(n, pupils=100 + 40 * n, position=1000) for n in range(8)]
    wish = Wish(600, 1, {"pupils": 50, "position": 30})
    base = allocate(score(schools), wish)
    moves = planner.sensitivity(score(schools), wish, base)
    assert {(m.term, m.push) for m in moves} == {
        *(("pupils", p) for p in (10, -10)),
        *(("position", p) for p in (10, -10)),
        *((term, 10) for term in ("priority", "age", "faults")),
    }, "what weighs nothing weighs no less"
    by_push = {(m.term, m.push): m for m in moves}
    assert by_push["pupils", -10].devices > 0
    assert by_push["pupils", -10].kept <= by_push["pupils", -10].served
    for move in moves:
        assert sum(change for _uai, change in move.changed) == 0
        assert move.devices == sum(change for _uai, change in move.changed if change > 0)
