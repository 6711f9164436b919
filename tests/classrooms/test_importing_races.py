"""Tables written at the same moment, on real connections: each device comes in once."""

from __future__ import annotations

import pytest

from classrooms.importing import runs
from classrooms.models import Device, FleetEvent, ImportRun
from core.journal import Actor
from tests.classrooms.tables import HEAD, manager, table, tried
from tests.factories.classrooms import CartFactory, DeviceModelFactory
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def decided(data: str) -> ImportRun:
    run = tried(data, manager())
    by = Actor(user=run.started_by)
    return runs.start(by=by, run=run, version=run.version, digest=run.digest)


def text() -> str:
    model = DeviceModelFactory()
    cart = CartFactory(filled=2)
    one, two = cart.devices.order_by("slot")
    return table(
        f"NEW1;PM-NEW-1;{model.maker};{model.name};{cart.school.uai};;;;;",
        f"{one.serial};;;;;{cart.code};2;;;",
        f"{two.serial};;;;;{cart.code};1;;;",
        head=HEAD,
    )


def test_of_two_workers_one_writes_a_table() -> None:
    run = decided(text())
    assert sorted(at_once(2, lambda _index: runs.apply(run.pk))) == [False, True]
    assert Device.objects.get(serial="NEW1").asset_tag == "PM-NEW-1"
    assert FleetEvent.objects.count() == 3


def test_of_the_same_table_brought_twice_one_is_written_and_one_looks_again() -> None:
    data = text()
    both = [decided(data), decided(data)]
    assert sorted(at_once(2, lambda index: runs.apply(both[index].pk))) == [False, True]
    assert sorted(ImportRun.objects.values_list("state", flat=True)) == ["applied", "trying"]
    assert Device.objects.filter(serial="NEW1").count() == 1
    again = ImportRun.objects.get(state="trying")
    assert runs.try_out(again.pk)
    again.refresh_from_db()
    assert again.counts == {"create": 0, "update": 0, "unchanged": 3, "rejected": 0}
