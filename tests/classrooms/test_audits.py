"""Counting what is really there: scope, scans told twice or out of order, moves, closing."""

import json
import uuid

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classrooms import actions as fleet
from classrooms.audits import actions
from classrooms.audits.actions import Act
from classrooms.audits.models import Audit, AuditLine, Scan
from classrooms.audits.queries.finding import thing_named
from classrooms.audits.queries.standing import standing_of
from classrooms.audits.rules import readings
from classrooms.lending.actions.transfers import dispatch, plan_transfer
from classrooms.models import Device, FleetEvent, Incident
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DeviceFactory,
    HandOutFactory,
    HandOutItemFactory,
    SpareFactory,
)
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart():
    return CartFactory(filled=5, slots=6)


@pytest.fixture
def technician(cart):
    return UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])


@pytest.fixture
def by(technician):
    return Actor(user=technician)


@pytest.fixture
def audit(by, cart):
    return actions.open_audit(by=by, cart=cart)[0]


def scan(by, audit, *texts):
    acts = [Act(uuid.uuid4(), number=n, text=text) for n, text in enumerate(texts)]
    return acts, actions.record_acts(by=by, audit=audit, acts=acts)


def looks(audit):
    return [place.look for place in standing_of(audit).places]


def close(by, audit, lost=()):
    missing = {device.pk for device in standing_of(audit).due}
    return actions.close_audit(by=by, audit=audit, missing=missing, lost=lost)


def test_a_device_is_known_by_its_label_its_number_its_serial_and_a_misread_keyboard(
    cart, technician
):
    device = cart.devices.get(slot=2)
    Device.objects.filter(pk=device.pk).update(asset_tag="PM-26-00751", serial="0QAZ12X")
    for text in (
        f"https://escale.example/parc/e/{device.label_token}/",
        "pm-26-00751",
        "0qaz-12 x",
        "P?)é-)àà/(&".replace("-", "-").replace("/", "è"),
    ):
        assert thing_named(technician, text) == device, text
    assert thing_named(technician, f"/parc/e/{cart.label_token}/") == cart
    assert thing_named(technician, cart.code.lower()) == cart
    assert readings("\x00 ") == []


def test_what_is_anothers_and_what_does_not_exist_are_answered_alike(client, technician):
    theirs = CartFactory(filled=1)
    foreign = theirs.devices.get(slot=1)
    sign_in_client(client, technician)

    def answer(code):
        page = client.get(reverse("audits:find"), {"code": code}).content.decode()
        return page.replace(code, "CODE")

    codes = (foreign.asset_tag, foreign.serial, f"/e/{foreign.label_token}/", theirs.code)
    assert {answer(code) for code in codes} == {answer("PM-99-99999")}


def test_slots_turn_green_and_what_belongs_elsewhere_is_told(by, audit, cart):
    other = CartFactory(school=cart.school, filled=1).devices.get(slot=1)
    one, two = cart.devices.order_by("slot")[:2]
    _acts, answers = scan(by, audit, one.serial, two.asset_tag, two.serial, other.asset_tag, "ZZ9")
    assert [a.result for a in answers] == ["here", "here", "again", "elsewhere", "unknown"]
    assert looks(audit) == ["seen", "seen", "due", "due", "due", "empty"]
    standing = standing_of(audit)
    assert [s.device for s in standing.elsewhere] == [other]
    assert [s.text for s in standing.unknown] == ["ZZ9"]
    # The cart's own label is no device: it is said so, and not kept.
    assert scan(by, audit, f"/e/{cart.label_token}/")[1][0].result == "refused"
    # Nothing is told of the fleet before the count is closed.
    assert not FleetEvent.objects.exists()


