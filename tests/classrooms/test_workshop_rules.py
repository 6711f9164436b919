"""What a repair is worth: month by month, cheaper is never worse, older never better."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classrooms.workshop import rules
from classrooms.workshop.models import Claim, Repair

TERMS = rules.Terms()
TODAY = dt.date(2026, 11, 22)
DAYS = st.dates(dt.date(2015, 1, 1), TODAY)
CENTS = st.integers(0, 200_000)


def weigh(repair, price, bought, life=60, terms=TERMS, **more):
    return rules.worth_mending(
        repair_cents=repair,
        price_cents=price,
        bought_on=bought,
        life_months=life,
        today=TODAY,
        terms=terms,
        **more,
    )


@given(CENTS, CENTS, CENTS, DAYS, st.integers(1, 120))
def test_a_cheaper_repair_is_never_less_worth_it(low, high, price, bought, life):
    low, high = sorted((low, high))
    if weigh(high, price, bought, life).advice == "repair":
        assert weigh(low, price, bought, life).advice == "repair"


@given(CENTS, CENTS, DAYS, DAYS, st.integers(1, 120))
def test_an_older_device_is_never_more_worth_it(cents, price, first, second, life):
    older, newer = sorted((first, second))
    old, new = weigh(cents, price, older, life), weigh(cents, price, newer, life)
    assert old.worth_cents <= new.worth_cents
    if old.advice == "repair":
        assert new.advice == "repair"
    floor = rules.share_of(price, TERMS.floor_percent, 100)
    assert floor <= old.worth_cents <= max(price, floor)


@given(CENTS, CENTS, DAYS, st.integers(0, 100), st.integers(0, 100))
def test_a_higher_share_never_replaces_more(cents, price, bought, first, second):
    low, high = sorted((first, second))
    stingy = weigh(cents, price, bought, terms=replace(TERMS, share_percent=low))
    if stingy.advice == "repair":
        generous = weigh(cents, price, bought, terms=replace(TERMS, share_percent=high))
        assert generous.advice == "repair"


def test_the_sums_are_what_one_works_out_by_hand():
    """319 € for 60 months, 38 gone: 22 months left are worth 116.97 €, 60 % of it 70.18 €."""
    found = weigh(7_018, 31_900, rules.add_months(TODAY, -38))
    assert (found.months_left, found.worth_cents, found.limit_cents) == (22, 11_697, 7_018)
    assert found.advice == "repair"
    assert weigh(7_019, 31_900, rules.add_months(TODAY, -38)).advice == "replace"
    assert weigh(1_915, 31_900, None).advice == "replace", "unknown age: at the end, 10 % left"
    assert weigh(1_914, 31_900, None).advice == "repair"
    assert weigh(99_999, 31_900, TODAY, claimable=True).advice == "claim"


@given(st.integers(0, 1440), st.integers(0, 1440), st.integers(0, 10_000))
def test_work_is_paid_by_the_minute(first, second, hour):
    both = rules.labour_cents(first + second, hour)
    assert abs(both - rules.labour_cents(first, hour) - rules.labour_cents(second, hour)) <= 1
    assert rules.labour_cents(60, hour) == hour


@pytest.mark.parametrize(
    ("count", "fleet", "expected"),
    [(4, 10, False), (5, 100, True), (5, 101, False), (6, 120, True), (5, 0, True)],
)
def test_a_fault_is_recurring_by_number_and_by_share(count, fleet, expected):
    assert rules.is_recurring(count, fleet, TERMS) is expected


def test_states_are_in_the_tables_and_ends_are_final():
    assert set(rules.REPAIR_MOVES) == set(Repair.State.values)
    assert set(rules.CLAIM_MOVES) == set(Claim.State.values)
    for moves in (rules.REPAIR_MOVES, rules.CLAIM_MOVES):
        assert set().union(*moves.values()) <= set(moves)
    assert set(rules.PAUSES) <= set(rules.REPAIR_MOVES)
    assert rules.quarter_of(dt.date(2026, 12, 31)) == dt.date(2026, 10, 1)
    assert rules.quarter_of(dt.date(2026, 1, 1)) == dt.date(2026, 1, 1)
