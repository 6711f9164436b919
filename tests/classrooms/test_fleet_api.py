"""Transfers, stock, second life and September through the API, each within its school."""

import datetime as dt

import pytest

from classrooms.lending.actions.transfers import plan_transfer
from classrooms.models import Incident
from classrooms.season import actions as season
from classrooms.season import queries
from classrooms.secondlife.models import LotLine
from classrooms.stock import actions as stock
from classrooms.stock.models import StockMovement
from core import clock
from core.accounts.roles import Role
from core.journal import SYSTEM, Actor
from core.partners import issue
from enrolment.schools.models import SchoolYear
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DepotFactory, DeviceFactory
from tests.factories.schools import SchoolFactory
from tests.factories.secondlife import DepartureFactory, LotFactory, ready_to_leave
from tests.factories.stock import StockItemFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
API, JSON = "/api/v1", "application/json"


@pytest.fixture
def partner():
    def make(*scopes, role=Role.IT_MANAGER):
        issued = issue(
            by=SYSTEM,
            name="GLPI",
            scopes=list(scopes),
            role=role,
            expires_at=clock.now() + dt.timedelta(days=1),
        )
        return {"authorization": f"Bearer {issued.secret}"}

    return make


@pytest.fixture
def journey():
    """Three devices of a school, about to leave for another one."""
    home, there = SchoolFactory(), SchoolFactory()
    devices = [DeviceFactory(school=home) for _ in range(3)]
    return plan_transfer(by=SYSTEM, devices=devices, to_school=there, reason="Rentrée")


def technician(school):
    return UserFactory(roles=[(Role.IT_TECHNICIAN, school.uai)])


def test_a_partner_sends_a_transfer_off_and_hands_it_over_once(client, journey, partner):
    url, read, write = f"{API}/fleet-transfers", partner("fleet:read"), partner("fleet:write")
    (shown,) = client.get(url, headers=read).json()["items"]
    assert (shown["id"], shown["devices"], shown["state"]) == (str(journey.public_id), 3, "planned")
    assert shown["destination"]["code"] == journey.to_school.uai
    one = f"{url}/{journey.public_id}"
    assert client.post(f"{one}/dispatch", headers=read).status_code == 403, "reading only"
    once = write | {"idempotency-key": "tour-1"}
    sent = client.post(f"{one}/dispatch", headers=once)
    assert (sent.status_code, sent.json()["state"]) == (200, "dispatched")
    assert client.post(f"{one}/dispatch", headers=once).json() == sent.json(), "asked twice"
    late = client.post(f"{one}/dispatch", headers=write)
    assert (late.status_code, late.json()["code"]) == (409, "state")
    first, second, _third = (item["asset_tag"] for item in sent.json()["items"])
    broken = {"asset_tag": first, "outcome": "damaged"}
    for body, code in (
        ({"items": [broken]}, "changed"),
        ({"items": [broken, broken], "others": "good"}, "twice"),
        ({"items": [broken | {"asset_tag": "AILLEURS"}], "others": "good"}, "not_in"),
    ):
        refused = client.post(f"{one}/receive", body, content_type=JSON, headers=write)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    body = {"items": [broken, {"asset_tag": second, "outcome": "missing"}], "others": "good"}
    done = client.post(f"{one}/receive", body, content_type=JSON, headers=write).json()
    assert done["state"] == "received"
    assert [item["outcome"] for item in done["items"]] == ["damaged", "missing", "good"]
    assert set(Incident.objects.values_list("device__asset_tag", "kind")) == {
        (first, "other"),
        (second, "lost"),
    }


def test_transfers_are_sent_by_where_they_leave_and_received_by_where_they_arrive(client, journey):
    one, everything = f"{API}/fleet-transfers/{journey.public_id}", {"others": "good"}
    sender, receiver = technician(journey.from_school), technician(journey.to_school)
    head = UserFactory(roles=[(Role.HEAD_TEACHER, journey.to_school.uai)])

    def answers(person):
        sign_in_client(client, person)
        return [
            len(client.get(f"{API}/fleet-transfers").json()["items"]),
            client.get(one).status_code,
            client.post(f"{one}/dispatch").status_code,
            client.post(f"{one}/receive", everything, content_type=JSON).status_code,
        ]

    assert answers(technician(SchoolFactory())) == [0, 404, 404, 404]
    assert answers(receiver) == [1, 200, 404, 409], "it has not left"
    assert answers(sender) == [1, 200, 200, 404]
    assert answers(head) == [1, 200, 403, 200]
    sign_in_client(client, UserFactory(roles=[(Role.TEACHER, journey.to_school.uai)]))
    assert client.get(f"{API}/fleet-transfers").status_code == 403