def test_one_tap_moves_it_here_and_nothing_can_be_moved_from_another_school(by, audit, cart):
    other = CartFactory(school=cart.school, filled=1).devices.get(slot=1)
    foreign = CartFactory(filled=1).devices.get(slot=1)
    acts, _answers = scan(by, audit, other.asset_tag, foreign.asset_tag)
    moves = [Act(act.scan, "move", 9) for act in acts]
    answers = actions.record_acts(by=by, audit=audit, acts=moves * 2)
    assert [a.result for a in answers] == ["moved", "refused", "moved", "refused"]
    other.refresh_from_db()
    foreign.refresh_from_db()
    assert (other.cart, other.slot) == (cart, 6)
    assert foreign.cart != cart
    assert [e.kind for e in other.events.order_by("pk")] == ["moved"]
    assert close(by, audit).lines.get(device=other).verdict == AuditLine.Verdict.MOVED
    assert other.events.count() == 1, "moved says it all"


def test_a_full_cart_gives_the_place_of_one_that_nobody_saw(by, cart):
    DeviceFactory(cart=cart, slot=6, school=None)
    audit, _new = actions.open_audit(by=by, cart=cart)
    spare = SpareFactory()
    seen = cart.devices.get(slot=6)
    (_first, act), _answers = scan(by, audit, seen.asset_tag, spare.asset_tag)
    actions.record_acts(by=by, audit=audit, acts=[Act(act.scan, "move")])
    spare.refresh_from_db()
    assert (spare.cart, spare.slot, spare.state) == (cart, 5, "in_use")
    gone = Device.objects.get(school=cart.school)
    assert gone.cart is None
    assert gone in standing_of(audit).due, "it is still looked for"
    every = [device.asset_tag for device in cart.devices.order_by("slot")]
    scan(by, audit, *every)
    act = Act(uuid.uuid4(), text=gone.asset_tag)
    answers = actions.record_acts(by=by, audit=audit, acts=[act, Act(act.scan, "move", 1)])
    assert answers[1].result == "refused"
    assert "plein" in answers[1].message


def test_closing_marks_each_device_once_and_opens_what_is_asked_for(by, audit, cart):
    devices = list(cart.devices.order_by("slot"))
    lost_before = devices[0]
    fleet.report(by=by, device=lost_before, kind="lost")
    scan(by, audit, devices[0].asset_tag, devices[1].asset_tag, devices[2].asset_tag)
    with pytest.raises(RuleBroken) as refused:
        actions.close_audit(by=by, audit=audit, missing={devices[3].pk})
    assert refused.value.code == "changed"
    closed = close(by, audit, lost={devices[3].pk, devices[1].pk})
    assert closed.state == Audit.State.CLOSED
    kinds = {d: [e.kind for e in d.events.order_by("pk")] for d in devices}
    assert kinds[devices[0]] == ["reported", "settled"]
    assert kinds[devices[1]] == kinds[devices[2]] == ["seen"]
    assert kinds[devices[3]] == ["missed", "reported"]
    assert kinds[devices[4]] == ["missed"]
    lost_before.refresh_from_db()
    assert lost_before.state == "in_use"
    assert Incident.objects.open().get().device == devices[3]
    verdicts = dict(closed.lines.values_list("slot", "verdict"))
    assert verdicts == {1: "here", 2: "here", 3: "here", 4: "missing", 5: "missing"}
    with pytest.raises(RuleBroken):
        close(by, audit)
    _acts, answers = scan(by, audit, devices[4].asset_tag)
    assert answers[0].result == "refused"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 9), max_size=8))
