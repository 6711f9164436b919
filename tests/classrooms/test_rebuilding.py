"""The rows of the fleet are the sum of its history; when they are not, one sees it."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classrooms import actions, rebuilding
from classrooms.actions import Holder
from classrooms.lending.actions import transfers
from classrooms.models import Device, FleetEvent, HandOut, Incident
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory, SpareFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory

pytestmark = pytest.mark.django_db

ACTS = (
    *("hand_out", "take_back", "report", "swap", "settle"),
    *("plan", "plan_cart", "dispatch", "receive", "cancel"),
)


class Fleet:
    """A cart, some spares, two schools; and somebody who does anything to them."""

    def __init__(self):
        self.cart = CartFactory(filled=3)
        self.places = [self.cart.school, SchoolFactory()]
        self.depot = SpareFactory().depot
        SpareFactory()
        DeviceFactory(school=self.places[1])
        self.by = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
        self.group = ClassGroupFactory(school=self.cart.school)

    def act(self, name, number):
        try:
            getattr(self, name)(number)
        except RuleBroken:
            return
        except LookupError:
            return

    def _device(self, number, **kept):
        rows = list(Device.objects.filter(**kept).order_by("pk"))
        return rows[number % len(rows)] if rows else self._nothing()

    def _row(self, rows, number):
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else self._nothing()

    def _nothing(self):
        raise LookupError

    def hand_out(self, number):
        self.cart.refresh_from_db()
        holder = Holder(self.cart.school or self.places[0], class_group=self.group)
        if number % 2:
            actions.hand_out_cart(by=self.by, cart=self.cart, holder=holder, due_on=clock.today())
        else:
            actions.hand_out_device(
                by=self.by, device=self._device(number), holder=holder, due_on=clock.today()
            )

    def take_back(self, number):
        out = self._row(HandOut.objects.open(), number)
        ways = ("good", "damaged", "missing")
        items = list(out.items.out().order_by("pk"))
        outcomes = {item.pk: ways[(number + n) % 3] for n, item in enumerate(items)}
        actions.take_back(by=self.by, hand_out=out, outcomes=outcomes)

    def report(self, number):
        kind = Incident.Kind.values[number % 6]
        actions.report(by=self.by, device=self._device(number), kind=kind)

    def swap(self, number):
        incident = self._row(Incident.objects.open(), number)
        actions.swap(by=self.by, incident=incident, spare=self._device(number, state="spare"))

    def settle(self, number):
        incident = self._row(Incident.objects.open(), number)
        outcome = Incident.Outcome.values[number % 5]
        actions.close(by=self.by, incident=incident, outcome=outcome)

    def plan(self, number):
        self._plan(number, devices=[self._device(number)])

    def plan_cart(self, number):
        self._plan(number, carts=[self.cart])

    def _plan(self, number, **what):
        to = {"to_depot": self.depot} if number % 3 == 2 else {"to_school": self.places[number % 3]}
        transfers.plan_transfer(by=self.by, reason="Essai", **to, **what)

    def dispatch(self, number):
        journey = self._row(transfers.Transfer.objects.open(), number)
        transfers.dispatch(by=self.by, transfer=journey)

    def receive(self, number):
        journey = self._row(transfers.Transfer.objects.filter(state="dispatched"), number)
        ways = ("good", "good", "damaged", "missing")
        items = list(journey.items.order_by("pk"))
        outcomes = {item.pk: ways[(number + n) % 4] for n, item in enumerate(items)}
        transfers.receive(by=self.by, transfer=journey, outcomes=outcomes)

    def cancel(self, number):
        journey = self._row(transfers.Transfer.objects.open(), number)
        transfers.cancel(by=self.by, transfer=journey, why="Essai")


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=10, max_size=25))
def test_whatever_is_done_the_history_leads_to_what_is(acts):
    fleet = Fleet()
    for name, number in acts:
        fleet.act(name, number)
    assert list(rebuilding.findings()) == []


def test_the_acts_above_do_happen():
    """A test of acts that are all refused would prove nothing."""
    fleet = Fleet()
    for name in ("hand_out", "report", "take_back", "plan_cart", "dispatch", "receive", "swap"):
        for number in (1, 0):
            fleet.act(name, number)
    kinds = set(FleetEvent.objects.values_list("kind", flat=True))
    assert {"handed_out", "reported", "returned", "dispatched", "arrived", "swapped_in"} <= kinds


def told(device, at, **changes):
    FleetEvent.objects.create(device=device, kind="changed", at=at, changes=changes)


def test_a_row_changed_in_secret_is_shown_and_mended():
    device, other = DeviceFactory(), DeviceFactory()
    at = clock.now() - dt.timedelta(days=9)
    told(device, at, state=[None, "spare"], school=[None, device.school_id])
    told(device, clock.now(), state=["spare", "in_use"])
    told(other, at, condition=["new", "good"])
    Device.objects.filter(pk=device.pk).update(state="lost")
    shown = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("rebuild_fleet", stdout=shown)
    assert refused.value.returncode == 1
    assert f"{device.asset_tag} : state vaut 'lost'" in shown.getvalue()
    assert other.asset_tag not in shown.getvalue()
    device.refresh_from_db()
    assert device.state == "lost", "nothing is written unless asked"
    call_command("rebuild_fleet", write=True, stdout=shown)
    device.refresh_from_db()
    assert device.state == "in_use"
    assert JournalEntry.objects.get(verb="device.rebuild").facts == {"fields": ["state"]}
    call_command("rebuild_fleet", stdout=StringIO())


def test_a_hole_in_the_history_is_shown_though_the_row_agrees():
    device = DeviceFactory()
    at = clock.now() - dt.timedelta(days=9)
    told(device, at, state=[None, "spare"])
    told(device, clock.now(), state=["broken", "in_use"])
    shown = StringIO()
    with pytest.raises(CommandError, match="1 ruptures"):
        call_command("rebuild_fleet", stdout=shown)
    assert device.asset_tag in shown.getvalue()


@pytest.mark.parametrize("slots", [(3, 1), (2, 1)])
def test_rows_in_each_others_slot_are_mended(slots):
    cart = CartFactory(filled=2)
    for device, slot in zip(cart.devices.order_by("slot"), slots, strict=True):
        told(device, clock.now(), slot=[None, slot])
    call_command("rebuild_fleet", write=True, stdout=StringIO())
    assert tuple(cart.devices.order_by("pk").values_list("slot", flat=True)) == slots