def test_stock_is_read_and_moved_where_one_works(client, partner):
    item, school, theirs = StockItemFactory(), SchoolFactory(), SchoolFactory()
    DepotFactory(code="ATELIER")
    stock.receive(by=SYSTEM, item=item, place=theirs, quantity=9)
    sign_in_client(client, technician(school))
    url = f"{API}/fleet-stock"

    def post(**body):
        sent = {"item": item.pk, "kind": "received", "quantity": 5} | body
        return client.post(f"{url}/movements", sent, content_type=JSON)

    assert post(school_uai=theirs.uai).status_code == 404
    assert post(school_uai=school.uai, depot="ATELIER").json()["code"] == "place"
    for _ in range(2):
        answer = post(depot="ATELIER", unit_cents=1500, ref="glpi-7")
    assert (answer.status_code, answer.json()["quantity"]) == (201, 5), "a reference moves once"
    assert post(school_uai=school.uai, quantity=2).status_code == 201
    assert post(school_uai=school.uai, kind="used").json()["code"] == "place"
    assert post(depot="ATELIER", kind="used", quantity=6, why="x").json()["code"] == "stock_short"
    assert post(depot="ATELIER", kind="used", why="Écran").json()["quantity"] == 0
    assert post(school_uai=school.uai, kind="counted", quantity=3).json()["quantity"] == 3
    seen = client.get(f"{url}/levels").json()["items"]
    assert {(row["school_uai"], row["depot"], row["quantity"]) for row in seen} == {
        (school.uai, None, 3),
        (None, "ATELIER", 0),
    }
    moved = client.get(f"{url}/movements", {"item": item.pk}).json()["items"]
    assert [(row["kind"], row["quantity"]) for row in moved] == [
        ("received", 5),
        ("received", 2),
        ("used", -5),
        ("counted", 1),
    ]
    assert moved[0]["unit_cents"] == 1500
    client.logout()
    read = partner("fleet:read")
    assert len(client.get(f"{url}/levels", headers=read).json()["items"]) == 3
    since = {"since": (clock.now() + dt.timedelta(hours=1)).isoformat()}
    assert client.get(f"{url}/movements", since, headers=read).json()["items"] == []
    body = {"item": item.pk, "kind": "used", "quantity": 1, "depot": "ATELIER"}
    refused = client.post(f"{url}/movements", body, content_type=JSON, headers=read)
    assert refused.status_code == 403
    assert StockMovement.objects.count() == 5


def test_a_partner_reads_what_leaves_and_the_rates(client, partner, django_assert_max_num_queries):
    gone, lot = ready_to_leave(), LotFactory(state="accepted")
    LotLine.objects.create(lot=lot, device=gone.device, wipe=gone.device.wipes.get())
    school = SchoolFactory()
    mine = DepartureFactory(device=DeviceFactory(school=school))
    theirs = DepartureFactory(device=DeviceFactory())
    url, read = f"{API}/fleet-second-life", partner("fleet:read")

    def departing(**options):
        rows = client.get(f"{url}/departures", **options).json()["items"]
        return {row["asset_tag"] for row in rows}

    assert departing(headers=read) == {row.device.asset_tag for row in (gone, mine, theirs)}
    assert departing(data={"state": "decided"}, headers=read) == {gone.device.asset_tag}
    with django_assert_max_num_queries(14):
        (shown,) = client.get(f"{url}/lots", headers=read).json()["items"]
    assert (shown["number"], shown["devices"]) == (lot.number, [gone.device.asset_tag])
    this_year = client.get(f"{url}/reuse", headers=read).json()[0]
    assert this_year["year"] == clock.today().year
    assert this_year["decree_stock"] == this_year["given"] == 0
    sign_in_client(client, technician(school))
    tags = departing()
    assert mine.device.asset_tag in tags
    assert theirs.device.asset_tag not in tags
    assert client.get(f"{url}/reuse").status_code == 403
    sign_in_client(client, UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)]))
    assert client.get(f"{url}/departures").status_code == 403


def test_how_far_september_is_by_school(client, partner):
    url, read = f"{API}/fleet-season", partner("fleet:read")
    assert client.get(url, headers=read).status_code == 404
    here, there = CartFactory(filled=1).school, CartFactory(filled=1).school
    start = queries.today_year()
    days = {"starts_on": dt.date(start, 9, 1), "ends_on": dt.date(start + 1, 7, 3)}
    year = SchoolYear.objects.get_or_create(start_year=start, defaults=days)[0]
    season.start(by=Actor(UserFactory(roles=[Role.IT_MANAGER])), school_year=year)
    told = client.get(url, headers=read).json()
    assert {row["school_uai"] for row in told["schools"]} == {here.uai, there.uai}
    assert told["schools"][0]["steps"][0] == {"key": "classes", "done_at": None, "figures": {}}
    assert not any(row["complete"] for row in told["schools"])
    sign_in_client(client, technician(here))
    assert [row["school_uai"] for row in client.get(url).json()["schools"]] == [here.uai]