def test_any_order_and_repetition_of_a_sending_gives_the_same_count(by, cart, rng, again):
    devices = list(cart.devices.order_by("slot")[:5])
    stray = Device.objects.filter(serial="STRAY")
    other = stray.first() or DeviceFactory(school=cart.school, serial="STRAY")
    stray.update(cart=None, slot=None, school=cart.school)
    audit, _new = actions.open_audit(by=by, cart=cart)
    ids = [uuid.uuid5(audit.public_id, str(n)) for n in range(6)]
    texts = [*(d.asset_tag for d in devices[:3]), devices[0].serial, other.asset_tag, "INCONNU"]
    acts = [
        Act(pk, number=n, text=text) for n, (pk, text) in enumerate(zip(ids, texts, strict=True))
    ]
    acts += [Act(ids[1], "undo", 6), Act(ids[3], "undo", 7), Act(ids[4], "move", 8),
             Act(ids[5], "undo", 9)]  # fmt: skip
    sent = [*acts, *(acts[index] for index in again)]
    rng.shuffle(sent)
    actions.record_acts(by=by, audit=audit, acts=sent)
    state = ["seen", "due", "seen", "due", "due", "moved"]
    assert looks(audit) == state
    # The network cuts a sending in two and repeats it: nothing changes.
    middle = rng.randrange(len(sent))
    for part in (sent[middle:], sent[:middle]):
        actions.record_acts(by=by, audit=audit, acts=part)
    assert looks(audit) == state
    assert not standing_of(audit).unknown
    assert audit.scans.count() == len(ids)
    actions.drop_audit(by=by, audit=audit)


def test_taking_back_a_scan_that_has_not_come_in_yet_holds(by, audit, cart):
    act = Act(uuid.uuid4(), text=cart.devices.get(slot=1).asset_tag)
    actions.record_acts(by=by, audit=audit, acts=[Act(act.scan, "undo")])
    answers = actions.record_acts(by=by, audit=audit, acts=[act])
    assert answers[0].result == "undone"
    assert looks(audit)[0] == "due"


def test_what_is_with_somebody_or_on_its_way_is_neither_missing_nor_moved(by, audit, cart):
    out, leaving, stays = cart.devices.order_by("slot")[:3]
    HandOutItemFactory(hand_out=HandOutFactory(cart=None), device=out)
    depot = SpareFactory().depot
    transfer = plan_transfer(by=by, devices=[leaving], to_depot=depot, reason="surplus")
    dispatch(by=by, transfer=transfer)
    other = CartFactory(school=cart.school)
    assert looks(audit)[:3] == ["away", "away", "due"]
    elsewhere, _new = actions.open_audit(by=by, cart=other)
    for device, result in ((out, "refused"), (leaving, "refused"), (stays, "moved")):
        act = Act(uuid.uuid4(), text=device.asset_tag)
        acts = [act, Act(act.scan, "move", 1)]
        answers = actions.record_acts(by=by, audit=elsewhere, acts=acts)
        assert answers[1].result == result, device.asset_tag
    assert close(by, audit).lines.filter(verdict="away").count() == 2


def test_what_a_school_has_outside_carts_is_counted_too(by, cart):
    loose, _other = DeviceFactory.create_batch(2, school=cart.school)
    audit, is_new = actions.open_audit(by=by, school=cart.school)
    assert is_new
    assert not actions.open_audit(by=by, school=cart.school)[1]
    scan(by, audit, loose.asset_tag, cart.devices.get(slot=1).asset_tag)
    standing = standing_of(audit)
    assert (standing.seen, len(standing.due), len(standing.elsewhere)) == (1, 1, 1)


def test_pages_of_anothers_count_do_not_exist(client, audit):
    stranger = UserFactory(roles=[(Role.IT_TECHNICIAN, CartFactory().school.uai)])
    sign_in_client(client, stranger)
    for name in ("audit", "close", "report"):
        assert client.get(reverse(f"audits:{name}", args=[audit.public_id])).status_code == 404
    body = json.dumps({"acts": [{"scan": str(uuid.uuid4()), "text": "X"}]})
    url = reverse("audits:acts", args=[audit.public_id])
    assert client.post(url, body, content_type="application/json").status_code == 404
    assert client.post(reverse("audits:drop", args=[audit.public_id])).status_code == 404
    client.post(reverse("audits:start"), {"cart": audit.cart.code})
    assert Audit.objects.get() == audit
    assert audit.cart.code not in client.get(reverse("audits:audits")).content.decode()


