"""Devices leave by one path: proposed, decided in a sitting, wiped, then in one lot."""

import datetime as dt
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from classrooms import actions as fleet
from classrooms.actions import leaving
from classrooms.lending.actions import transfers
from classrooms.models import Device, FleetEvent
from classrooms.secondlife import actions, numbers, rules
from classrooms.secondlife.actions.departures import Verdict
from classrooms.secondlife.models import Departure, Lot, LotLine, Sitting, Wipe
from classrooms.workshop import actions as workshop
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceFactory,
    HandOutItemFactory,
    SpareFactory,
)
from tests.factories.schools import SchoolFactory
from tests.factories.secondlife import (
    DepartureFactory,
    LotFactory,
    RecipientFactory,
    SittingFactory,
    WipeFactory,
    WrittenOffFactory,
    ready_to_leave,
)
from tests.together import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return Actor(user=UserFactory(roles=[Role.IT_MANAGER]))


@pytest.fixture
def technician():
    return Actor(user=UserFactory(roles=[Role.IT_TECHNICIAN]))


def refused(code):
    return pytest.raises(RuleBroken, check=lambda broken: broken.code == code)


def give(worth_cents=0):
    return Verdict("give", worth_cents)


def test_a_fault_that_nobody_can_mend_is_proposed_not_decided(technician, manager):
    DepotFactory()
    device = CartFactory(filled=2).devices.get(slot=1)
    incident, _new = fleet.report(by=technician, device=device, kind="screen")
    fleet.close(by=technician, incident=incident, outcome="retired")
    departure = Departure.objects.get(device=device)
    assert (departure.reason, departure.state) == ("irreparable", "proposed")
    assert departure.incident == incident
    sitting = actions.open_sitting(by=manager, held_on=clock.today())
    actions.write_off(by=manager, sitting=sitting, verdicts={departure.pk: Verdict("recycle", 0)})
    device.refresh_from_db()
    assert device.state == "retired"
    last = FleetEvent.objects.filter(device=device).latest("pk")
    assert last.changes["state"] == ["repair", "retired"]


def test_what_cannot_be_written_off_stays(manager):
    sitting = SittingFactory()
    at_school = DepartureFactory(device=DeviceFactory())
    held = DepartureFactory()
    HandOutItemFactory(device=held.device)
    dear = DepartureFactory()
    lost = DepartureFactory(device=SpareFactory(state="lost"), reason="lost", destination="none")
    for code, row, verdict in (
        ("collect", at_school, give()),
        ("out", held, give()),
        ("worth", dear, give(30_001)),
        ("destination", lost, give()),
        ("destination", dear, Verdict("none", 0)),
    ):
        with refused(code):
            actions.write_off(by=manager, sitting=sitting, verdicts={row.pk: verdict})
    assert not Device.objects.filter(state="retired").exists()
    actions.write_off(by=manager, sitting=sitting, verdicts={lost.pk: Verdict("none", 0)})
    lost.refresh_from_db()
    assert lost.state == "gone"
    actions.close_sitting(by=manager, sitting=sitting)
    with refused("closed"):
        actions.write_off(by=manager, sitting=sitting, verdicts={dear.pk: give()})


def test_the_workshop_takes_in_nothing_that_is_on_its_way(manager):
    school, depot = SchoolFactory(), DepotFactory(code="BANC")
    rows = [DepartureFactory(device=DeviceFactory(school=school)) for _ in range(2)]
    moving = rows[0].device
    journey = transfers.plan_transfer(
        by=manager, devices=[moving], to_school=SchoolFactory(), reason="Prêt"
    )
    transfers.dispatch(by=manager, transfer=journey)
    with refused("on_its_way") as refusal:
        actions.receive(by=manager, departures=rows, depot=depot)
    assert f"{moving.asset_tag} est en route" in refusal.value.message
    assert not Device.objects.filter(depot=depot).exists(), "all or nothing"
    outcomes = dict.fromkeys(journey.items.values_list("pk", flat=True), "good")
    transfers.receive(by=manager, transfer=journey, outcomes=outcomes)
    assert len(actions.receive(by=manager, departures=rows, depot=depot)) == 2


def test_nothing_is_decided_before_the_sittings_day(manager):
    sitting, row = SittingFactory(held_on=clock.today() + dt.timedelta(days=1)), DepartureFactory()
    with refused("early"):
        actions.decide(by=manager, sitting=sitting, verdicts={row.pk: give()})
    with refused("early"):
        actions.decide(by=manager, sitting=sitting, verdicts={}, kept=[row])
    with refused("early"):
        actions.close_sitting(by=manager, sitting=sitting)
    row.refresh_from_db()
    assert row.state == "proposed"


def test_a_sitting_writes_off_and_keeps_in_one_go_or_not_at_all(manager):
    sitting, old, good, dear = SittingFactory(), *(DepartureFactory() for _turn in range(3))
    with refused("worth"):
        actions.decide(by=manager, sitting=sitting, verdicts={dear.pk: give(30_001)}, kept=[good])
    good.refresh_from_db()
    assert good.state == "proposed"
    actions.decide(by=manager, sitting=sitting, verdicts={old.pk: give()}, kept=[good])
    states = {row.pk: row.state for row in Departure.objects.all()}
    assert states == {old.pk: "decided", good.pk: "refused", dear.pk: "proposed"}


