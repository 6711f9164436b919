"""A wipe noted by mistake is withdrawn: both stay in the history, and nothing leaves by it."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from classrooms import rebuilding
from classrooms.models import FleetEvent
from classrooms.secondlife import actions
from classrooms.secondlife.models import Departure, LotLine, Wipe
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.classrooms.test_secondlife_pages import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import DeviceFactory, HandOutItemFactory
from tests.factories.secondlife import (
    DepartureFactory,
    LotFactory,
    WipeFactory,
    ready_to_leave,
)
from tests.together import told

pytestmark = pytest.mark.django_db
WHY = "Noté sur la mauvaise tablette"


@pytest.fixture
def manager():
    return Actor(user=UserFactory(roles=[Role.IT_MANAGER]))


@pytest.fixture
def technician():
    return Actor(user=UserFactory(roles=[Role.IT_TECHNICIAN]))


def refused(code):
    return pytest.raises(RuleBroken, check=lambda broken: broken.code == code)


def test_what_was_withdrawn_lets_nothing_leave(manager, technician):
    ready, lot = ready_to_leave(), LotFactory()
    wipe = ready.device.wipes.get()
    with refused("not_yours"):
        actions.withdraw_wipe(by=technician, wipe=wipe, why=WHY)
    with refused("why"):
        actions.withdraw_wipe(by=manager, wipe=wipe, why="  ")
    for _turn in range(2):
        actions.withdraw_wipe(by=manager, wipe=wipe, why=WHY)
    with refused("unwiped"):
        actions.add(by=manager, lot=lot, devices=[ready.device])
    with pytest.raises(DatabaseError), transaction.atomic():
        LotLine.objects.create(lot=lot, device=ready.device, wipe=wipe)
    told = FleetEvent.objects.filter(device=ready.device, kind="unwiped")
    assert [(event.actor, event.changes) for event in told] == [(manager.user, {})]
    wipe.refresh_from_db()
    assert (wipe.result, wipe.withdrawn_from, wipe.withdrawn_why) == ("withdrawn", "passed", WHY)


def test_the_operator_withdraws_what_waits_and_a_manager_what_failed(manager, technician):
    departure = DepartureFactory()
    facts = {"by": technician, "departure": departure, "media": "flash", "tool": "MDM"}
    mistaken = actions.record_wipe(**facts, technique="crypto")
    actions.withdraw_wipe(by=technician, wipe=mistaken, why=WHY)
    failed = actions.record_wipe(**facts, technique="crypto")
    actions.verify_wipe(by=manager, wipe=failed, verification="report", passed=False)
    with refused("not_yours"):
        actions.withdraw_wipe(by=technician, wipe=failed, why=WHY)
    with refused("destroy"):
        actions.record_wipe(**facts, technique="crypto")
    actions.withdraw_wipe(by=manager, wipe=failed, why=WHY)
    assert actions.record_wipe(**facts, technique="crypto").result == "waiting"


def test_nothing_is_withdrawn_once_something_left_by_it(manager):
    ready, lot = ready_to_leave(), LotFactory()
    wipe = ready.device.wipes.get()
    actions.add(by=manager, lot=lot, devices=[ready.device])
    with refused("lot"):
        actions.withdraw_wipe(by=manager, wipe=wipe, why=WHY)
    told = {"result": "withdrawn", "withdrawn_why": WHY, "withdrawn_at": clock.now()}
    rows = Wipe.objects.filter(pk=wipe.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**told, withdrawn_from="passed")
    actions.cancel(by=manager, lot=lot)
    for wrong in ({"withdrawn_from": "failed"}, {"withdrawn_from": "passed", "withdrawn_why": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**(told | wrong))
    actions.withdraw_wipe(by=manager, wipe=wipe, why=WHY)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(withdrawn_why="Autre chose")
    used = WipeFactory(device=DeviceFactory())
    HandOutItemFactory(device=used.device)
    with refused("used"):
        actions.withdraw_wipe(by=manager, wipe=used, why=WHY)
    at = clock.now()
    gone = DepartureFactory(
        state="gone", ended_at=at, destination="none", reason="mistake", decided_at=at
    )
    left = WipeFactory(device=gone.device)
    with refused("left"):
        actions.withdraw_wipe(by=manager, wipe=left, why=WHY)


def test_what_it_let_back_into_the_reserve_comes_back_to_the_bench(manager, technician):
    departure = DepartureFactory()
    device = departure.device
    bench = {"by": technician, "departure": departure}
    actions.grade(**bench, grade="A", media="flash", tests={})
    wipe = actions.record_wipe(**bench, media="flash", technique="reset", tool="MDM")
    actions.verify_wipe(by=technician, wipe=wipe, verification="sight", passed=True)
    actions.back_to_reserve(**bench)
    actions.withdraw_wipe(by=technician, wipe=wipe, why=WHY)
    device.refresh_from_db()
    departure.refresh_from_db()
    assert (device.state, departure.state, departure.ended_at) == ("repair", "proposed", None)
    with refused("wipe"):
        actions.back_to_reserve(**bench)
    kinds = FleetEvent.objects.filter(device=device).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["wiped", "renewed", "unwiped"]
    assert list(rebuilding.findings()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lot_and_a_withdrawal_that_want_the_same_wipe_at_once(manager):
    ready, lot = ready_to_leave(), LotFactory()
    wipe = ready.device.wipes.get()

    def put():
        actions.add(by=manager, lot=lot, devices=[ready.device])
        return "done"

    def withdraw():
        actions.withdraw_wipe(by=manager, wipe=wipe, why=WHY)
        return "done"

    said = told(put, withdraw)
    wipe.refresh_from_db()
    gone = LotLine.objects.filter(wipe=wipe).exists()
    assert sorted(said) == (["done", "lot"] if gone else ["done", "unwiped"])
    assert (wipe.result == "withdrawn") is not gone


def test_its_page_says_what_follows_and_the_history_why(manager):
    client, other = signed_in(manager.user), signed_in(UserFactory(roles=[Role.IT_TECHNICIAN]))
    ready = ready_to_leave()
    wipe = ready.device.wipes.get()
    url = reverse("secondlife:withdraw", args=[wipe.public_id])
    file = reverse("secondlife:file", args=[ready.public_id])
    assert url in client.get(file).content.decode()
    assert url not in other.get(file).content.decode()
    assert other.get(url).status_code == 409
    assert "de nouveau à effacer" in client.get(url).content.decode()
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": WHY}).url == file
    page = client.get(file).content.decode()
    assert WHY in page
    assert url not in page
    history = client.get(reverse("classrooms:device", args=[ready.device.asset_tag])).content
    said = history.decode().replace("\u00a0", " ")
    assert f"{wipe.number}. Motif : {WHY}" in said
    assert "Effacement retiré" in said
    paper = client.get(reverse("secondlife:certificate", args=[wipe.public_id]))
    assert paper.content.startswith(b"%PDF")
    assert Departure.objects.get().state == "decided"
