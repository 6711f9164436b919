"""Several people reach for the same thing at once, on real connections."""

from __future__ import annotations

import datetime as dt

import pytest

from classrooms import actions
from classrooms.actions import Holder
from classrooms.models import FleetEvent, HandOut, HandOutItem, Incident
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, SpareFactory
from tests.factories.schools import ClassGroupFactory
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_of_twenty_people_one_hands_the_cart_out():
    cart = CartFactory(filled=15)
    people = [UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]) for _ in range(20)]
    classes = [ClassGroupFactory(school=cart.school) for _ in range(20)]
    due_on = clock.today() + dt.timedelta(days=30)

    def hand_out(index):
        return actions.hand_out_cart(
            by=Actor(user=people[index]),
            cart=cart,
            holder=Holder(cart.school, class_group=classes[index]),
            due_on=due_on,
        )

    results = at_once(20, hand_out)
    won = [result for result in results if isinstance(result, HandOut)]
    lost = [result for result in results if isinstance(result, RuleBroken)]
    assert len(won) == 1
    assert {broken.code for broken in lost} == {"cart_out"}
    assert all(won[0].holder_name in broken.message for broken in lost)
    assert HandOutItem.objects.out().count() == 15
    assert FleetEvent.objects.filter(kind="handed_out").count() == 15


def test_a_cart_and_one_of_its_devices_are_not_both_handed_out():
    cart = CartFactory(filled=15)
    device = cart.devices.get(slot=7)
    person = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    holder = Holder(cart.school, class_group=ClassGroupFactory(school=cart.school))
    due_on = clock.today()

    def reach(index):
        if index:
            return actions.hand_out_device(by=person, device=device, holder=holder, due_on=due_on)
        return actions.hand_out_cart(by=person, cart=cart, holder=holder, due_on=due_on)

    at_once(4, reach)
    assert HandOutItem.objects.out().filter(device=device).count() == 1
    assert HandOutItem.objects.out().count() == 15


def test_one_spare_replaces_one_device():
    cart = CartFactory(filled=6)
    spare = SpareFactory()
    technician = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    incidents = [
        actions.report(by=technician, device=device, kind="screen")[0]
        for device in cart.devices.order_by("slot")
    ]

    results = at_once(
        6, lambda index: actions.swap(by=technician, incident=incidents[index], spare=spare)
    )
    assert sum(isinstance(result, Incident) for result in results) == 1
    assert {r.code for r in results if isinstance(r, RuleBroken)} == {"spare_taken"}
    assert Incident.objects.filter(state="swapped").count() == 1


def test_ten_reports_make_one_ticket():
    cart = CartFactory(filled=1)
    device = cart.devices.get(slot=1)
    people = [Actor(user=UserFactory(roles=[(Role.TEACHER, cart.school.uai)])) for _ in range(10)]
    at_once(10, lambda index: actions.report(by=people[index], device=device, kind="power"))
    assert Incident.objects.count() == 1


def test_a_swap_and_a_return_leave_nothing_out():
    """Whoever comes first, no device is left out of a hand-out that is closed."""
    cart = CartFactory(filled=15)
    technician = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    hand_out = actions.hand_out_cart(
        by=technician,
        cart=cart,
        holder=Holder(cart.school, class_group=ClassGroupFactory(school=cart.school)),
        due_on=clock.today(),
    )
    incident, _ = actions.report(by=technician, device=cart.devices.get(slot=3), kind="screen")
    spare = SpareFactory()
    outcomes = {item.pk: "good" for item in hand_out.items.order_by("pk")}

    def act(index):
        if index:
            return actions.swap(by=technician, incident=incident, spare=spare)
        return actions.take_back(by=technician, hand_out=hand_out, outcomes=outcomes)

    at_once(2, act)
    hand_out.refresh_from_db()
    left = hand_out.items.out().count()
    assert (hand_out.state == HandOut.State.CLOSED) == (left == 0)