def test_what_is_being_mended_or_on_its_way_is_not_written_off(manager):
    sitting, depot = SittingFactory(), DepotFactory(code="LOIN")
    mended, moving = DepartureFactory(), DepartureFactory()
    repair = workshop.open_repair(by=manager, device=mended.device)
    journey = transfers.plan_transfer(
        by=manager, devices=[moving.device], to_depot=depot, reason="Au grand atelier"
    )
    transfers.dispatch(by=manager, transfer=journey)
    for code, row in (("repair", mended), ("on_its_way", moving)):
        with refused(code):
            actions.write_off(by=manager, sitting=sitting, verdicts={row.pk: give()})
    workshop.give_up(by=manager, repair=repair, text="Carte mère grillée")
    outcomes = dict.fromkeys(journey.items.values_list("pk", flat=True), "good")
    transfers.receive(by=manager, transfer=journey, outcomes=outcomes)
    both = {mended.pk: give(), moving.pk: give()}
    assert len(actions.write_off(by=manager, sitting=sitting, verdicts=both)) == 2


def test_a_device_kept_goes_back_to_the_reserve_and_may_be_proposed_again(manager):
    departure = DepartureFactory()
    actions.refuse(by=manager, departure=departure)
    departure.device.refresh_from_db()
    assert departure.device.state == "spare"
    assert len(actions.propose(by=manager, devices=[departure.device], reason="age")) == 1
    assert actions.propose(by=manager, devices=[departure.device], reason="age") == []


def test_only_a_clean_device_that_works_goes_back_to_the_reserve(technician):
    departure = DepartureFactory()
    bench = {"by": technician, "departure": departure, "tests": {"screen": "good"}}
    with refused("grade"):
        actions.back_to_reserve(by=technician, departure=departure)
    actions.grade(**bench, grade="C", media="flash", parts="Batterie", parts_cents=1990)
    with refused("wipe"):
        actions.back_to_reserve(by=technician, departure=departure)
    wipe = actions.record_wipe(
        by=technician, departure=departure, media="flash", technique="reset", tool="MDM"
    )
    actions.verify_wipe(by=technician, wipe=wipe, verification="sight", passed=True)
    actions.back_to_reserve(by=technician, departure=departure)
    departure.device.refresh_from_db()
    assert (departure.device.state, departure.device.condition) == ("spare", "worn")
    assert list(
        FleetEvent.objects.filter(device=departure.device).values_list("kind", flat=True)
    ) == ["wiped", "renewed"]


