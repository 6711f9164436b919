"""The stock: a level is the sum of its movements, and the last one is taken once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classrooms.stock import actions
from classrooms.stock.models import StockItem, StockLevel, StockMovement
from core import clock, retention
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    DepotFactory,
    DeviceFactory,
    HandOutFactory,
    HandOutItemFactory,
)
from tests.factories.schools import SchoolFactory
from tests.factories.stock import StockItemFactory
from tests.people import sign_in_client
from tests.together import at_once


def sums():
    rows = StockMovement.objects.order_by().values_list("item", "depot", "school")
    return {tuple(place): total for *place, total in rows.annotate(n=Sum("quantity"))}


def levels():
    rows = StockLevel.objects.values_list("item", "depot", "school", "quantity")
    return {tuple(place): quantity for *place, quantity in rows if quantity}


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["receive", "use", "move", "count", "back"]), st.integers(0, 9)),
        max_size=12,
    )
)
def test_a_level_is_the_sum_of_its_movements(acts):
    with transaction.atomic():
        item, depot, school = StockItemFactory(), DepotFactory(), SchoolFactory()
        refused = set()
        for verb, number in acts:
            try:
                if verb == "receive":
                    actions.receive(by=SYSTEM, item=item, place=depot, quantity=number)
                elif verb == "use":
                    actions.use_stock(by=SYSTEM, item=item, depot=depot, quantity=number, why="x")
                elif verb == "move":
                    actions.move(by=SYSTEM, item=item, source=depot, target=school, quantity=number)
                elif verb == "count":
                    actions.count(by=SYSTEM, item=item, place=school, found=number)
                elif taken := StockMovement.objects.filter(kind="used").first():
                    actions.give_back(by=SYSTEM, movement=taken)
            except RuleBroken as broken:
                refused.add(broken.code)
            assert levels() == {place: total for place, total in sums().items() if total}
        assert refused <= {"stock_short", "quantity"}
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_reference_takes_once_and_gives_back_once():
    item, depot = StockItemFactory(), DepotFactory()
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=3, unit_cents=1500)
    taken = [
        actions.use_stock(by=SYSTEM, item=item, depot=depot, quantity=2, why="Écran", ref="r:7")
        for _ in range(2)
    ]
    assert taken[0] == taken[1]
    assert taken[0].cost_cents == 3000, "the price of the delivery"
    with pytest.raises(RuleBroken) as short:
        actions.use_stock(by=SYSTEM, item=item, depot=depot, quantity=2, why="Écran")
    assert short.value.code == "stock_short"
    with pytest.raises(RuleBroken) as other:
        actions.use_stock(
            by=SYSTEM, item=StockItemFactory(), depot=depot, quantity=1, why="x", ref="r:7"
        )
    assert other.value.code == "ref"
    assert actions.give_back(by=SYSTEM, movement=taken[0]) == actions.give_back(
        by=SYSTEM, movement=taken[0]
    )
    assert item.levels.get(depot=depot).quantity == 3


@pytest.mark.django_db
def test_accessories_leave_with_a_hand_out_and_return():
    item, school = StockItemFactory(kind="accessory"), SchoolFactory()
    hand_out = HandOutFactory()
    actions.receive(by=SYSTEM, item=item, place=school, quantity=15)
    given_ = actions.give_with(by=SYSTEM, hand_out=hand_out, item=item, place=school, quantity=15)
    assert (item.levels.get().quantity, hand_out.accessories.get()) == (0, given_)
    actions.give_back(by=SYSTEM, movement=given_)
    assert item.levels.get().quantity == 15


@pytest.mark.django_db
def test_the_manager_is_told_once_each_time_stock_falls_below_its_minimum():
    item, depot = StockItemFactory(), DepotFactory()
    manager = UserFactory(roles=[Role.IT_MANAGER])
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=5)
    actions.set_minimums(by=SYSTEM, item=item, minimums={item.levels.get().pk: 3})

    def told():
        return Message.objects.filter(kind="stock_low", recipient=manager).count()

    use = {"by": SYSTEM, "item": item, "depot": depot, "quantity": 1, "why": "x"}
    counts = [(actions.use_stock(**use), told())[1] for _ in range(4)]
    assert counts == [0, 0, 1, 1], "3 is the minimum; 2 is below; 1 is no news"
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=2)
    actions.use_stock(**use)
    assert told() == 2


@pytest.mark.django_db
def test_movements_cannot_be_rewritten_and_old_ones_leave_their_sum():
    item, depot = StockItemFactory(), DepotFactory()
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=5)
    for change in (
        lambda: StockMovement.objects.update(quantity=6),
        lambda: StockMovement.objects.all().delete(),
        lambda: StockLevel.objects.update(quantity=-1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    old = clock.now() - dt.timedelta(days=4000)
    for kind, quantity in (("received", 4), ("used", -3)):
        StockMovement.objects.create(kind=kind, item=item, depot=depot, quantity=quantity, at=old)
    StockLevel.objects.update(quantity=6)
    line = next(line for line in retention.apply() if line.rule.name == "fleet.stock")
    assert (line.count, line.error) == (2, "")
    assert set(StockMovement.objects.values_list("kind", "quantity")) == {
        ("received", 5),
        ("carried", 1),
    }
    assert sums() == levels()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_last_one_is_taken_once():
    item, depot = StockItemFactory(), DepotFactory()
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=1)
    got = at_once(
        4,
        lambda n: actions.use_stock(
            by=SYSTEM, item=item, depot=depot, quantity=1, why="x", ref="same" if n > 1 else ""
        ),
    )
    assert len({row.pk for row in got if isinstance(row, StockMovement)}) == 1
    assert item.levels.get().quantity == 0
    assert sums()[item.pk, depot.pk, None] == 0


@pytest.mark.django_db
def test_a_shelf_is_counted_and_a_count_of_another_moment_refused(client):
    item, depot = StockItemFactory(), DepotFactory()
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=5)
    level = item.levels.get()
    sign_in_client(client, UserFactory(roles=[Role.IT_TECHNICIAN]))
    url = reverse("stock:counting") + f"?place=depot:{depot.pk}"
    form = {f"found-{level.pk}": "4", f"shown-{level.pk}": "5"}
    assert client.post(url, form).status_code == 302
    assert client.post(url, form).status_code == 422, "four are there now, not five"
    level.refresh_from_db()
    assert (level.quantity, level.counted_on) == (4, clock.today())


@pytest.mark.django_db
def test_an_act_says_what_is_left_and_a_blank_count_counts_nothing(client):
    item, depot = StockItemFactory(name="Toner"), DepotFactory(name="Atelier")
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=5)
    item.levels.update(minimum=4)
    sign_in_client(client, UserFactory(roles=[Role.IT_TECHNICIAN]))
    use = reverse("stock:movement", args=[item.pk, "use"])
    form = {"place": f"depot:{depot.pk}", "quantity": "1", "why": "Panne"}
    assert "il y en a 4 ici" in client.post(use, form, follow=True).content.decode()
    low = client.post(use, form, follow=True).content.decode()
    assert "il en reste 3 ici" in low
    assert "Le minimum est 4" in low
    url = reverse("stock:counting") + f"?place=depot:{depot.pk}"
    blank = client.post(url, {f"shown-{item.levels.get().pk}": "3"})
    assert blank.status_code == 422
    assert "rien n’est compté" in blank.content.decode()


@pytest.mark.django_db
def test_accessories_are_given_on_their_page_with_a_loan_that_one_sees(client):
    item, depot = StockItemFactory(kind="accessory"), DepotFactory()
    ours, theirs = HandOutFactory(), HandOutFactory()
    for loan in (ours, theirs):
        HandOutItemFactory(hand_out=loan, device=DeviceFactory(school=loan.school))
    actions.receive(by=SYSTEM, item=item, place=depot, quantity=5)
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, ours.school.uai)]))
    give = reverse("stock:movement", args=[item.pk, "give"])
    form = {"place": f"depot:{depot.pk}", "quantity": "2"}
    for loan in ("", "XX-99", theirs.items.get().device.asset_tag):
        assert client.post(give, form | {"loan": loan}).status_code == 422, loan
    assert client.post(give, form | {"loan": ours.items.get().device.asset_tag}).status_code == 302
    assert (item.levels.get().quantity, ours.accessories.get().quantity) == (3, -2)
    part = StockItemFactory(kind="part")
    assert client.get(reverse("stock:movement", args=[part.pk, "give"])).status_code == 404


@pytest.mark.django_db
def test_a_technician_sees_and_moves_the_stock_of_her_schools_and_the_workshop(client):
    item, depot = StockItemFactory(name="Casque"), DepotFactory()
    ours, theirs = SchoolFactory(name="École Ours"), SchoolFactory(name="École Theirs")
    for place in (depot, ours, theirs):
        actions.receive(by=SYSTEM, item=item, place=place, quantity=7)
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, ours.uai)])
    sign_in_client(client, technician)
    lists = [
        reverse("stock:levels"),
        reverse("stock:levels") + f"?place=school:{theirs.pk}",
        reverse("stock:item", args=[item.pk]),
        reverse("stock:counting"),
        *(reverse("stock:movement", args=[item.pk, act]) for act in ("receive", "use", "move")),
    ]
    for url in lists:
        response = client.get(url)
        assert response.status_code == 200, url
        assert theirs.name not in response.content.decode(), url
    assert theirs.name.encode() not in client.get(reverse("stock:levels_xlsx")).content
    move = reverse("stock:movement", args=[item.pk, "move"])
    form = {"place": f"school:{theirs.pk}", "target": f"depot:{depot.pk}", "quantity": "1"}
    assert client.post(move, form).status_code == 422
    foreign = StockMovement.objects.get(school=theirs)
    assert client.post(reverse("stock:movement_back", args=[foreign.pk])).status_code == 404
    form["place"] = f"school:{ours.pk}"
    assert client.post(move, form).status_code == 302
    assert dict(item.levels.values_list("school", "quantity")) == {
        None: 8,
        ours.pk: 6,
        theirs.pk: 7,
    }


@pytest.mark.django_db
def test_the_manager_keeps_items_and_others_do_not(client):
    depot = DepotFactory()
    form = {"name": "Câble USB-C", "kind": "consumable", "price_cents": "4,90", "is_active": "on"}
    sign_in_client(client, UserFactory(roles=[Role.IT_TECHNICIAN]))
    assert client.post(reverse("stock:item_new"), form).status_code == 403
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    assert client.post(reverse("stock:item_new"), form).status_code == 302
    item = StockItem.objects.get()
    assert (item.price_cents, item.levels.get().depot) == (490, depot)
    actions.receive(by=Actor(None), item=item, place=depot, quantity=9)
    page = client.get(reverse("stock:item", args=[item.pk])).content.decode()
    assert "+9" in page
