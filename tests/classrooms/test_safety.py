"""What no page of the fleet lets through: values that break it, acts on what is not one's own."""

import datetime as dt
import json
import uuid

import pytest
from django.urls import reverse

from classrooms import actions as fleet
from classrooms.actions.lines import open_line
from classrooms.audits import actions
from classrooms.audits.models import Audit, Scan
from classrooms.audits.queries.standing import standing_of
from classrooms.lending.models import LoanAgreement
from classrooms.models import Device, HandOut
from classrooms.stock import actions as stock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceFactory,
    HandOutFactory,
    HandOutItemFactory,
    InternetLineFactory,
)
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def technician(*schools):
    return UserFactory(roles=[(Role.IT_TECHNICIAN, school.uai) for school in schools])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_breaks_no_page(client, day):
    DeviceFactory()
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    for name in ("classrooms:promises", "planning:refresh", "lending:calendar"):
        answer = client.get(reverse(name), {"start": day, "end": day, "on": day, "day": day})
        assert answer.status_code == 200, name


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00"])
def test_a_telephone_with_an_impossible_clock_does_not_close_a_count_to_everybody(client, at):
    cart = CartFactory(filled=1)
    sign_in_client(client, technician(cart.school))
    audit, _new = actions.open_audit(by=Actor(user=technician(cart.school)), cart=cart)
    device = cart.devices.get()
    acts = [{"scan": str(uuid.uuid4()), "n": 1, "text": device.asset_tag, "at": at}]
    sent = client.post(
        reverse("audits:acts", args=[audit.public_id]),
        json.dumps({"acts": acts}),
        content_type="application/json",
    )
    assert sent.status_code == 200
    assert Scan.objects.get().scanned_at is None
    assert client.get(reverse("audits:audit", args=[audit.public_id])).status_code == 200


def test_the_count_of_a_cart_that_left_the_school_writes_nothing_more(client):
    cart, other = CartFactory(filled=2), SchoolFactory()
    by, theirs = Actor(user=technician(cart.school)), Actor(user=technician(other))
    audit, _new = actions.open_audit(by=by, cart=cart)
    cart.school = other
    cart.save(update_fields=["school"])
    answer = actions.record_acts(
        by=by, audit=audit, acts=[actions.Act(uuid.uuid4(), text=cart.devices.first().asset_tag)]
    )
    assert [one.result for one in answer] == ["refused"]
    missing = {device.pk for device in standing_of(audit).due}
    with pytest.raises(RuleBroken) as refused:
        actions.close_audit(by=by, audit=audit, missing=missing, lost=missing)
    assert refused.value.code == "left"
    assert not Device.objects.filter(state=Device.State.LOST).exists()
    # The school where it stands now counts it: the old count is given up.
    fresh, is_new = actions.open_audit(by=theirs, cart=cart)
    assert is_new
    assert fresh.school == other
    audit.refresh_from_db()
    assert audit.state == Audit.State.DROPPED
    sign_in_client(client, theirs.user)
    assert client.get(reverse("audits:audit", args=[fresh.public_id])).status_code == 200


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
def test_what_no_database_takes_is_refused_by_the_api_not_a_fault_of_ours(client, text):
    cart = CartFactory(filled=1)
    sign_in_client(client, technician(cart.school))
    for key in ("cart", "school_uai"):
        answer = client.post(
            "/api/v1/fleet-audits", f'{{"{key}": "{text}"}}', content_type="application/json"
        )
        assert answer.status_code in {400, 404, 422}, key


def test_a_teacher_does_not_sign_as_the_pupil_who_borrows(client):
    group = ClassGroupFactory()
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    out = HandOutFactory(
        school=group.school, class_group=group, holder=HandOut.Holder.PUPIL, pupil_slot=4
    )
    HandOutItemFactory(hand_out=out)
    page = f"{reverse('lending:agreement_sign')}?out={out.public_id}"
    sign_in_client(client, teacher)
    form = client.get(page).context["form"]
    assert form["name"].value() == ""
    given = {"name": "Une Mère", "agreed": "on", "fingerprint": form["fingerprint"].value()}
    assert client.post(page, given).status_code == 302
    kept = LoanAgreement.objects.get()
    assert (kept.signer, kept.recorded_by, kept.signer_name) == (None, teacher, "Une Mère")


def test_the_history_of_an_item_does_not_name_another_schools_class(client):
    depot = DepotFactory()
    out = HandOutFactory(class_group=ClassGroupFactory(name="CM2 Secret"))
    by = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    item = stock.keep_item(by=by, item=stock_item(), fits=[])
    stock.receive(by=by, item=item, place=depot, quantity=5)
    given = stock.give_with(by=by, hand_out=out, item=item, place=depot, quantity=2)
    sign_in_client(client, technician(SchoolFactory()))
    page = client.get(reverse("stock:item", args=[item.pk]))
    assert page.status_code == 200
    assert "CM2 Secret" not in page.content.decode()
    assert client.post(reverse("stock:movement_back", args=[given.pk])).status_code == 404
    sign_in_client(client, technician(out.school))
    assert "CM2 Secret" in client.get(reverse("stock:item", args=[item.pk])).content.decode()
    assert client.post(reverse("stock:movement_back", args=[given.pk])).status_code == 302


def stock_item():
    from classrooms.stock.models import StockItem

    return StockItem(name="Chargeur", kind=StockItem.Kind.ACCESSORY)


def test_a_page_says_that_nobody_is_signed_in_so_that_what_was_kept_offline_goes(client):
    """What reads the mark is portal/static/js/escale.js."""
    sign_in = client.get(reverse("account_login")).content.decode()
    assert "<body data-visitor " in sign_in
    cart = CartFactory(filled=1)
    by = Actor(user=technician(cart.school))
    audit, _new = actions.open_audit(by=by, cart=cart)
    sign_in_client(client, by.user)
    page = client.get(reverse("audits:audit", args=[audit.public_id])).content.decode()
    assert "data-visitor" not in page


@pytest.mark.parametrize("day", ["9998-12-31", "0001-06-01"])
def test_a_year_that_cannot_be_is_refused_and_breaks_no_forecast(day):
    by, day = Actor(user=UserFactory()), dt.date.fromisoformat(day)
    device = DeviceFactory()
    for field in ("purchased_on", "warranty_end"):
        with pytest.raises(RuleBroken) as refused:
            fleet.correct(by=by, device=device, **{field: day})
        assert refused.value.field == field
    with pytest.raises(RuleBroken) as refused:
        fleet.enter(
            by=by,
            asset_tag="PM-99-00001",
            serial="SN99",
            model=device.model,
            place=DepotFactory(),
            purchased_on=day,
        )
    assert refused.value.field == "purchased_on"
    line = InternetLineFactory.build(school=SchoolFactory(), starts_on=day, contract_end=day)
    with pytest.raises(RuleBroken) as refused:
        open_line(by=by, line=line)
    assert refused.value.field == "starts_on"
