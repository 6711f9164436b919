"""A teacher reports in three taps, a technician swaps by code, mends with a part, she is told."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classrooms.models import Device, Incident
from classrooms.stock import actions as stock
from classrooms.stock.models import StockItem
from classrooms.workshop.models import Repair
from core.accounts.roles import Role
from core.journal import SYSTEM
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, SpareFactory
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_three_taps_to_a_mended_tablet(phone, new_page, sign_in_fast):
    cart = CartFactory(filled=4)
    broken, spare = cart.devices.get(slot=2), SpareFactory()
    screen = StockItem.objects.create(name="Dalle 10 pouces", kind="part")
    stock.receive(by=SYSTEM, item=screen, place=spare.depot, quantity=1, unit_cents=4200)
    teacher = UserFactory(given_name="Claire", roles=[(Role.TEACHER, cart.school.uai)])
    technician = UserFactory(given_name="Lucas", roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    sign_in_fast(phone, teacher)
    # One: scan. Two: what is wrong. Three: that is all.
    phone.goto(reverse("classrooms:label", args=[broken.label_token]))
    assert_accessible(phone)
    phone.get_by_role("button", name="Écran cassé").click()
    phone.get_by_text("C’est signalé").wait_for()
    assert_accessible(phone)
    expect(phone.get_by_role("button", name="Ça remarche")).to_be_visible()
    phone.get_by_role("link", name="C’est tout").click()

    bench = new_page("phone")
    sign_in_fast(bench, technician)
    bench.goto(reverse("classrooms:label", args=[broken.label_token]))
    bench.get_by_role("link", name="Remplacer").click()
    assert_accessible(bench)
    bench.get_by_label("Appareil de remplacement").fill(cart.devices.get(slot=3).asset_tag)
    bench.get_by_role("button", name="Faire l’échange").click()
    expect(bench.get_by_text("n’est plus en réserve").first).to_be_visible()
    bench.get_by_label("Appareil de remplacement").fill(spare.serial.lower())
    bench.get_by_role("button", name="Faire l’échange").click()
    bench.get_by_text("a pris la place de").wait_for()
    assert_accessible(bench)
    bench.get_by_role("link", name="Réparer").click()
    assert_accessible(bench)
    bench.get_by_role("button", name="Commencer la réparation").click()
    bench.get_by_text("Réparation ouverte.").wait_for()
    bench.get_by_text("Ajouter une pièce").click()
    bench.get_by_label("Pièce en stock").select_option(label="Dalle 10 pouces")
    bench.get_by_role("button", name="Ajouter la pièce").click()
    expect(bench.get_by_text("1 × Dalle 10 pouces")).to_be_visible()
    expect(bench.get_by_text("On répare jusqu’à")).to_be_visible()
    assert_accessible(bench)
    bench.get_by_role("button", name="C’est réparé").click()
    bench.get_by_text("Réparé. La personne").wait_for()
    for name in ("workshop:board", "classrooms:tour", "classrooms:promises"):
        bench.goto(reverse(name))
        assert_accessible(bench)

    incident = Incident.objects.get()
    phone.goto(reverse("classrooms:report", args=[incident.public_id]))
    expect(phone.get_by_text("Réparé", exact=True).first).to_be_visible()
    told = Message.objects.filter(recipient=teacher).order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["fleet_device_swapped", "fleet_incident_settled"]
    assert Repair.objects.get().cost_cents == 4200
    assert Device.objects.get(pk=broken.pk).state == Device.State.SPARE
    assert cart.devices.get(slot=2) == spare
