"""Devices and carts on their way: planned, sent off, received."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from classrooms import actions
from classrooms.actions import Holder
from classrooms.lending.actions.transfers import (
    cancel,
    dispatch,
    note_seen,
    plan_transfer,
    receive,
)
from classrooms.lending.models import Transfer, TransferItem
from classrooms.models import Device, FleetEvent, Incident
from classrooms.queries.slots import slots_of
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DepotFactory, DeviceFactory, SpareFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return SchoolFactory()


@pytest.fixture
def by(here):
    return Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, here.uai)]))


def all_good(transfer):
    return dict.fromkeys(transfer.items.values_list("pk", flat=True), "good")


def test_a_spare_goes_to_a_school_and_serves_there(by, here):
    head = UserFactory(roles=[(Role.HEAD_TEACHER, here.uai)])
    spare = SpareFactory()
    transfer = plan_transfer(by=by, devices=[spare], to_school=here, reason="Dotation")
    assert (transfer.from_depot, transfer.state) == (spare.depot, "planned")
    dispatch(by=by, transfer=transfer)
    spare.refresh_from_db()
    assert spare.depot is not None, "its place changes when it has been seen at the other end"
    told = Message.objects.filter(kind="fleet_transfer_sent")
    assert [message.recipient for message in told] == [head], "not who sent it off"
    receive(by=by, transfer=transfer, outcomes=all_good(transfer))
    spare.refresh_from_db()
    assert (spare.school, spare.depot, spare.state) == (here, None, "in_use")
    kinds = list(FleetEvent.objects.filter(device=spare).values_list("kind", flat=True))
    assert kinds == ["dispatched", "arrived"]
    assert FleetEvent.objects.get(kind="arrived").school == here


def test_a_whole_cart_travels_with_what_is_in_it_when_it_leaves(by, here):
    there = SchoolFactory()
    cart = CartFactory(school=here, filled=4)
    lost, damaged, missing, good = cart.devices.order_by("slot")
    transfer = plan_transfer(by=by, carts=[cart], to_school=there, reason="Fermeture de classe")
    actions.report(by=by, device=lost, kind="lost")
    late = DeviceFactory(cart=cart, slot=9, school=None)
    dispatch(by=by, transfer=transfer)
    lost.refresh_from_db()
    assert (lost.cart, lost.school) == (None, here), "what is lost is looked for where it was"
    items = {item.device_id: item.pk for item in transfer.items.order_by("pk")}
    assert set(items) == {damaged.pk, missing.pk, good.pk, late.pk}
    outcomes = dict.fromkeys(items.values(), "good")
    outcomes |= {items[damaged.pk]: "damaged", items[missing.pk]: "missing"}
    receive(by=by, transfer=transfer, outcomes=outcomes)
    cart.refresh_from_db()
    assert cart.school == there
    rows = {d.pk: d for d in Device.objects.select_related("cart", "school")}
    assert (rows[good.pk].cart, rows[late.pk].slot) == (cart, 9)
    assert (rows[damaged.pk].state, rows[damaged.pk].condition) == ("broken", "damaged")
    assert (rows[missing.pk].state, rows[missing.pk].school, rows[missing.pk].cart) == (
        "lost",
        here,
        None,
    )
    assert Incident.objects.get(device=damaged).school == there
    assert Incident.objects.get(device=missing).kind == "lost"
    with pytest.raises(RuleBroken) as refused:
        receive(by=by, transfer=transfer, outcomes=outcomes)
    assert refused.value.code == "state"


def test_to_a_workshop_what_works_is_a_spare_and_what_does_not_waits(by, here):
    works, broken = DeviceFactory(school=here), DeviceFactory(school=here, state="broken")
    transfer = plan_transfer(
        by=by, devices=[works, broken], to_depot=DepotFactory(), reason="Trop de tablettes"
    )
    dispatch(by=by, transfer=transfer)
    receive(by=by, transfer=transfer, outcomes=all_good(transfer))
    works.refresh_from_db()
    broken.refresh_from_db()
    assert (works.state, broken.state) == ("spare", "repair")
    assert works.depot == broken.depot == transfer.to_depot


def test_what_somebody_has_does_not_leave_and_what_leaves_is_not_handed_out(by, here):
    cart, there = CartFactory(school=here, filled=2), SchoolFactory()
    holder = Holder(here, class_group=ClassGroupFactory(school=here))
    transfer = plan_transfer(by=by, carts=[cart], to_school=there, reason="Prêt")
    out = actions.hand_out_cart(by=by, cart=cart, holder=holder, due_on=clock.today())
    with pytest.raises(RuleBroken) as refused:
        dispatch(by=by, transfer=transfer)
    assert refused.value.code == "handed_out"
    outcomes = dict.fromkeys(out.items.values_list("pk", flat=True), "good")
    actions.take_back(by=by, hand_out=out, outcomes=outcomes)
    dispatch(by=by, transfer=transfer)
    with pytest.raises(RuleBroken) as refused:
        actions.hand_out_cart(by=by, cart=cart, holder=holder, due_on=clock.today())
    assert refused.value.code == "on_its_way"
    assert [slot.look for slot in slots_of(cart)][:3] == ["away", "away", "empty"]
    spare = SpareFactory()
    onward = plan_transfer(by=by, devices=[spare], to_school=there, reason="Dotation")
    assert spare in Device.objects.available_spares()
    dispatch(by=by, transfer=onward)
    assert spare not in Device.objects.available_spares()
    cancel(by=by, transfer=onward, why="Le véhicule est rentré")
    assert spare in Device.objects.available_spares()


def test_a_device_is_in_one_open_transfer_and_asking_again_plans_nothing_more(by, here):
    spare, other = SpareFactory(), SpareFactory()
    first = plan_transfer(
        by=by, devices=[spare], to_school=here, reason="Dotation", source="allocation:12"
    )
    again = plan_transfer(
        by=by, devices=[other], to_school=here, reason="Dotation", source="allocation:12"
    )
    assert again == first
    with pytest.raises(RuleBroken) as refused:
        plan_transfer(by=by, devices=[spare], to_school=SchoolFactory(), reason="Autre")
    assert refused.value.code == "planned"
    elsewhere = plan_transfer(by=by, devices=[other], to_school=here, reason="Autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferItem.objects.create(transfer=elsewhere, device=spare)


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda s: {"devices": [], "to_school": s}, "empty"),
        (lambda s: {"devices": [SpareFactory()]}, "destination"),
        (lambda s: {"devices": [DeviceFactory(school=s)], "to_school": s}, "places"),
        (
            lambda s: {"devices": [SpareFactory(), DeviceFactory(school=s)], "to_school": s},
            "places",
        ),
        (lambda s: {"devices": [SpareFactory(state="repair")], "to_school": s}, "unfit"),
        (lambda s: {"devices": [SpareFactory(state="stolen")], "to_school": s}, "unfit"),
    ],
)
def test_a_journey_that_makes_no_sense_is_refused(by, here, build, code):
    with pytest.raises(RuleBroken) as refused:
        plan_transfer(by=by, reason="Essai", **build(here))
    assert refused.value.code == code
    assert not Transfer.objects.exists()


def test_a_transfer_is_planned_sent_and_received_through_its_pages(client, here):
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, here.uai)])
    sign_in_client(client, technician)
    depot, devices = DepotFactory(), [SpareFactory() for _ in range(3)]
    page = f"{reverse('lending:transfer_plan')}?start=depot:{depot.pk}"
    assert devices[0].asset_tag in client.get(page).content.decode()
    form = {
        "devices": [devices[0].asset_tag],
        "typed": f"{devices[1].serial.lower()}\n{devices[2].asset_tag}",
        "to": f"school:{here.pk}",
        "reason": "Dotation de rentrée",
    }
    assert client.post(page, form | {"typed": "inconnu"}).status_code == 422
    assert client.post(page, form).status_code == 302
    transfer = Transfer.objects.get()
    assert transfer.items.count() == 3
    client.post(reverse("lending:transfer_dispatch", args=[transfer.public_id]))
    slip = client.get(reverse("lending:transfer_slip", args=[transfer.public_id]))
    assert slip.content.startswith(b"%PDF")
    arrival = reverse("lending:transfer_receive", args=[transfer.public_id])
    label = f"https://ville.example/parc/e/{devices[0].label_token}/"
    for code in (label, devices[1].asset_tag.lower(), "autre chose"):
        client.post(reverse("lending:transfer_scan", args=[transfer.public_id]), {"code": code})
    assert "2 vus sur 3" in client.get(arrival).content.decode()
    form = {
        f"item-{item.pk}": "good" if item.seen_at else "missing" for item in transfer.items.all()
    }
    assert "2 appareils arrivés" in client.post(arrival, form, follow=True).content.decode()
    transfer.refresh_from_db()
    assert transfer.state == "received"
    assert transfer.items.get(outcome="missing").device == devices[2]


def test_the_head_of_the_receiving_school_confirms_and_others_do_not_know(client, here):
    manager = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    transfer = plan_transfer(by=manager, devices=[SpareFactory()], to_school=here, reason="Don")
    dispatch(by=manager, transfer=transfer)
    pages = [
        reverse(f"lending:{name}", args=[transfer.public_id])
        for name in ("transfer", "transfer_receive", "transfer_slip")
    ]
    elsewhere = SchoolFactory()
    for role in (Role.IT_TECHNICIAN, Role.HEAD_TEACHER):
        stranger = UserFactory(roles=[(role, elsewhere.uai)])
        sign_in_client(client, stranger)
        assert [client.get(page).status_code for page in pages] == [404] * 3
        listed = client.get(reverse("lending:transfers") + "?state=all").content.decode()
        assert str(transfer) not in listed
        sent = client.post(pages[1], {"all": "1", "item": transfer.items.get().pk})
        assert sent.status_code == 404
    sign_in_client(client, UserFactory(roles=[(Role.HEAD_TEACHER, here.uai)]))
    left = client.post(reverse("lending:transfer_cancel", args=[transfer.public_id]), {"why": "x"})
    assert left.status_code == 403
    client.post(pages[1], {"all": "1", "item": transfer.items.get().pk})
    transfer.refresh_from_db()
    assert transfer.state == "received"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_cart_leaves_or_is_handed_out_but_not_both():
    cart, there = CartFactory(filled=5), SchoolFactory()
    by = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    transfer = plan_transfer(by=by, carts=[cart], to_school=there, reason="Prêt")
    holder = Holder(cart.school, class_group=ClassGroupFactory(school=cart.school))

    def act(index):
        if index % 2:
            return dispatch(by=by, transfer=transfer)
        return actions.hand_out_cart(by=by, cart=cart, holder=holder, due_on=clock.today())

    results = at_once(4, act)
    assert sum(not isinstance(result, RuleBroken) for result in results) == 1


def test_scanning_the_cart_notes_all_that_travels_in_it(by, here):
    cart = CartFactory(school=here, filled=3)
    transfer = plan_transfer(by=by, carts=[cart], to_depot=DepotFactory(), reason="Entretien")
    dispatch(by=by, transfer=transfer)
    assert note_seen(by=by, transfer=transfer, thing=cart) == 3
    assert note_seen(by=by, transfer=transfer, thing=cart) == 0
    with pytest.raises(RuleBroken):
        note_seen(by=by, transfer=transfer, thing=SpareFactory())


def test_what_arrives_waits_on_the_home_page(client, here):
    manager = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    transfer = plan_transfer(by=manager, devices=[SpareFactory()], to_school=here, reason="Don")
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, here.uai)]))
    link = reverse("lending:transfer_receive", args=[transfer.public_id])
    assert link not in client.get("/").content.decode()
    dispatch(by=manager, transfer=transfer)
    assert link in client.get("/").content.decode()


def test_a_device_that_is_lost_says_who_had_it_last(client, by, here):
    device, group = DeviceFactory(school=here), ClassGroupFactory(school=here, name="CE2 B")
    holder = Holder(here, class_group=group)
    out = actions.hand_out_device(by=by, device=device, holder=holder, due_on=clock.today())
    actions.take_back(by=by, hand_out=out, outcomes={out.items.get().pk: "missing"})
    sign_in_client(client, by.user)
    page = client.get(reverse("classrooms:device", args=[device.asset_tag])).content.decode()
    assert "Dernier à l’avoir eu\u00a0: CE2 B" in page