def test_a_form_without_javascript_scans_once_however_often_it_is_sent(client, technician, cart):
    sign_in_client(client, technician)
    where = client.post(reverse("audits:start"), {"cart": f"/parc/e/{cart.label_token}/"})
    sent = {"kind": "scan", "scan": str(uuid.uuid4()), "code": cart.devices.get(slot=1).serial}
    for _ in range(2):
        assert client.post(where.url, sent).status_code == 302
    assert Scan.objects.count() == 1
    assert "1<span" in client.get(where.url).content.decode()
    missing = [str(d.pk) for d in standing_of(Audit.objects.get()).due]
    closing = reverse("audits:close", args=[Audit.objects.get().public_id])
    assert client.post(closing, {"missing": missing[1:]}).status_code == 409
    done = client.post(closing, {"missing": missing, "lost": missing[:1]}, follow=True)
    assert "4 appareils manquent" in done.content.decode()


def test_a_count_asks_few_queries(client, technician, cart, django_assert_max_num_queries):
    by = Actor(user=technician)
    audit, _new = actions.open_audit(by=by, cart=cart)
    scan(by, audit, *cart.devices.values_list("asset_tag", flat=True))
    sign_in_client(client, technician)
    with django_assert_max_num_queries(16):
        client.get(reverse("audits:audit", args=[audit.public_id]))
    with django_assert_max_num_queries(8):
        client.get(reverse("audits:find"), {"code": cart.devices.get(slot=1).asset_tag})


def test_a_stolen_device_that_is_seen_stays_so_and_the_manager_is_told(client, by, cart, audit):
    """It was looked for, too: closing must not take it for a lost one that serves again."""
    manager = UserFactory(roles=[Role.IT_MANAGER])
    device = cart.devices.get(slot=2)
    lost, _ = fleet.report(by=by, device=device, kind="lost")
    fleet.close(by=by, incident=lost, outcome="stolen")
    fleet.report(by=by, device=device, kind="lost")
    scan(by, audit, *cart.devices.values_list("asset_tag", flat=True))
    sign_in_client(client, by.user)
    assert "est déclaré volé" in client.get(reverse("audits:audit", args=[audit.public_id])).text
    close = client.get(reverse("audits:close", args=[audit.public_id]))
    assert "le responsable du parc sera prévenu" in close.text
    actions.close_audit(by=by, audit=audit, missing=())
    device.refresh_from_db()
    assert device.state == Device.State.STOLEN
    assert Message.objects.filter(recipient=manager, kind="fleet_stolen_seen").count() == 1
    page = reverse("classrooms:device_found", args=[device.asset_tag])
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)]))
    assert client.post(page).status_code == 404, "a technician of elsewhere finds nothing here"
    sign_in_client(client, by.user)
    found = client.post(page, follow=True)
    assert "Faites-le vérifier" in found.text
    device.refresh_from_db()
    assert device.state == Device.State.BROKEN, "nobody works with it before it is checked"
    assert not Incident.objects.open().filter(device=device).exists()
    assert client.post(page).status_code == 409, "once is enough"


def test_a_lost_device_without_a_ticket_is_found_and_serves(by, cart):
    device = cart.devices.get(slot=3)
    lost, _ = fleet.report(by=by, device=device, kind="lost")
    fleet.close(by=by, incident=lost, outcome="not_found")
    assert fleet.found_again(by=by, device=device).state == Device.State.IN_USE
    last = FleetEvent.objects.filter(device=device).latest("pk")
    assert (last.kind, last.changes["state"]) == (FleetEvent.Kind.SEEN, ["lost", "in_use"])


def test_a_full_cart_says_that_somebody_has_what_was_not_seen(by, cart):
    full = CartFactory(school=cart.school, filled=2, slots=2)
    out = HandOutFactory(school=cart.school, cart=full)
    for device in full.devices.all():
        HandOutItemFactory(hand_out=out, device=device)
    count = actions.open_audit(by=by, cart=full)[0]
    acts, _ = scan(by, count, cart.devices.get(slot=1).asset_tag)
    move = Act(acts[0].scan, kind="move", number=9)
    answer = actions.record_acts(by=by, audit=count, acts=[move])[0]
    assert answer.result == "refused"
    assert "remis à quelqu’un" in answer.message
