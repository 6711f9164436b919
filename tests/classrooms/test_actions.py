"""Handing out, taking back, reporting, swapping, settling."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from classrooms import actions
from classrooms.actions import Holder
from classrooms.models import Device, FleetEvent, HandOut, HandOutItem, Incident
from classrooms.models.history import TOLD, plain
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DeviceCategoryFactory,
    DeviceFactory,
    DeviceModelFactory,
    SpareFactory,
)
from tests.factories.schools import ClassGroupFactory, SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart():
    return CartFactory(filled=15)


@pytest.fixture
def technician(cart):
    return Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))


@pytest.fixture
def teacher(cart):
    return Actor(user=UserFactory(roles=[(Role.TEACHER, cart.school.uai)]))


@pytest.fixture
def class_group(cart):
    return ClassGroupFactory(school=cart.school)


def in_a_month():
    return clock.today() + dt.timedelta(days=30)


def hand_out(technician, cart, class_group):
    return actions.hand_out_cart(
        by=technician,
        cart=cart,
        holder=Holder(cart.school, class_group=class_group),
        due_on=in_a_month(),
    )


def test_a_whole_cart_goes_out_in_one_act(cart, technician, class_group):
    out = hand_out(technician, cart, class_group)
    assert out.items.out().count() == 15
    assert out.holder == HandOut.Holder.CLASS
    assert FleetEvent.objects.filter(kind="handed_out", hand_out=out).count() == 15
    assert JournalEntry.objects.filter(verb="handout.open").count() == 1


def test_what_is_not_fit_stays(cart, technician, class_group):
    broken, damaged = cart.devices.order_by("slot")[:2]
    Device.objects.filter(pk=broken.pk).update(state="broken")
    Device.objects.filter(pk=damaged.pk).update(condition="damaged")
    out = hand_out(technician, cart, class_group)
    held = set(out.items.values_list("device", flat=True))
    assert len(held) == 13
    assert not held & {broken.pk, damaged.pk}


def test_a_cart_that_is_out_says_with_whom(cart, technician, class_group):
    hand_out(technician, cart, class_group)
    with pytest.raises(RuleBroken, match=class_group.name) as refused:
        hand_out(technician, cart, class_group)
    assert refused.value.code == "cart_out"


def test_a_cart_does_not_leave_its_school(cart, technician):
    with pytest.raises(RuleBroken) as refused:
        hand_out(technician, cart, ClassGroupFactory())
    assert refused.value.code == "other_school"


@pytest.mark.parametrize("days", [-1, 400])
def test_a_day_of_return_makes_sense(cart, technician, class_group, days):
    with pytest.raises(RuleBroken) as refused:
        actions.hand_out_cart(
            by=technician,
            cart=cart,
            holder=Holder(cart.school, class_group=class_group),
            due_on=clock.today() + dt.timedelta(days=days),
        )
    assert refused.value.field == "due_on"
    assert not HandOut.objects.exists()


def test_the_database_itself_refuses_two_hand_outs_of_a_device(cart, technician, class_group):
    out = hand_out(technician, cart, class_group)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOutItem.objects.create(hand_out=out, device=cart.devices.order_by("pk")[0])


def test_everything_back_closes_the_hand_out(cart, technician, class_group):
    out = hand_out(technician, cart, class_group)
    outcomes = {item.pk: "good" for item in out.items.order_by("pk")}
    back = actions.take_back(by=technician, hand_out=out, outcomes=outcomes)
    assert back.state == HandOut.State.CLOSED
    assert not HandOutItem.objects.out().exists()
    hand_out(technician, cart, class_group)


def test_what_is_damaged_or_missing_becomes_an_incident(cart, technician, class_group):
    out = hand_out(technician, cart, class_group)
    items = list(out.items.order_by("slot"))
    outcomes = {items[0].pk: "damaged", items[1].pk: "missing", items[2].pk: "good"}
    back = actions.take_back(by=technician, hand_out=out, outcomes=outcomes)
    assert back.state == HandOut.State.OPEN
    assert back.items.out().count() == 12
    first, second = (Incident.objects.get(device=item.device) for item in items[:2])
    assert (first.kind, first.device.state, first.device.condition) == (
        "other",
        "broken",
        "damaged",
    )
    assert (second.kind, second.device.state) == ("lost", "lost")
    lost = HandOutItem.objects.get(pk=items[1].pk)
    assert lost.hand_out == out, "the last holder is kept"


def test_taking_back_twice_changes_nothing_more(cart, technician, class_group):
    out = hand_out(technician, cart, class_group)
    outcomes = {item.pk: "good" for item in out.items.order_by("pk")}
    actions.take_back(by=technician, hand_out=out, outcomes=outcomes)
    events = FleetEvent.objects.count()
    with pytest.raises(RuleBroken) as refused:
        actions.take_back(by=technician, hand_out=out, outcomes=outcomes)
    assert refused.value.code == "changed"
    assert FleetEvent.objects.count() == events


def test_two_reports_of_one_fault_are_one_ticket(cart, teacher):
    device = cart.devices.order_by("slot")[0]
    first, new = actions.report(by=teacher, device=device, kind="screen")
    again, newer = actions.report(by=teacher, device=device, kind="power")
    assert (new, newer) == (True, False)
    assert again == first
    device.refresh_from_db()
    assert device.state == Device.State.BROKEN


def test_another_problem_does_not_take_a_device_out_of_service(cart, teacher):
    device = cart.devices.order_by("slot")[0]
    actions.report(by=teacher, device=device, kind="other", description="Le son grésille.")
    device.refresh_from_db()
    assert device.state == Device.State.IN_USE


def test_a_swap_keeps_slot_and_hand_out(cart, technician, teacher, class_group):
    out = hand_out(technician, cart, class_group)
    device = cart.devices.get(slot=4)
    spare = SpareFactory()
    incident, _ = actions.report(by=teacher, device=device, kind="screen")
    actions.swap(by=technician, incident=incident, spare=spare)
    device.refresh_from_db()
    spare.refresh_from_db()
    incident.refresh_from_db()
    assert (spare.cart, spare.slot, spare.state) == (cart, 4, "in_use")
    assert (device.cart, device.slot, device.state) == (None, None, "repair")
    assert device.depot is not None
    assert out.items.out().count() == 15
    assert out.items.out().get(slot=4).device == spare
    assert out.items.get(device=device).outcome == "swapped"
    assert (incident.state, incident.swapped_with) == ("swapped", spare)
    message = Message.objects.get(recipient=teacher.user)
    assert spare.asset_tag in message.body


def test_a_swapped_lost_device_is_still_looked_for_at_the_school(cart, technician, teacher):
    device = cart.devices.get(slot=2)
    incident, _ = actions.report(by=teacher, device=device, kind="lost")
    actions.swap(by=technician, incident=incident, spare=SpareFactory())
    device.refresh_from_db()
    assert (device.state, device.school, device.cart) == ("lost", cart.school, None)


def test_a_spare_serves_once(cart, technician, teacher):
    spare = SpareFactory()
    for slot, fits in ((1, True), (2, False)):
        device = cart.devices.get(slot=slot)
        incident, _ = actions.report(by=teacher, device=device, kind="power")
        if fits:
            actions.swap(by=technician, incident=incident, spare=spare)
            continue
        with pytest.raises(RuleBroken) as refused:
            actions.swap(by=technician, incident=incident, spare=spare)
        assert refused.value.code == "spare_taken"
        device.refresh_from_db()
        incident.refresh_from_db()
        assert (device.slot, incident.state) == (2, "reported"), "nothing was changed"


def test_a_laptop_does_not_replace_a_tablet(cart, technician, teacher):
    laptop = DeviceModelFactory(
        name="Cahier",
        category=DeviceCategoryFactory(code="laptop", name="Portable", family="computer"),
    )
    incident, _ = actions.report(by=teacher, device=cart.devices.get(slot=1), kind="power")
    with pytest.raises(RuleBroken) as refused:
        actions.swap(by=technician, incident=incident, spare=SpareFactory(model=laptop))
    assert refused.value.code == "spare_kind"


def test_a_mended_device_serves_where_it_stands_and_its_reporter_is_told(cart, technician, teacher):
    device = cart.devices.get(slot=1)
    incident, _ = actions.report(by=teacher, device=device, kind="charging")
    actions.take_on(by=technician, incident=incident)
    actions.close(by=technician, incident=incident, outcome="repaired")
    device.refresh_from_db()
    assert (device.state, device.slot) == ("in_use", 1)
    told = Message.objects.filter(recipient=teacher.user).order_by("pk")
    kinds = ["fleet_incident_taken_on", "fleet_incident_settled"]
    assert list(told.values_list("kind", flat=True)) == kinds
    with pytest.raises(RuleBroken):
        actions.close(by=technician, incident=incident, outcome="repaired")
    assert Message.objects.count() == 2


def test_a_swapped_device_once_mended_is_a_spare(cart, technician, teacher):
    device = cart.devices.get(slot=1)
    incident, _ = actions.report(by=teacher, device=device, kind="screen")
    actions.swap(by=technician, incident=incident, spare=SpareFactory())
    actions.close(by=technician, incident=incident, outcome="repaired")
    device.refresh_from_db()
    assert device.state == Device.State.SPARE


def test_what_cannot_be_mended_waits_in_the_workshop_to_be_written_off(cart, technician, teacher):
    SpareFactory()
    device = cart.devices.get(slot=1)
    incident, _ = actions.report(by=teacher, device=device, kind="screen")
    actions.close(by=technician, incident=incident, outcome="retired")
    device.refresh_from_db()
    assert (device.state, device.condition, device.cart) == ("repair", "damaged", None)


def test_a_device_written_off_frees_its_serial(cart):
    device = DeviceFactory(state="retired")
    DeviceFactory(serial=device.serial)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceFactory(serial=device.serial)


def test_an_outcome_fits_the_fault(cart, technician, teacher):
    incident, _ = actions.report(by=teacher, device=cart.devices.get(slot=1), kind="lost")
    with pytest.raises(RuleBroken) as refused:
        actions.close(by=technician, incident=incident, outcome="repaired")
    assert refused.value.field == "outcome"


def test_events_add_up_to_what_is(cart, technician, teacher, class_group):
    """Folding what happened to a device gives its present state."""
    before = {d.pk: {f: plain(getattr(d, f)) for f in TOLD} for d in Device.objects.order_by("pk")}
    out = hand_out(technician, cart, class_group)
    spare = SpareFactory()
    before[spare.pk] = {f: plain(getattr(spare, f)) for f in TOLD}
    incident, _ = actions.report(by=teacher, device=cart.devices.get(slot=4), kind="screen")
    actions.swap(by=technician, incident=incident, spare=spare)
    items = {i.pk: "damaged" if i.slot == 9 else "good" for i in out.items.out().order_by("pk")}
    actions.take_back(by=technician, hand_out=out, outcomes=items)
    actions.close(by=technician, incident=incident, outcome="repaired")
    for event in FleetEvent.objects.order_by("at", "pk"):
        for field, (was, became) in event.changes.items():
            assert before[event.device_id][field] == was
            before[event.device_id][field] = became
    now = {d.pk: {f: plain(getattr(d, f)) for f in TOLD} for d in Device.objects.order_by("pk")}
    assert before == now


def test_history_cannot_be_rewritten(cart, technician, class_group):
    hand_out(technician, cart, class_group)
    for statement in (
        "UPDATE classrooms_fleetevent SET kind = 'moved'",
        "DELETE FROM classrooms_fleetevent",
    ):
        with (
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_an_older_sighting_changes_nothing():
    device = DeviceFactory()
    by = Actor(user=None, via="api:mdm")
    now = clock.now()
    assert actions.record_sighting(by=by, device=device, seen_at=now, battery_percent=80)
    assert not actions.record_sighting(
        by=by, device=device, seen_at=now - dt.timedelta(hours=1), battery_percent=10
    )
    device.refresh_from_db()
    assert device.battery_percent == 80


def test_a_device_stands_in_one_place():
    with pytest.raises(IntegrityError), transaction.atomic():
        SpareFactory(school=SchoolFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceFactory(school=None)
