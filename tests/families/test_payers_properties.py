"""Who pays, over thirty years: every day has payers, every cent an owner, whatever happens."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from core.money import split
from families.rules import PayingRule, Share, payers_on, rule_on, week_parity

FIRST, LAST = dt.date(2015, 1, 1), dt.date(2044, 12, 31)
DAYS = st.dates(FIRST, LAST)
PEOPLE = (1, 2, 3)
DEFAULT = 9


@st.composite
def shares(draw):
    mode = draw(st.sampled_from(["single", "percentage", "alternating"]))
    one, two = draw(st.permutations(PEOPLE))[:2]
    if mode == "single":
        return mode, (Share(one, 100),)
    if mode == "alternating":
        return mode, (Share(one, 100, "odd"), Share(two, 100, "even"))
    part = draw(st.integers(1, 99))
    return mode, (Share(one, part), Share(two, 100 - part))


@st.composite
def histories(draw):
    """Rules of one child, at most one a day, some ended by a death or a ruling."""
    starts = draw(st.lists(DAYS, min_size=0, max_size=6, unique=True))
    rules = []
    for start in sorted(starts):
        mode, parts = draw(shares())
        length = draw(st.one_of(st.none(), st.integers(0, 4000)))
        end = None if length is None else start + dt.timedelta(length)
        rules.append(PayingRule(start, mode, parts, end))
    return rules


@given(histories(), DAYS, st.integers(0, 100_000))
def test_every_day_has_payers_and_no_cent_is_lost(rules, day, cents):
    payers = payers_on(rules, day, DEFAULT)
    assert sum(percent for _, percent in payers) == 100
    parts = split(cents, [percent for _, percent in payers])
    assert sum(parts) == cents
    assert all(part >= 0 for part in parts)
    # Each within a cent of their exact share.
    for (_, percent), part in zip(payers, parts, strict=True):
        assert abs(part * 100 - cents * percent) < 100


@given(histories(), DAYS)
def test_an_ended_rule_names_nobody_and_revives_no_older_one(rules, day):
    now = rule_on(rules, day)
    begun = [r for r in rules if r.valid_from <= day and r.ends_on != r.valid_from]
    newest = max(begun, key=lambda r: r.valid_from, default=None)
    if newest is None or (newest.ends_on is not None and newest.ends_on <= day):
        assert now is None
        assert payers_on(rules, day, DEFAULT) == [(DEFAULT, 100)]
        assert payers_on(rules, day, None) == []
    else:
        assert now == newest
        assert {who for who, _ in payers_on(rules, day, DEFAULT)} <= {
            share.guardian for share in newest.shares
        }


@given(histories(), DAYS, st.sampled_from(PEOPLE))
def test_ending_every_rule_of_somebody_frees_them_from_that_day(rules, day, dead):
    """What ``end_rules_naming`` writes, on plain values."""
    after = [
        PayingRule(r.valid_from, r.mode, r.shares, min(r.ends_on or LAST, max(day, r.valid_from)))
        if any(share.guardian == dead for share in r.shares)
        else r
        for r in rules
    ]
    for offset in (0, 1, 8, 40, 400, 3000):
        on = day + dt.timedelta(offset)
        assert dead not in {who for who, _ in payers_on(after, on, DEFAULT)}
    before = day - dt.timedelta(1)
    assert payers_on(after, before, DEFAULT) == payers_on(rules, before, DEFAULT)


@given(st.dates(dt.date(2015, 1, 1), dt.date(2044, 1, 1)), st.integers(2, 27), shares(), shares())
def test_a_change_within_a_month_splits_it_on_its_day(first, after, old, new):
    start = first.replace(day=1)
    change = start + dt.timedelta(after)
    rules = [PayingRule(start, *old), PayingRule(change, *new)]
    for offset in range(28):
        day = start + dt.timedelta(offset)
        alone = rules[0] if day < change else rules[1]
        assert payers_on(rules, day, DEFAULT) == payers_on([alone], day, DEFAULT)


def test_for_thirty_years_odd_and_even_weeks_follow_the_calendar():
    rule = PayingRule(FIRST, "alternating", (Share(1, 100, "odd"), Share(2, 100, "even")))
    counted = {1: 0, 2: 0}
    twice = []
    day = FIRST + dt.timedelta(days=-FIRST.weekday())
    while day <= LAST:
        ((who, percent),) = payers_on([rule], max(day, FIRST), DEFAULT)
        assert percent == 100
        assert who == (1 if week_parity(max(day, FIRST)) == "odd" else 2)
        counted[who] += 1
        following = payers_on([rule], day + dt.timedelta(7), DEFAULT)
        if following == [(who, 100)]:
            twice.append(day.isocalendar()[:2])
        day += dt.timedelta(7)
    # Years of 53 weeks: the payer of odd weeks has two running, and so one week more each time.
    assert twice == [(2015, 53), (2020, 53), (2026, 53), (2032, 53), (2037, 53), (2043, 53)]
    assert counted[1] - counted[2] in (5, 6, 7)
