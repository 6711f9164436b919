"""Plans and forecasts: one drafts, another approves, transfers leave once; figures to the cent."""

import datetime as dt
from contextlib import suppress
from functools import partial
from io import BytesIO
from threading import Barrier, BrokenBarrierError

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from classrooms.lending.models import Transfer
from classrooms.models import Device, DeviceModel
from classrooms.planning import actions
from classrooms.planning.actions import sending
from classrooms.planning.models import Forecast, Plan
from classrooms.planning.queries.needs import city_needs, packed, unpacked
from classrooms.planning.queries.results import result_of
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets import read_table
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceCategoryFactory,
    DeviceFactory,
    IncidentFactory,
    SpareFactory,
)
from tests.factories.schools import RollEntryFactory, SchoolFactory
from tests.people import sign_in_client
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return UserFactory(roles=[Role.IT_MANAGER])


@pytest.fixture
def other():
    return UserFactory(roles=[Role.ADMINISTRATOR])


def a_school(pupils, **fields):
    school = SchoolFactory(**fields)
    for _ in range(pupils):
        RollEntryFactory(school=school)
    return school


@pytest.fixture
def city():
    """Two schools in need, one of them without an index, and one without pupils."""
    rich = a_school(2, name="B", priority="", position_index=1300)
    poor = a_school(3, name="A", priority="REP+", position_index=700)
    SchoolFactory(name="C", position_index=None)
    DeviceFactory(school=rich, purchased_on=clock.today() - dt.timedelta(days=1000))
    IncidentFactory(device=Device.objects.get())
    return poor, rich


def draft(by, devices=5, **fields):
    plan = actions.create_plan(
        by=Actor(by), name="Rentrée", category=DeviceCategoryFactory(), devices=devices
    )
    return actions.change_plan(by=Actor(by), plan=plan, **fields) if fields else plan


def approved(by, other, devices=5, **fields):
    plan = actions.freeze_plan(by=Actor(by), plan=draft(by, devices, **fields))
    return actions.decide_plan(by=Actor(other), plan=plan, approve=True)


def test_the_planner_reads_the_city_as_it_is(city, django_assert_num_queries):
    with django_assert_num_queries(4):
        needs = {need.name: need for need in city_needs(clock.today())}
    assert (needs["A"].pupils, needs["A"].devices, needs["A"].age_days) == (3, 0, None)
    found = needs["B"]
    assert (found.devices, found.position, found.age_days, found.faults) == (1, 1300, 1000, 1)
    assert needs["C"].position is None
    assert unpacked(packed([found])) == [found]


def test_a_frozen_plan_keeps_its_figures_while_the_city_moves_on(city, manager):
    plan = actions.freeze_plan(by=Actor(manager), plan=draft(manager))
    before = plan.shares
    assert list(before) == [city[0].uai, city[1].uai], "neediest first"
    for _ in range(9):
        DeviceFactory(school=city[0])
    plan.refresh_from_db()
    assert result_of(plan, clock.today()).allocation.shares == before == plan.shares
    assert plan.digest == actions.digest_of(plan.asked, plan.snapshot)
    with pytest.raises(RuleBroken, match="figée"):
        actions.change_plan(by=Actor(manager), plan=plan, devices=9)


@pytest.mark.parametrize(
    "change",
    [{"devices": 9}, {"snapshot": {}}, {"digest": "x"}, {"excluded": ["a"]}, {"state": "draft"}],
)
def test_the_database_itself_lets_nothing_of_it_change(city, manager, change):
    plan = actions.freeze_plan(by=Actor(manager), plan=draft(manager))
    rows = Plan.objects.filter(pk=plan.pk)
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        rows.update(**change)
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        rows.delete()
    assert rows.update(author=None) == 1, "its people may be forgotten"


