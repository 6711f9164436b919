"""Rules of the fleet, without a database."""

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classrooms import charts, maps, rules
from classrooms.models import Device, HandOutItem, Incident

SERIALS = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=40)
NOISE = st.text(" -_./:\t\u00a0", max_size=3)


@given(SERIALS, st.data())
def test_however_a_serial_is_copied_it_is_the_same(serial, data):
    noisy = "".join(
        data.draw(NOISE) + (char.lower() if data.draw(st.booleans()) else char) for char in serial
    )
    assert rules.normalise_serial(noisy) == serial


@given(SERIALS)
def test_normalising_twice_changes_nothing(serial):
    once = rules.normalise_serial(serial)
    assert rules.normalise_serial(once) == once


@given(SERIALS, SERIALS)
def test_two_serials_never_become_one(first, second):
    assert (rules.normalise_serial(first) == rules.normalise_serial(second)) == (first == second)


def test_leading_zeros_belong_to_a_serial():
    assert rules.normalise_serial("0 012-A") == "0012A"
    assert rules.normalise_serial("ＡＢ１２") == "AB12"


@pytest.mark.parametrize("text", ["", "   ", "--", "é", "A" * 41])
def test_what_is_no_serial_is_refused(text):
    with pytest.raises(ValueError, match="serial"):
        rules.normalise_serial(text)


def test_every_state_is_in_the_table_of_moves():
    assert set(rules.DEVICE_MOVES) == set(Device.State.values)
    assert all(targets <= set(Device.State.values) for targets in rules.DEVICE_MOVES.values())
    assert set(rules.INCIDENT_MOVES) == set(Incident.State.values)


def test_what_is_written_off_stays_written_off():
    assert not any(rules.may_move("retired", state) for state in Device.State.values)
    assert not any(rules.may_move(state, state) for state in Device.State.values)


def test_only_working_free_devices_go_out():
    fit = [
        (state, condition, out)
        for state in Device.State.values
        for condition in Device.Condition.values
        for out in (True, False)
        if rules.unfit_reason(state, condition, already_out=out) is None
    ]
    assert fit == [("in_use", condition, False) for condition in ("new", "good", "worn")]


@pytest.mark.parametrize("kind", Incident.Kind.values)
@pytest.mark.parametrize("state", Device.State.values)
def test_a_report_leads_where_the_table_allows(kind, state):
    after = rules.state_after_report(state, kind)
    if state != "retired":
        assert after == state or rules.may_move(state, after)


@pytest.mark.parametrize("kind", Incident.Kind.values)
def test_every_kind_can_end(kind):
    outcomes = rules.outcomes_for(kind)
    assert outcomes
    assert set(outcomes) <= set(Incident.Outcome.values)


def test_a_crowded_cart_is_more_pressing():
    assert rules.priority_of("screen") == 2
    assert rules.priority_of("screen", 3, 15) == 2
    assert rules.priority_of("screen", 4, 15) == 1
    assert rules.priority_of("lost", 15, 15) == 1


@given(st.dates(dt.date(2015, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 120))
def test_months_later_is_never_another_month(day, months):
    later = rules.add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later.day >= 28


def test_age_counts_birthdays():
    bought = dt.date(2024, 2, 29)
    assert rules.age_band(bought, dt.date(2025, 2, 28)) == 0
    assert rules.age_band(bought, dt.date(2025, 3, 1)) == 1
    assert rules.age_band(bought, dt.date(2035, 3, 1)) == 6
    assert rules.age_band(None, dt.date(2025, 3, 1)) is None


def test_coverage_as_the_city_says_it():
    assert rules.share(229, 444) == 52
    assert rules.share(0, 0) == 0
    assert rules.share(1, 200) == 1


def test_schools_without_an_index_are_not_the_poorest():
    ranks = [
        rules.equipment_rank(priority, index, 1000)
        for priority, index in [("REP+", 900), ("REP", 700), ("", 600), ("", None), ("", 1200)]
    ]
    assert ranks == sorted(ranks)


@given(
    st.lists(
        st.builds(
            maps.Place,
            st.floats(43.2, 43.4) | st.none(),
            st.floats(5.2, 5.5),
            st.just("Port"),
            *([st.just("full")] * 3),
        ),
        max_size=40,
    )
)
def test_every_school_with_a_place_is_on_the_map(places):
    drawn = maps.map_of(places)
    assert len(drawn.dots) + drawn.missing == len(places)
    assert drawn.missing == sum(place.latitude is None for place in places)
    assert drawn.marks.count("<use") == len(drawn.dots)
    for x, y, _place in drawn.dots:
        assert 0 <= x <= drawn.width
        assert 0 <= y <= drawn.height


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9000)), max_size=8))
def test_bars_share_one_scale(rows):
    tones = [(key, key, "sea") for key in "abc"]
    drawn = charts.bars([(str(i), row) for i, row in enumerate(rows)], tones)
    assert [bar.value for bar in drawn] == [sum(row.values()) for row in rows]
    for bar in drawn:
        assert sum(float(part.width) for part in bar.parts) <= 100.1


def test_outcomes_of_a_return_are_known():
    assert set(HandOutItem.Outcome.values) == {"good", "damaged", "missing", "swapped"}
