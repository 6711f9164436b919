"""Who pays, which quotient, how addresses and codes are read."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from families import codes
from families.rules import (
    PayingRule,
    QuotientPeriod,
    Share,
    fold,
    payers_on,
    quotient_on,
    read_number,
    shares_problem,
    week_parity,
)

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2045, 12, 31))
ALTERNATING = PayingRule(
    dt.date(2000, 1, 1), "alternating", (Share(1, 100, "odd"), Share(2, 100, "even"))
)


@given(DAYS)
def test_an_alternating_week_has_one_payer_from_monday_to_sunday(day):
    monday = day - dt.timedelta(day.weekday())
    week = [payers_on([ALTERNATING], monday + dt.timedelta(n), None) for n in range(7)]
    assert all(payers == week[0] for payers in week)
    assert week[0] == [(1, 100)] if week_parity(day) == "odd" else [(2, 100)]


def test_over_thirty_years_payers_alternate_except_from_week_53_to_week_1():
    monday = dt.date(2015, 12, 28)
    repeats = []
    while monday < dt.date(2046, 1, 1):
        following = monday + dt.timedelta(7)
        if payers_on([ALTERNATING], monday, None) == payers_on([ALTERNATING], following, None):
            repeats.append((monday.isocalendar().week, following.isocalendar().week))
        monday = following
    assert repeats == [(53, 1)] * 6  # 2015, 2020, 2026, 2032, 2037, 2043


@given(
    st.lists(
        st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(1, 99)),
        unique_by=lambda pair: pair[0],
    ),
    DAYS,
)
def test_weights_always_add_up_and_the_newest_rule_counts(versions, day):
    rules = [
        PayingRule(start, "percentage", (Share(1, p), Share(2, 100 - p))) for start, p in versions
    ]
    payers = payers_on(rules, day, default=9)
    assert sum(percent for _, percent in payers) == 100
    begun = [pair for pair in versions if pair[0] <= day]
    expected = [(9, 100)] if not begun else [(1, max(begun)[1]), (2, 100 - max(begun)[1])]
    assert payers == expected


def test_a_rule_that_names_nobody_falls_back_to_the_default_payer():
    broken = PayingRule(dt.date(2020, 1, 1), "percentage", (Share(1, 30), Share(2, 30)))
    assert payers_on([broken], dt.date(2026, 1, 5), 7) == [(7, 100)]
    assert payers_on([], dt.date(2026, 1, 5), None) == []


@pytest.mark.parametrize(
    ("mode", "shares", "problem"),
    [
        ("single", [], "nobody"),
        ("single", [Share(1, 100)], None),
        ("single", [Share(1, 50)], "one_payer"),
        ("percentage", [Share(1, 60), Share(2, 40)], None),
        ("percentage", [Share(1, 60), Share(2, 41)], "total"),
        ("percentage", [Share(1, 50), Share(1, 50)], "twice"),
        ("alternating", [Share(1, 100, "odd"), Share(2, 100, "even")], None),
        ("alternating", [Share(1, 100, "odd"), Share(2, 100, "odd")], "weeks"),
    ],
)
def test_shares_are_checked(mode, shares, problem):
    assert shares_problem(mode, shares) == problem


@given(DAYS)
def test_the_newest_quotient_that_covers_the_day_counts(day):
    periods = [
        QuotientPeriod(dt.date(2025, 1, 1), dt.date(2025, 12, 31), 400),
        QuotientPeriod(dt.date(2025, 6, 1), dt.date(2025, 8, 31), 900),
    ]
    expected = None
    if day.year == 2025:
        expected = 900 if dt.date(2025, 6, 1) <= day <= dt.date(2025, 8, 31) else 400
    assert quotient_on(periods, day) == expected


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", (None, "")),
        ("12", (12, "")),
        (" 12 B ", (12, "bis")),
        ("3ter", (3, "ter")),
        ("7-A", (7, "A")),
    ],
)
def test_house_numbers_are_read_as_people_type_them(typed, read):
    assert read_number(typed) == read


@pytest.mark.parametrize("typed", ["abc", "0", "12 rue", "-4", "123456", "12 bister"])
def test_other_house_numbers_are_refused(typed):
    with pytest.raises(ValueError, match="not a"):
        read_number(typed)


def test_names_are_folded_for_look_up():
    assert fold("Rue de l'Évêché-Saint-Cœur") == "rue de l eveche saint coeur"


@given(st.text(alphabet=codes.ALPHABET, min_size=1, max_size=20), st.data())
def test_a_mistyped_or_swapped_character_is_always_found(body, data):
    code = body + codes.check_character(body)
    assert codes.is_valid(code)
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([c for c in codes.ALPHABET if c != code[at]]))
    assert not codes.is_valid(code[:at] + other + code[at + 1 :])
    i, j = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, len(body) - 1))
    if body[i] != body[j]:
        swapped = list(code)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        assert not codes.is_valid("".join(swapped))


def test_new_codes_are_valid_and_differ():
    drawn = {codes.new_code(16) for _ in range(200)}
    assert len(drawn) == 200
    assert all(codes.is_valid(codes.normal(code.lower())) for code in drawn)
