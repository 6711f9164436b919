"""Repairs, their parts and cost, warranty claims, faults that come back, and who sees what."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from classrooms import actions as fleet
from classrooms.models import Device, FleetEvent
from classrooms.secondlife.models import Departure
from classrooms.stock import actions as stock
from classrooms.stock.models import StockItem, StockLevel
from classrooms.workshop import actions, rules
from classrooms.workshop.models import Claim, Repair, RepairPart
from classrooms.workshop.queries.repairs import advice_for, board_for
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceFactory,
    HandOutFactory,
    HandOutItemFactory,
    SpareFactory,
)
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def cart():
    return CartFactory(filled=3)


@pytest.fixture
def technician(cart):
    return Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))


@pytest.fixture
def teacher(cart):
    return Actor(user=UserFactory(roles=[(Role.TEACHER, cart.school.uai)]))


@pytest.fixture
def depot():
    return DepotFactory()


@pytest.fixture
def screen(technician, depot):
    """Return a part of which the workshop has two, at 42 euros."""
    item = StockItem.objects.create(name="Dalle 10 pouces", kind="part", price_cents=4200)
    stock.receive(by=technician, item=item, place=depot, quantity=2, unit_cents=4200)
    return item


@pytest.fixture
def swapped(cart, technician, teacher):
    """Return a fault whose device has been swapped and lies on the bench."""
    incident, _ = fleet.report(by=teacher, device=cart.devices.get(slot=1), kind="screen")
    return fleet.swap(by=technician, incident=incident, spare=SpareFactory())


def kinds(person):
    rows = Message.objects.filter(recipient=person.user).order_by("pk")
    return list(rows.values_list("kind", flat=True))


# -- the bench ------------------------------------------------------------------------------


def test_a_swapped_device_is_mended_with_a_part_and_becomes_a_spare(
    swapped, technician, teacher, screen, depot
):
    repair = actions.open_repair(by=technician, device=swapped.device)
    assert actions.open_repair(by=technician, device=swapped.device) == repair
    assert (repair.incident, repair.school, repair.depot) == (swapped, swapped.school, depot)
    actions.move(by=technician, repair=repair, to="diagnosed", text="Dalle fendue")
    for _ in range(2):
        part = actions.use_part(by=technician, repair=repair, quantity=1, item=screen, ref="a")
    assert RepairPart.objects.get() == part
    assert StockLevel.objects.get(item=screen).quantity == 1
    with pytest.raises(RuleBroken):
        actions.use_part(by=technician, repair=repair, quantity=2, item=screen, ref="b")
    actions.log_work(by=technician, repair=repair, minutes=25, text="Dalle changée")
    actions.finish(by=technician, repair=repair, back=False)
    repair.refresh_from_db()
    hour = rules.Terms().hour_cents
    expected = 4200 + rules.labour_cents(25, hour)
    assert (repair.state, repair.cost_cents, repair.parts_cents) == ("done", expected, 4200)
    assert repair.hour_cents == hour
    device = Device.objects.get(pk=swapped.device_id)
    swapped.refresh_from_db()
    assert (device.state, swapped.state, swapped.outcome) == ("spare", "closed", "repaired")
    assert kinds(teacher) == ["fleet_device_swapped", "fleet_incident_settled"]
    assert FleetEvent.objects.filter(device=device, kind="mended").exists()
    with pytest.raises(RuleBroken):
        actions.log_work(by=technician, repair=repair, minutes=1, text="")


def test_a_part_taken_out_goes_back_to_the_stock(swapped, technician, screen):
    repair = actions.open_repair(by=technician, device=swapped.device)
    part = actions.use_part(by=technician, repair=repair, quantity=2, item=screen, ref="a")
    for _ in range(2):
        actions.put_back(by=technician, part=part)
    assert StockLevel.objects.get(item=screen).quantity == 2
    bought = actions.use_part(
        by=technician, repair=repair, quantity=1, label="Vis", unit_cents=150, ref="c"
    )
    assert bought.movement is None
    cost, _worth = advice_for(repair)
    assert (cost.parts_cents, cost.total) == (150, 150)


def test_a_part_of_a_repair_comes_back_from_the_repair_only(client, swapped, technician, screen):
    """From the stock's page, a technician of any school took it out of others' repairs."""
    repair = actions.open_repair(by=technician, device=swapped.device)
    part = actions.use_part(by=technician, repair=repair, quantity=2, item=screen, ref="a")
    back = reverse("stock:movement_back", args=[part.movement.pk])
    elsewhere = UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)])
    for person in (elsewhere, technician.user):
        sign_in_client(client, person)
        page = client.get(reverse("stock:item", args=[screen.pk])).content.decode()
        assert back not in page
        assert "retirez-la depuis sa page" in client.post(back, follow=True).content.decode()
    assert StockLevel.objects.get(item=screen).quantity == 0
    assert advice_for(repair)[0].parts_cents == part.cost_cents
    sign_in_client(client, technician.user)
    by_hand = stock.receive(by=technician, item=screen, place=part.movement.depot, quantity=1)
    used = stock.use_stock(
        by=technician, item=screen, depot=by_hand.depot, quantity=1, why="Prise murale"
    )
    client.post(reverse("stock:movement_back", args=[used.pk]))
    assert StockLevel.objects.get(item=screen).quantity == 1


def test_the_same_act_counts_a_part_once_and_not_again_once_it_is_put_back(
    swapped, technician, screen
):
    repair = actions.open_repair(by=technician, device=swapped.device)
    bought = {"label": "Vis", "unit_cents": 150, "ref": "c"}
    for _ in range(2):
        actions.use_part(by=technician, repair=repair, quantity=1, **bought)
    assert RepairPart.objects.count() == 1, "a form sent twice is paid once"
    taken = {"by": technician, "repair": repair, "quantity": 2, "item": screen, "ref": "a"}
    actions.put_back(by=technician, part=actions.use_part(**taken))
    with pytest.raises(RuleBroken):
        actions.use_part(**taken)
    assert RepairPart.objects.count() == 1
    assert StockLevel.objects.get(item=screen).quantity == 2


def test_waiting_for_a_part_stops_the_clock_of_the_fault(cart, technician, teacher):
    incident, _ = fleet.report(by=teacher, device=cart.devices.get(slot=2), kind="charging")
    repair = actions.open_repair(by=technician, device=incident.device)
    incident.refresh_from_db()
    assert (incident.state, incident.handler) == ("in_progress", technician.user)
    actions.move(by=technician, repair=repair, to="waiting_part")
    incident.refresh_from_db()
    assert incident.pause == "part"
    with pytest.raises(RuleBroken) as refused:
        actions.move(by=technician, repair=repair, to="at_supplier")
    assert refused.value.code == "quote_supplier"
    actions.quote(by=technician, repair=repair, supplier="Répar’Sud", cents=9000, ref="D-12")
    actions.move(by=technician, repair=repair, to="at_supplier")
    incident.refresh_from_db()
    assert incident.pause == "supplier"
    actions.finish(by=technician, repair=repair, back=False)
    incident.refresh_from_db()
    assert (incident.state, incident.pause) == ("closed", "")
    device = cart.devices.get(slot=2)
    assert device.state == "in_use", "mended where it stood"
    repair.refresh_from_db()
    assert repair.cost_cents == 9000


def test_a_device_in_hands_is_not_carried_off(cart, technician, depot):
    device = cart.devices.get(slot=3)
    item = HandOutItemFactory(hand_out=HandOutFactory(school=cart.school), device=device)
    with pytest.raises(RuleBroken) as refused:
        actions.open_repair(by=technician, device=device, bring=depot)
    assert refused.value.code == "handed_out"
    assert item.hand_out.holder_name in refused.value.message
    item.delete()
    repair = actions.open_repair(by=technician, device=device, bring=depot)
    device.refresh_from_db()
    assert (device.depot, device.cart, device.state) == (depot, None, "repair")
    actions.finish(by=technician, repair=repair, back=True)
    device.refresh_from_db()
    assert (device.school, device.depot, device.state) == (cart.school, None, "in_use")
    with pytest.raises(RuleBroken):
        actions.open_repair(by=technician, device=DeviceFactory(state="lost"))


def test_what_is_given_up_is_proposed_for_writing_off(swapped, technician, teacher):
    repair = actions.open_repair(by=technician, device=swapped.device)
    with pytest.raises(RuleBroken) as refused:
        actions.give_up(by=technician, repair=repair, text="")
    assert refused.value.field == "text"
    actions.give_up(by=technician, repair=repair, text="Carte mère morte")
    swapped.refresh_from_db()
    assert (swapped.state, swapped.outcome) == ("closed", "retired")
    departure = Departure.objects.get(device=swapped.device_id)
    assert departure.reason == "irreparable"
    device = Device.objects.get(pk=swapped.device_id)
    assert (device.state, device.condition) == ("repair", "damaged")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_repair_ends_once():
    cart = CartFactory(filled=1)
    depot = DepotFactory()
    by = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    repair = actions.open_repair(by=by, device=cart.devices.get(slot=1), bring=depot)

    def end(index):
        if index % 2:
            return actions.give_up(by=by, repair=repair, text="Irréparable")
        return actions.finish(by=by, repair=repair, back=False)

    results = at_once(4, end)
    assert sum(isinstance(result, Repair) for result in results) == 1
    assert {r.code for r in results if isinstance(r, RuleBroken)} == {"state"}


def test_terms_hold_from_their_day(swapped, technician):
    repair = actions.open_repair(by=technician, device=swapped.device)
    dear = rules.Terms(hour_cents=6000, share_percent=0)
    actions.decide_terms(by=technician, starts_on=clock.today(), terms=dear)
    for day in (clock.today(), clock.today() - DAY):
        with pytest.raises(RuleBroken):
            actions.decide_terms(by=technician, starts_on=day, terms=dear)
    actions.log_work(by=technician, repair=repair, minutes=30, text="")
    repair.refresh_from_db()
    cost, worth = advice_for(repair)
    assert (cost.labour_cents, worth.advice) == (3000, "replace")


# -- pages -------------------------------------------------------------------------------------


def test_the_pages_do_what_the_actions_do(
    swapped, technician, screen, client, django_assert_max_num_queries
):
    sign_in_client(client, technician.user)
    Device.objects.filter(pk=swapped.device_id).update(warranty_end=clock.today())
    tag = swapped.device.asset_tag
    sheet = client.get(reverse("classrooms:device", args=[tag])).text
    opening, claiming = (reverse(f"workshop:{n}", args=[tag]) for n in ("open", "claim_open"))
    assert opening in sheet
    assert claiming in sheet
    assert client.get(opening).status_code == 200
    client.post(opening)
    repair = Repair.objects.get()
    page = reverse("workshop:repair", args=[repair.public_id])
    assert "Il est sous garantie" in client.get(page).text

    def act(name, **data):
        return client.post(reverse("workshop:repair_act", args=[repair.public_id, name]), data)

    assert act("part", quantity="1", ref=uuid.uuid4()).status_code == 409
    assert act("part", item=screen.pk, quantity="1", ref=uuid.uuid4()).status_code == 302
    assert act("part", item=screen.pk, quantity="9", ref=uuid.uuid4()).status_code == 409
    assert act("work", minutes="x").status_code == 422
    assert act("move", to="diagnosed").status_code == 409
    assert act("move", to="diagnosed", text="Dalle").status_code == 302
    assert act("quote", supplier="Ici", price="12,50").status_code == 302
    assert act("nonsense").status_code == 404
    for name in ("ticket",):
        paper = client.get(reverse(f"workshop:{name}", args=[repair.public_id]))
        assert paper.content.startswith(b"%PDF")
    client.post(claiming, {"fault": "Écran mort"})
    claim = Claim.objects.get()
    letter = client.get(reverse("workshop:claim_letter", args=[claim.public_id]))
    assert letter.content.startswith(b"%PDF")
    today = clock.today().isoformat()
    client.post(reverse("workshop:claim_send", args=[claim.public_id]), {"sent_on": today})
    answer = reverse("workshop:claim_answer", args=[claim.public_id])
    assert client.post(answer, {"answer": "replaced"}).status_code == 422
    assert client.post(answer, {"answer": "refused"}).status_code == 409
    assert client.post(answer, {"answer": "mended"}).status_code == 302
    assert act("finish", back="1").status_code == 302
    table = client.get(reverse("workshop:ended_csv")).content.decode("utf-8-sig")
    assert tag in table
    for name in ("board", "ended", "claims", "faults"):
        with django_assert_max_num_queries(14):
            assert client.get(reverse(f"workshop:{name}")).status_code == 200
    assert client.get(reverse("workshop:terms")).status_code == 403


def test_terms_are_decided_by_managers(client):
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    url = reverse("workshop:terms")
    form = {
        "starts_on": clock.today().isoformat(),
        "hour": "40,00",
        "share_percent": "50",
        "floor_percent": "5",
        "claim_days": "10",
        "alert_min": "4",
        "alert_percent": "3",
    }
    assert client.post(url, form).status_code == 302
    assert "40,00" in client.get(url).text
    assert client.post(url, form).status_code == 409
    assert client.get(reverse("workshop:faults")).status_code == 200


def test_a_technician_of_another_school_meets_nothing(swapped, technician, client):
    Device.objects.filter(pk=swapped.device_id).update(warranty_end=clock.today())
    device = Device.objects.get(pk=swapped.device_id)
    repair = actions.open_repair(by=technician, device=device)
    claim = actions.open_claim(by=technician, device=device, fault="Mort")
    stranger = UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)])
    sign_in_client(client, stranger)
    pages = [
        reverse("workshop:open", args=[device.asset_tag]),
        reverse("workshop:claim_open", args=[device.asset_tag]),
        *(reverse(f"workshop:{n}", args=[repair.public_id]) for n in ("repair", "ticket")),
        *(reverse(f"workshop:{n}", args=[claim.public_id]) for n in ("claim", "claim_letter")),
    ]
    assert [url for url in pages if client.get(url).status_code != 404] == []
    posts = [
        reverse("workshop:repair_act", args=[repair.public_id, "finish"]),
        reverse("workshop:part_back", args=[repair.public_id]),
        *(
            reverse(f"workshop:{n}", args=[claim.public_id])
            for n in ("claim_send", "claim_answer", "claim_withdraw")
        ),
        reverse("workshop:open", args=[device.asset_tag]),
        reverse("workshop:claim_open", args=[device.asset_tag]),
    ]
    assert [url for url in posts if client.post(url).status_code != 404] == []
    lists = ("board", "ended", "ended_csv", "claims", "faults")
    urls = [reverse(f"workshop:{name}") + f"?q={device.asset_tag[-5:]}" for name in lists]
    urls.append(reverse("classrooms:device", args=[device.asset_tag]))
    for url in urls:
        text = client.get(url).text
        assert str(repair.public_id) not in text, url
        assert str(claim.public_id) not in text, url
        assert swapped.school.name not in text, url
    assert not any(rows for _state, rows in board_for(stranger))
    assert any(rows for _state, rows in board_for(technician.user))
    repair.refresh_from_db()
    assert repair.state == "received"