def test_a_purge_is_verified_by_somebody_else(technician, manager):
    departure = WrittenOffFactory()
    wipe = actions.record_wipe(
        by=technician, departure=departure, media="flash", technique="crypto", tool="MDM"
    )
    with refused("other_eyes"):
        actions.verify_wipe(by=technician, wipe=wipe, verification="report", passed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wipe.objects.filter(pk=wipe.pk).update(
            verified_by=technician.user,
            verified_at=clock.now(),
            verification="report",
            result="passed",
        )
    actions.verify_wipe(by=manager, wipe=wipe, verification="report", passed=False)
    with refused("destroy"):
        actions.record_wipe(
            by=technician, departure=departure, media="flash", technique="block", tool="MDM"
        )
    wipe = actions.record_wipe(
        by=technician, departure=departure, media="flash", technique="shred", tool="Broyeur"
    )
    assert (
        actions.verify_wipe(by=manager, wipe=wipe, verification="sight", passed=True).result
        == "passed"
    )


def test_nothing_leaves_unwiped(technician):
    lot = LotFactory()
    unwiped, ready = WrittenOffFactory(), ready_to_leave()
    cleared = WrittenOffFactory()
    WipeFactory(device=cleared.device, category="clear", technique="reset")
    used_since = WrittenOffFactory(last_used_at=clock.now() - dt.timedelta(hours=1))
    WipeFactory(device=used_since.device)
    for row in (unwiped, cleared, used_since):
        with refused("unwiped"):
            actions.add(by=technician, lot=lot, devices=[row.device])
    bare = WrittenOffFactory(media="none")
    actions.add(by=technician, lot=lot, devices=[ready.device, bare.device])
    assert lot.lines.count() == 2
    # The database refuses by itself, on both engines.
    old = Wipe.objects.get(device=used_since.device)
    other = Wipe.objects.get(device=ready.device)
    for device, facts in (
        (unwiped.device, {"no_storage": True}),
        (unwiped.device, {"wipe": other}),
        (used_since.device, {"wipe": old}),
        (DeviceFactory(), {"wipe": other}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            LotLine.objects.create(lot=lot, device=device, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        Wipe.objects.filter(pk=other.pk).update(result="failed", note="")


def test_the_database_writes_off_only_what_was_decided():
    device = DepartureFactory().device
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="retired")
    Departure.objects.filter(device=device).update(
        state="decided", sitting=SittingFactory(), decided_at=clock.now(), destination="recycle"
    )
    assert Device.objects.filter(pk=device.pk).update(state="retired") == 1


def test_a_gift_is_signed_for_and_waste_has_its_slip(manager):
    gift, waste = LotFactory(state="accepted"), LotFactory(kind="recycling")
    given_away = ready_to_leave()
    LotLine.objects.create(lot=gift, device=given_away.device, wipe=given_away.device.wipes.get())
    today = clock.today()
    with refused("signature"):
        actions.hand_over(by=manager, lot=gift, gone_on=today)
    with refused("gone_on"):
        actions.hand_over(
            by=manager, lot=gift, gone_on=today + dt.timedelta(days=1), signed_name="A. Roux"
        )
    actions.hand_over(by=manager, lot=gift, gone_on=today, signed_name="A. Roux")
    given_away.refresh_from_db()
    assert given_away.state == "gone"
    assert FleetEvent.objects.filter(device=given_away.device, kind="given").exists()
    with refused("state"):
        actions.hand_over(by=manager, lot=gift, gone_on=today, signed_name="A. Roux")
    with refused("empty"):
        actions.offer(by=manager, lot=waste)
    Lot.objects.filter(pk=waste.pk).update(state="accepted")
    for facts, code in (({}, "slip"), ({"slip_number": "BSD-1"}, "weight")):
        with refused(code):
            actions.hand_over(by=manager, lot=waste, gone_on=today, **facts)


def test_a_lot_given_up_frees_its_devices(manager):
    ready, lot = ready_to_leave(), LotFactory()
    actions.add(by=manager, lot=lot, devices=[ready.device])
    with refused("taken"):
        actions.add(by=manager, lot=LotFactory(), devices=[ready.device])
    actions.cancel(by=manager, lot=lot)
    assert len(actions.add(by=manager, lot=LotFactory(), devices=[ready.device])) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_lots_that_take_the_same_device_at_once(manager):
    ready = ready_to_leave()
    lots = [LotFactory(), LotFactory()]

    def take(lot):
        actions.add(by=manager, lot=lot, devices=[ready.device])
        return "in"

    said = told(*(partial(take, lot) for lot in lots))
    assert sorted(said) == ["in", "taken"]
    assert LotLine.objects.count() == 1


def test_an_undone_table_says_where_its_devices_went(manager):
    device = SpareFactory()
    with transaction.atomic():
        leaving.never_was(by=manager, devices=[device])
    departure = Departure.objects.get(device=device)
    assert (departure.state, departure.reason, departure.destination) == (
        "gone",
        "mistake",
        "none",
    )


def test_a_recipient_has_a_number_that_adds_up(manager):
    with refused("registration"):
        actions.save_recipient(by=manager, recipient=RecipientFactory(registration="123456789"))
    kept = actions.save_recipient(
        by=manager, recipient=RecipientFactory(registration="w 133 012345")
    )
    assert kept.registration == "W133012345"
    assert actions.open_lot(by=manager, recipient=kept).kind == "gift"
    numbers = [actions.open_lot(by=manager, recipient=kept).number[-3:] for _turn in range(2)]
    assert numbers == ["002", "003"]


@given(
    cost=st.integers(1, 100_000),
    life=st.integers(1, 120),
    months=st.integers(0, 240),
)
def test_worth_falls_evenly_to_nothing(cost, life, months):
    bought = dt.date(2010, 1, 15)
    on = clock.months_later(bought, months)
    left = rules.worth(cost, bought, life, on)
    assert 0 <= left <= cost
    assert left == (cost * (life - months) // life if months < life else 0)
    assert rules.worth(cost, bought, life, on - dt.timedelta(days=1)) >= left


def test_ten_years_to_the_day_still_count_for_reuse():
    bought = dt.date(2014, 5, 3)
    assert rules.counts_for_reuse(bought, dt.date(2024, 5, 3))
    assert not rules.counts_for_reuse(bought, dt.date(2024, 5, 4))
    assert [rules.target_percent(year) for year in (2022, 2023, 2024, 2025, 2031)] == [
        None, 25, 35, 50, 50,
    ]  # fmt: skip


def test_sittings_are_numbered_by_their_year(manager):
    day = clock.today()
    given = [actions.open_sitting(by=manager, held_on=day).number for _turn in range(2)]
    assert given == [f"REF-{day.year}-001", f"REF-{day.year}-002"]
    assert Sitting.objects.filter(state="open").count() == 2


def test_who_loses_the_race_for_a_number_gets_the_next(manager, monkeypatch):
    day = clock.today()
    first = actions.open_sitting(by=manager, held_on=day)
    given = iter([first.number, f"REF-{day.year}-999", f"REF-{day.year}-1000"])
    with monkeypatch.context() as late:
        late.setattr(numbers, "next_number", lambda *asked: next(given))
        assert actions.open_sitting(by=manager, held_on=day).number == f"REF-{day.year}-999"
        actions.open_sitting(by=manager, held_on=day)
    assert actions.open_sitting(by=manager, held_on=day).number == f"REF-{day.year}-1001"
