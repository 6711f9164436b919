"""Pricing, lines, allocation and the life of a payment, for every input there is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rules import settlement
from payments.rules.invoicing import Item, lines_of, month_bounds
from payments.rules.pricing import Formula, Step, formula_price, problems_of, step_for
from payments.rules.settlement import Share, pay_in, risen, take_back

limits = st.lists(st.integers(0, 5000), unique=True, max_size=8).map(sorted)


@given(limits, st.integers(0, 6000))
def test_every_quotient_has_exactly_one_band_and_more_never_pays_less(bounds, quotient):
    steps = [Step(f"T{i}", limit, 100 * i) for i, limit in enumerate(bounds)]
    steps.append(Step("top", None, 100 * len(bounds)))
    here = step_for(steps, quotient)
    assert here.quotient_max is None or quotient <= here.quotient_max
    assert step_for(steps, quotient + 1).unit_price_cents >= here.unit_price_cents
    assert step_for(steps, None).code == "top"
    assert problems_of(steps) == []


@given(st.integers(0, 10_000), st.integers(1, 5000), st.integers(0, 300), st.integers(0, 300))
def test_an_effort_rate_stays_between_floor_and_ceiling(quotient, rate, low, span):
    formula = Formula(Decimal(rate) / 1000, low, low + span)
    price = formula_price(formula, quotient)
    assert low <= price <= low + span
    assert price <= formula_price(formula, quotient + 1)
    assert formula_price(formula, None) == low + span


def test_the_effort_rate_of_millau():
    # 0.39 % of a quotient of 850 € is 3.315 €, rounded half up once.
    assert formula_price(Formula(Decimal("3.9"), 0, 1000), 850) == 332


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([], "none"),
        ([Step("T1", 100, 5)], "no_top"),
        ([Step("T1", None, 5), Step("T2", None, 6)], "two_tops"),
        ([Step("T1", 9, 5), Step("T2", 9, 6), Step("T3", None, 7)], "same_limit"),
        ([Step("T1", 9, 8), Step("T2", None, 7)], "decreasing"),
    ],
)
def test_bands_that_may_not_be_voted(steps, problem):
    assert problem in problems_of(steps)


items = st.builds(
    Item,
    child_id=st.integers(1, 3),
    service=st.sampled_from(["canteen.meal", "canteen.packed_lunch"]),
    label=st.just("Repas"),
    service_day=st.dates(dt.date(2026, 9, 1), dt.date(2026, 9, 30)),
    quantity=st.integers(1, 3),
    unit_price_cents=st.sampled_from([0, 85, 362]),
    tariff_band=st.sampled_from(["T2", "T5"]),
    family_quotient=st.sampled_from([None, 300, 1200]),
)


@given(st.lists(items, max_size=60))
def test_lines_hold_every_charge_and_not_a_cent_more(charges):
    lines = lines_of(charges)
    assert sum(k.amount_cents for k in lines) == sum(
        c.quantity * c.unit_price_cents for c in charges
    )
    assert sum(len(k.days) for k in lines) == len(charges)
    assert len(
        {
            (k.child_id, k.service, k.unit_price_cents, k.tariff_band, k.family_quotient)
            for k in lines
        }
    ) == len(lines)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31)))
def test_month_bounds_hold_on_any_day(day):
    first, last = month_bounds(day)
    assert first <= day <= last
    assert (last + dt.timedelta(days=1)).day == 1


shares = st.lists(
    st.builds(Share, invoice_id=st.integers(1, 4), cents=st.integers(1, 5000)), max_size=5
)
balances = st.dictionaries(st.integers(1, 4), st.integers(0, 5000), max_size=4)


@given(shares, balances)
def test_money_in_is_placed_to_the_cent_and_never_beyond_what_is_owed(parts, owed):
    placed = pay_in(parts, owed)
    assert sum(p.cents for p in placed) == sum(p.cents for p in parts)
    for invoice in {p.invoice_id for p in placed} - {None}:
        assert sum(p.cents for p in placed if p.invoice_id == invoice) <= owed[invoice]


@given(st.integers(1, 9000), st.integers(-500, 9000), shares)
def test_a_refund_is_taken_back_to_the_cent(cents, credit, lines):
    parts = take_back(cents, credit, lines)
    assert sum(p.cents for p in parts) == cents
    assert all(p.cents > 0 for p in parts)


states = st.sampled_from(list(settlement.RANKS))


@given(st.lists(states, min_size=1), st.randoms(use_true_random=False))
def test_the_state_before_money_is_the_same_in_any_order_and_any_number(seen, rnd):
    def end(readings):
        state = "created"
        for shown in readings:
            before = state
            state = risen(state, shown)
            assert settlement.RANKS[state] >= settlement.RANKS[before]
        return state

    shuffled = seen * 2
    rnd.shuffle(shuffled)
    assert end(seen) == end(shuffled)
    assert ("paid" in seen) == (end(seen) == "paid")
