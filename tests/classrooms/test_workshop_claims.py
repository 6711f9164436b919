"""Warranty claims, what makers answer, and faults that come back."""

import datetime as dt

import pytest

from classrooms.models import Device, FleetEvent
from classrooms.models.history import CARD, TOLD, plain
from classrooms.rebuilding import findings
from classrooms.secondlife.models import Departure
from classrooms.workshop import actions, rules
from classrooms.workshop.models import FaultAlert
from classrooms.workshop.queries.faults import back_again
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory, IncidentFactory, SpareFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def cart():
    return CartFactory(filled=3)


@pytest.fixture
def technician(cart):
    return Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))


def kinds(person):
    rows = Message.objects.filter(recipient=person.user).order_by("pk")
    return list(rows.values_list("kind", flat=True))


# -- warranty --------------------------------------------------------------------------------


def claimed(technician, **facts):
    device = SpareFactory(warranty_end=clock.today() + DAY, state="repair", **facts)
    claim = actions.open_claim(by=technician, device=device, fault="Ne charge plus")
    return device, actions.send(
        by=technician, claim=claim, sent_on=clock.today(), reference="RMA-7"
    )


def test_only_what_is_under_warranty_is_claimed(technician):
    for end in (None, clock.today() - DAY):
        with pytest.raises(RuleBroken) as refused:
            actions.open_claim(by=technician, device=SpareFactory(warranty_end=end), fault="Mort")
        assert refused.value.code == "warranty"
    device = SpareFactory(warranty_end=clock.today())
    claim = actions.open_claim(by=technician, device=device, fault="Mort")
    assert actions.open_claim(by=technician, device=device, fault="Encore") == claim
    assert FleetEvent.objects.filter(device=device, kind="claimed").count() == 1
    with pytest.raises(RuleBroken):
        actions.send(by=technician, claim=claim, sent_on=clock.today() + DAY)


def test_a_replaced_device_keeps_its_number_and_gets_the_new_serial(technician):
    device, claim = claimed(technician)
    taken = DeviceFactory()
    with pytest.raises(RuleBroken) as refused:
        actions.replaced(by=technician, claim=claim, serial=taken.serial)
    assert refused.value.field == "serial"
    actions.replaced(by=technician, claim=claim, serial="new 00-77", text="Échange standard")
    old = device.serial
    device.refresh_from_db()
    claim.refresh_from_db()
    assert (device.serial, device.condition) == ("NEW0077", "new")
    assert (claim.state, claim.serial_before, claim.serial_after) == ("replaced", old, "NEW0077")
    event = FleetEvent.objects.filter(device=device, kind="claimed").order_by("-pk")[0]
    assert event.changes["serial"] == [old, "NEW0077"]
    assert not [f for f in findings() if f.device == device.pk]


def test_a_replacement_with_its_own_number_enters_as_a_spare(technician):
    device, claim = claimed(technician)
    with pytest.raises(RuleBroken) as refused:
        actions.replaced(by=technician, claim=claim, serial="X1", new_tag=device.asset_tag)
    assert refused.value.field == "new_tag"
    assert not Device.objects.filter(serial="X1").exists()
    actions.replaced(by=technician, claim=claim, serial="X1", new_tag="pm-26-9001")
    new = Device.objects.get(asset_tag="PM-26-9001")
    assert (new.state, new.model, new.depot) == ("spare", device.model, device.depot)
    assert Departure.objects.filter(device=device).exists()
    told = FleetEvent.objects.get(device=new, kind="entered").changes
    for name in (*TOLD, *CARD):
        assert told.get(name, [None, None])[1] == (plain(getattr(new, name)) or None), name


def test_a_maker_who_does_not_answer_is_reminded_of(technician):
    _device, claim = claimed(technician)
    wait = rules.Terms().claim_days
    assert actions.remind(clock.today() + (wait - 1) * DAY) == 0
    late = clock.today() + wait * DAY
    assert (actions.remind(late), actions.remind(late)) == (1, 0)
    assert actions.remind(late + wait * DAY) == 1
    assert kinds(technician) == ["fleet_claim_unanswered"] * 2
    actions.answer(by=technician, claim=claim, state="refused", text="Choc")
    assert actions.remind(late + 9 * wait * DAY) == 0


# -- what comes back ---------------------------------------------------------------------------


def test_a_models_fault_is_noticed_once_a_quarter():
    manager = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    today = clock.today()
    devices = [DeviceFactory() for _ in range(6)]
    for device in devices[:4]:
        IncidentFactory(device=device, kind="charging")
    nothing = {"state": "closed", "outcome": "nothing", "closed_at": clock.now()}
    IncidentFactory(device=devices[4], kind="charging", **nothing)
    assert actions.notice_faults(today) == 0, "four, and one that was nothing"
    IncidentFactory(device=devices[5], kind="charging")
    assert (actions.notice_faults(today), actions.notice_faults(today)) == (1, 0)
    alert = FaultAlert.objects.get()
    assert (alert.count, alert.fleet, alert.kind) == (5, 6, "charging")
    assert kinds(manager) == ["fleet_fault_alert"]


def test_a_device_that_comes_back_three_times_is_shown(cart, technician):
    device = cart.devices.get(slot=1)
    ended = {"state": "closed", "outcome": "repaired", "closed_at": clock.now()}
    for days, kind in ((400, "screen"), (300, "screen"), (20, "power"), (10, "lost")):
        IncidentFactory(device=device, kind=kind, reported_at=clock.now() - days * DAY, **ended)
    assert not back_again(technician.user, clock.today())
    IncidentFactory(device=device, kind="keyboard")
    (row,) = back_again(technician.user, clock.today())
    assert (row["device"], row["count"]) == (device, 3)
    stranger = UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)])
    assert not back_again(stranger, clock.today())