def test_four_eyes_decide(city, manager, other):
    plan = actions.freeze_plan(by=Actor(manager), plan=draft(manager))
    with pytest.raises(RuleBroken, match="autre personne"):
        actions.decide_plan(by=Actor(manager), plan=plan, approve=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(
            state="approved", decided_by=manager, decided_at=clock.now()
        )
    with pytest.raises(RuleBroken, match="pourquoi"):
        actions.decide_plan(by=Actor(other), plan=plan, approve=False)
    sent_back = actions.decide_plan(by=Actor(other), plan=plan, approve=False, reason="Trop peu")
    copy = actions.copy_plan(by=Actor(other), plan=sent_back)
    assert (copy.state, copy.author, copy.wish) == ("draft", other, plan.wish)
    with pytest.raises(RuleBroken, match="quelqu’un d’autre"):
        actions.freeze_plan(by=Actor(manager), plan=copy)


def test_an_approved_plan_leaves_once_as_far_as_the_shelf_goes(city, manager, other):
    poor, rich = city
    plan = approved(manager, other, devices=5)
    shares = plan.shares
    for _ in range(shares[poor.uai]):
        SpareFactory()
    SpareFactory(condition="damaged"), DeviceFactory(school=None, depot=DepotFactory())
    first = actions.send_plan(by=Actor(manager), plan=plan)
    assert [t.to_school for t in first.planned] == [poor]
    assert first.waiting == [rich.uai]
    again = actions.send_plan(by=Actor(manager), plan=plan)
    assert (again.planned, again.waiting) == ([], [rich.uai]), "what is promised is gone"
    for _ in range(shares[rich.uai]):
        SpareFactory()
    assert len(actions.send_plan(by=Actor(other), plan=plan).planned) == 1
    carried = {t.to_school.uai: t.items.count() for t in Transfer.objects.all()}
    assert carried == shares


def test_whole_carts_leave_before_pieces(city, manager, other):
    depot = DepotFactory()
    cart = CartFactory(school=None, depot=depot, filled=15)
    half = CartFactory(school=None, depot=depot, filled=14)
    plan = approved(manager, other, devices=40, lot=15, high=15)
    assert sorted(plan.shares.values()) == [15, 15]
    done = actions.send_plan(by=Actor(manager), plan=plan)
    assert [c.cart for t in done.planned for c in t.carts.all()] == [cart]
    assert len(done.waiting) == 1, "fourteen are no cart of fifteen"
    for _ in range(15):
        SpareFactory(depot=depot)
    actions.send_plan(by=Actor(manager), plan=plan)
    assert Transfer.objects.filter(carts__isnull=True).get().items.count() == 15
    assert not half.transfers.exists()


def test_only_what_is_approved_is_sent(city, manager):
    plan = actions.freeze_plan(by=Actor(manager), plan=draft(manager))
    with pytest.raises(RuleBroken, match="approuvée"):
        actions.send_plan(by=Actor(manager), plan=plan)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_plan_each_transfer_once(manager, other):
    school = a_school(2)
    plan = approved(manager, other, devices=2)
    for _ in range(8):
        SpareFactory()

    def send(user):
        actions.send_plan(by=Actor(user), plan=Plan.objects.get(pk=plan.pk))

    assert together(partial(send, manager), partial(send, other)) == [None, None]
    assert Transfer.objects.get().to_school == school
    assert Transfer.objects.get().items.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_plans_sent_at_once_take_turns(manager, other, monkeypatch):
    """One begins with what the other one ends with: each would wait for the other for ever."""
    one, two = a_school(2, position_index=700), a_school(2, position_index=1200)
    near, far = DepotFactory(code="PRES"), DepotFactory(code="LOIN")
    SpareFactory.create_batch(2, depot=near)
    CartFactory(school=None, depot=far, filled=15)
    SpareFactory(depot=far)
    plans = [approved(manager, other, devices=40, lot=lot, high=15) for lot in (1, 15)]
    wished = [{one.uai: 2, two.uai: 1}, {one.uai: 16, two.uai: 2}]
    shares = {plan.pk: share for plan, share in zip(plans, wished, strict=True)}
    monkeypatch.setattr(Plan, "shares", property(lambda plan: shares[plan.pk]))
    met, real = Barrier(2), sending.plan_transfer

    def then_wait(**wish):
        planned = real(**wish)
        with suppress(BrokenBarrierError):
            met.wait(timeout=0.5)
        return planned

    monkeypatch.setattr(sending, "plan_transfer", then_wait)
    send = partial(actions.send_plan, by=Actor(manager))
    done = together(*(partial(send, plan=plan) for plan in plans))
    first, second = sorted(done, key=lambda result: -len(result.planned))
    assert (len(first.planned), first.waiting) == (2, [])
    assert len(second.planned) + len(second.waiting) == 2
    assert second.waiting, "what is promised is gone"


def test_a_plan_is_drafted_weighed_and_explained_on_its_page(client, city, manager, other):
    sign_in_client(client, manager)
    rich, category = city[1], DeviceCategoryFactory()
    form = {"name": "Rentrée", "category": category.pk, "devices": "5"}
    page = client.post(reverse("planning:plans"), form).url
    plan = Plan.objects.get()
    text = client.get(page).content.decode()
    for said in ("aucun appareil pour 3 élèves", "Somme des poids : 100", "REP+"):
        assert said in text.replace("\u00a0", " "), said
    change = reverse("planning:plan_change", args=[plan.public_id])
    told = client.post(change, {"preset": "bare"}, follow=True)
    assert told.redirect_chain[0][0] == page
    assert "Poids changés" in told.content.decode()
    assert 'href="#reglages"' in told.content.decode()
    plan.refresh_from_db()
    assert plan.weights["pupils"] == 70
    fields = {"name": "R", "devices": "6", "lot": "1", "low": "4", "high": "2", "schools": "0"}
    weights = dict.fromkeys(("pupils", "priority", "position", "age", "faults"), "0")
    assert client.post(change, fields | weights).status_code == 422, "nothing weighs"
    assert client.post(change, fields | weights | {"age": "5"}).status_code == 422, "bounds"
    assert client.post(change, fields | weights | {"age": "5", "high": "0"}).status_code == 302
    client.post(change, {"exclude": "a\x00"})
    client.post(change, {"exclude": rich.uai})
    response = client.get(page + "?show=all")
    assert [row["line"].score.need.name for row in response.context["rows"]] == ["A"]
    client.post(change, {"include": rich.uai})
    export = reverse("planning:plan_export", args=[plan.public_id, "xlsx"])
    book = openpyxl.load_workbook(BytesIO(client.get(export).content))
    assert {row[2] for row in book.active.iter_rows(min_row=2, values_only=True)} == {"A", "B"}
    act = reverse("planning:plan_act", args=[plan.public_id])
    client.post(act, {"act": "freeze"})
    assert "une autre personne doit l’approuver" in client.get(page).content.decode()
    sign_in_client(client, other)
    assert "attend un second regard" in client.get("/").content.decode()
    decide = reverse("planning:plan_decide", args=[plan.public_id])
    assert client.post(decide, {"decision": "refuse", "reason": ""}).status_code == 422
    assert client.post(decide, {"decision": "approve"}).status_code == 302
    for _ in range(6):
        SpareFactory()
    client.post(reverse("planning:plan_send", args=[plan.public_id]), {})
    assert str(Transfer.objects.first()) in client.get(page).content.decode()


def test_two_plans_side_by_side(client, city, manager):
    sign_in_client(client, manager)
    one, two = draft(manager, 5), draft(manager, 5, excluded=[city[1].uai])
    url = reverse("planning:compare") + f"?a={one.public_id}&b={two.public_id}"
    response = client.get(url)
    assert response.context["moved"] > 0
    assert [row["change"][0] for row in response.context["page"]].count("+") == 1


def test_a_forecast_is_shown_kept_and_taken_away(client, manager):
    sign_in_client(client, manager)
    this = clock.today().year
    old = DeviceFactory(purchased_on=dt.date(this - 6, 3, 1), cost_cents=30_000)
    DeviceModel.objects.update(life_months=60, price_cents=40_000)
    DeviceFactory(purchased_on=None)
    DeviceFactory(purchased_on=dt.date(this - 9, 3, 1), state=Device.State.LOST)
    DeviceFactory(purchased_on=dt.date(this - 2, 3, 1), funding="state")
    url = reverse("planning:refresh")
    query = "?rise=2%2C5&first_year=" + str(this + 1)
    response = client.get(url + query)
    outlook = response.context["outlook"]
    assert [(y.count, y.cents) for y in outlook.years if y.count] == [(1, 41_000), (1, 43_076)]
    assert response.context["fleet"].undated == 1
    dated = client.get(url + f"?on={this - 3}-03-01").context["value"]
    assert dated == 12_000, "two of five years left of one tablet, the other not bought yet"
    sheet = client.get(reverse("classrooms:device", args=[old.asset_tag])).content.decode()
    assert f"fin de vie prévue en mars {this - 1}" in sheet.replace("\u00a0", " ")
    low = client.get(url + "?ceiling=100").context
    assert low["form"].errors["ceiling"], "a ceiling below one device is said, not applied"
    assert low["outlook"].beyond == 0
    assert 'name="once"' in response.content.decode()
    for _turn in range(2):
        client.post(url + query, {"name": "Budget", "once": "one-form-shown-once"})
    kept = Forecast.objects.get()
    assert (kept.devices, kept.cents, kept.author) == (2, 84_076, manager)
    assert client.get(url + "?" + kept.query).context["outlook"].cents == kept.cents
    due = reverse("planning:refresh_export", args=["appareils", "csv"])
    table = read_table(client.get(due + query).content, "a.csv")
    assert next(row[1] for row in table.rows) == old.asset_tag
    budget = reverse("planning:refresh_export", args=["budget", "xlsx"])
    book = openpyxl.load_workbook(BytesIO(client.get(budget + query).content))
    assert (
        sum(float(row[4]) for row in book.active.iter_rows(min_row=2, values_only=True)) == 840.76
    )
    drop = reverse("planning:forecast_drop", args=[kept.public_id])
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    assert client.post(drop).status_code == 409
    sign_in_client(client, manager)
    client.post(drop)
    assert not Forecast.objects.exists()


@pytest.mark.parametrize("role", [Role.IT_TECHNICIAN, Role.HEAD_TEACHER, Role.TEACHER])
def test_planning_is_for_those_who_run_the_citys_fleet(client, city, manager, role):
    plan = draft(manager)
    user = UserFactory(roles=[(role, city[0].uai)])
    sign_in_client(client, user)
    for url in (
        reverse("planning:refresh"),
        reverse("planning:plans"),
        reverse("planning:plan", args=[plan.public_id]),
        reverse("planning:plan_export", args=[plan.public_id, "csv"]),
    ):
        assert client.get(url).status_code == 403
    assert not Plan.objects.visible_to(user).exists()
