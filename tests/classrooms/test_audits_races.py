"""Two technicians count the same cart at once, on real connections."""

from __future__ import annotations

import uuid

import pytest

from classrooms.audits import actions
from classrooms.audits.actions import Act
from classrooms.audits.models import Audit
from classrooms.audits.queries.standing import standing_of
from classrooms.models import FleetEvent
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_two_people_share_a_count_its_scans_and_its_closing():
    cart = CartFactory(filled=4, slots=4)
    person = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    audits = at_once(6, lambda _n: actions.open_audit(by=person, cart=cart)[0])
    assert len({audit.pk for audit in audits}) == Audit.objects.count() == 1
    audit = audits[0]
    # Both telephones send the same scan, as after a cut; and each its own of the same device.
    device, shared = cart.devices.get(slot=1), uuid.uuid4()

    def send(index):
        acts = [Act(shared, text=device.asset_tag), Act(uuid.uuid4(), text=device.serial)]
        return actions.record_acts(by=person, audit=audit, acts=acts[:: 1 if index % 2 else -1])

    at_once(4, send)
    assert audit.scans.count() == 5
    assert standing_of(audit).seen == 1
    missing = {due.pk for due in standing_of(audit).due}

    def close(_index):
        return actions.close_audit(by=person, audit=audit, missing=missing)

    results = at_once(3, close)
    assert sum(isinstance(result, Audit) for result in results) == 1
    assert {result.code for result in results if isinstance(result, RuleBroken)} == {"state"}
    assert FleetEvent.objects.filter(kind="seen").count() == 1
    assert FleetEvent.objects.filter(kind="missed").count() == 3
