"""SIM cards: numbers that hold, one place each, swapped, lost, blocked."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from classrooms.stock import actions, rules
from classrooms.stock.models import SimCard
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DepotFactory
from tests.people import sign_in_client


def number(index: int) -> str:
    """Return a card's number with its check digit."""
    body = f"893301{index:012d}"
    return next(body + d for d in "0123456789" if rules.luhn_holds(body + d))


def card(index: int = 1) -> SimCard:
    sim = SimCard(iccid=number(index), operator="Azur Mobile", monthly_cents=590)
    return actions.enter_sim(by=SYSTEM, sim=sim, depot=DepotFactory())


def test_a_cards_number_holds_its_check_digit():
    good = number(42)
    spaced = f" {good[:4]} {good[4:8]}-{good[8:]}f "
    assert rules.normalise_iccid(spaced) == good
    assert rules.luhn_holds("79927398713"), "the worked example of ISO/IEC 7812-1's method"
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    swapped = good[:16] + good[17] + good[16] + good[18:]
    for bad in (wrong, swapped, good[:18], "12" + good[2:], good + "00", ""):
        with pytest.raises(ValueError, match=r"length|prefix|check"):
            rules.normalise_iccid(bad)


@pytest.mark.django_db
def test_a_card_is_at_one_place_and_a_device_has_one_card():
    cart = CartFactory(filled=2)
    first, second = cart.devices.order_by("slot")
    one, two = card(1), card(2)
    actions.place_sim(by=SYSTEM, sim=one, target=first)
    with pytest.raises(RuleBroken) as refused:
        actions.place_sim(by=SYSTEM, sim=two, target=first)
    assert refused.value.field == "target"
    actions.place_sim(by=SYSTEM, sim=one, target=second)
    actions.place_sim(by=SYSTEM, sim=two, target=cart)
    one.refresh_from_db()
    assert (one.device, one.cart, one.depot) == (second, None, None)
    for change in ({"cart": cart}, {"device": None}, {"device": None, "depot": DepotFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SimCard.objects.filter(pk=one.pk).update(**change)
    with pytest.raises(RuleBroken) as twice:
        card(1)
    assert twice.value.code == "iccid"


@pytest.mark.django_db
def test_a_lost_card_keeps_its_place_until_it_is_blocked():
    manager = UserFactory(roles=[Role.IT_MANAGER])
    device = CartFactory(filled=1).devices.get()
    sim, spare = card(1), card(2)
    actions.place_sim(by=SYSTEM, sim=sim, target=device)
    actions.lose_sim(by=SYSTEM, sim=sim)
    assert sim.iccid in Message.objects.get(kind="stock_sim_lost", recipient=manager).body
    actions.place_sim(by=SYSTEM, sim=spare, target=device)
    actions.block_sim(by=SYSTEM, sim=sim)
    sim.refresh_from_db()
    assert (sim.state, sim.device) == ("blocked", device)
    with pytest.raises(RuleBroken):
        actions.place_sim(by=SYSTEM, sim=sim, target=device)
    other = card(3)
    actions.swap_sims(by=SYSTEM, out=spare, spare=other, depot=DepotFactory())
    spare.refresh_from_db()
    other.refresh_from_db()
    assert (spare.state, other.state, other.device) == ("spare", "active", device)
    assert [e.kind for e in spare.events.order_by("pk")] == ["entered", "placed", "stored"]


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "asked"), [("stolen", True), ("lost", True), ("in_use", False)])
def test_the_card_of_a_device_that_is_gone_is_to_be_blocked(client, state, asked):
    device = CartFactory(filled=1).devices.get()
    sim = card()
    actions.place_sim(by=SYSTEM, sim=sim, target=device)
    type(device).objects.filter(pk=device.pk).update(state=state)
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    page = client.get(reverse("classrooms:device", args=[device.asset_tag])).text
    assert reverse("stock:sim", args=[sim.pk]) in page
    assert ("pour que l’opérateur la bloque" in page) is asked


@pytest.mark.django_db
def test_a_technician_meets_the_cards_of_her_schools_only(client):
    ours, theirs = CartFactory(filled=1), CartFactory(filled=1)
    mine, foreign, spare = card(1), card(2), card(3)
    actions.place_sim(by=SYSTEM, sim=mine, target=ours)
    actions.place_sim(by=SYSTEM, sim=foreign, target=theirs.devices.get())
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, ours.school.uai)]))
    for url in (reverse("stock:sims"), reverse("stock:sims") + f"?q={foreign.iccid[:18]}"):
        assert foreign.iccid not in client.get(url).content.decode()
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("stock:sims_xlsx")).content)).active
    assert [row[0] for row in book.iter_rows(min_row=2, values_only=True)] == [
        mine.iccid,
        spare.iccid,
    ]
    assert client.get(reverse("stock:sim", args=[foreign.pk])).status_code == 404
    act = reverse("stock:sim_act", args=[spare.pk])
    refused = client.post(act, {"do": "place", "target": theirs.code})
    assert refused.status_code == 409
    assert f'value="{theirs.code}"' in refused.content.decode(), "what was typed stays"
    spare.refresh_from_db()
    assert spare.state == "spare", "that cart does not exist for her"
    tag = ours.devices.get().asset_tag
    done = client.post(act, {"do": "place", "target": tag}, follow=True).content.decode()
    assert f"En service, {tag}" in done
    spare.refresh_from_db()
    assert spare.device == ours.devices.get()
    assert client.post(act, {"do": "block"}).status_code == 404, "the manager's to settle"
    sheet = client.get(reverse("classrooms:device", args=[spare.device])).content.decode()
    assert spare.iccid in sheet
    assert client.get(reverse("stock:sim", args=[spare.pk])).status_code == 200
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    new = {"iccid": number(9), "operator": "Azur", "data_gb": "5", "depot": DepotFactory().pk}
    assert (
        client.post(reverse("stock:sim_new"), {**new, "iccid": "89" + "1" * 17}).status_code == 422
    )
    assert client.post(reverse("stock:sim_new"), new).status_code == 302
