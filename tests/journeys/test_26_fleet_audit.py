"""A technician counts a cart of fifteen on her phone, and the network goes in the middle."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classrooms.audits.models import Audit, Scan
from classrooms.models import FleetEvent
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory
from tests.journeys.browser import assert_accessible

#: A camera that sees one label: chromium has no detector of codes on this system.
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "code_128", "ean_13"]; }
  constructor({ formats }) { this.formats = formats.join(); }
  async detect(view) {
    const ready = view.readyState >= 2 && this.formats === "qr_code,code_128";
    return ready ? [{ rawValue: "%s" }] : [];
  }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(5);
};
"""

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_cart_is_counted_with_the_network_off_in_the_middle(
    phone: Any, sign_in_fast: Any
) -> None:
    cart = CartFactory(filled=15)
    stray = CartFactory(school=cart.school, name="Tablettes 2", filled=1).devices.get(slot=1)
    devices = list(cart.devices.order_by("slot"))
    sign_in_fast(phone, UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))

    phone.goto(reverse("audits:scanner"))
    phone.get_by_label("Code", exact=True).fill(
        f"https://escale.example/parc/e/{cart.label_token}/"
    )
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name=cart.name)).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("button", name="Contrôler ce chariot").click()
    field = phone.get_by_label("Scannez ou tapez un code")
    green = phone.locator(".slot--seen")

    def scan(*codes: str) -> None:
        for code in codes:
            field.fill(code)
            field.press("Enter")

    scan(*(device.serial for device in devices[:5]), stray.asset_tag)
    expect(green).to_have_count(5)
    expect(phone.get_by_text("Leur place est ailleurs")).to_be_visible()
    phone.evaluate("navigator.serviceWorker.ready")
    phone.wait_for_function("caches.match(location.href)")

    phone.context.set_offline(True)
    scan(*(device.asset_tag for device in devices[5:10]), "CODE-SANS-NOM")
    expect(phone.get_by_text("6 scans en attente d’envoi")).to_be_visible()
    expect(phone.locator(".slot--pending")).to_have_count(5)
    assert_accessible(phone)
    # The page survives being reloaded without a network, and what waits with it.
    phone.reload()
    expect(phone.get_by_text("6 scans en attente d’envoi")).to_be_visible()
    scan(devices[10].asset_tag)
    phone.get_by_role("button", name=f"Compter comme vu : {devices[11].asset_tag}").click()
    expect(phone.get_by_text("8 scans en attente d’envoi")).to_be_visible()
    assert Scan.objects.count() == 6, "nothing left the telephone"

    phone.context.set_offline(False)
    expect(green).to_have_count(12)
    expect(phone.get_by_text("en attente d’envoi")).to_be_hidden()
    expect(phone.get_by_role("region", name="Codes inconnus")).to_contain_text("CODE-SANS-NOM")
    assert Scan.objects.count() == 14
    phone.get_by_role("button", name=f"Le mettre ici : {stray.asset_tag}").click()
    expect(phone.get_by_text("Leur place est ailleurs")).to_be_hidden()
    phone.get_by_role("button", name=f"Ne plus compter {devices[0].asset_tag}").click()
    expect(green).to_have_count(11)
    assert_accessible(phone)

    phone.get_by_role("link", name="Terminer le contrôle").click()
    phone.get_by_role("checkbox", name=devices[14].asset_tag).check()
    assert_accessible(phone)
    phone.get_by_role("button", name="Clore le contrôle").click()
    phone.get_by_role("heading", name="Constat : Tablettes 1").wait_for()
    assert_accessible(phone)
    assert Audit.objects.get().state == "closed"
    told = FleetEvent.objects.values_list("kind", flat=True)
    assert sorted(told) == ["missed"] * 4 + ["moved"] * 2 + ["reported"] + ["seen"] * 11
