"""A manager brings a school's workbook into the fleet from a phone, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classrooms.models import Device
from core.accounts.roles import Role
from core.spreadsheets import Column, write_xlsx
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceModelFactory
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_workbook_from_the_file_to_its_undoing(
    phone: Any, sign_in_fast: Any, tmp_path: Any
) -> None:
    cart = CartFactory(filled=2)
    DeviceModelFactory(maker="Calanque", name="Ardoise 11")
    worn = cart.devices.get(slot=1)
    columns = [Column(title) for title in ("N° de série", "N° inventaire", "Marque", "Modèle",
                                           "UAI", "État", "Prix TTC")]  # fmt: skip
    uai = cart.school.uai
    rows = [
        [worn.serial, worn.asset_tag, "", "", "", "usé", "299,90 €"],
        ["00012345", "PM-99-1", "Calanque", "Ardoise 11", uai, "", ""],
        ["00012346", "PM-99-2", "Calanque", "Ardoise 11", "0000000X", "", ""],
        ["00012347", "PM-99-3", "Tramontane", "Galet", uai, "", ""],
    ]
    file = tmp_path / "inventaire.xlsx"
    file.write_bytes(write_xlsx("Parc", columns, rows))
    sign_in_fast(phone, UserFactory(given_name="Inès", roles=[Role.IT_MANAGER]))
    phone.goto(reverse("classrooms:imports"))
    assert_accessible(phone)
    phone.get_by_label("D’où vient ce tableau ?").fill("École du Port")
    phone.get_by_label("Tableau", exact=True).set_input_files(file)
    phone.get_by_role("button", name="Lire le tableau").click()
    phone.get_by_role("heading", name="Essai : inventaire.xlsx").wait_for()
    assert_accessible(phone)
    phone.get_by_role("heading", name="Ligne par ligne").click()
    expect(phone.get_by_text("Aucune école n’a le code 0000000X.")).to_be_visible()
    phone.get_by_label("Tramontane Galet").select_option(label="Nouveau : Tablette")
    phone.get_by_role("button", name="Retenir et essayer de nouveau").first.click()
    phone.get_by_role("link", name="À modifier").click()
    expect(phone.get_by_text("Prix payé : rien → 299,90")).to_be_visible()
    phone.get_by_role("button", name="Enregistrer 3 lignes").click()
    expect(phone.get_by_text("Tout est enregistré dans le parc")).to_be_visible(timeout=15_000)
    assert_accessible(phone)
    assert Device.objects.get(serial="00012345").school == cart.school
    phone.goto(reverse("classrooms:device", args=[worn.asset_tag]))
    expect(phone.get_by_text("Mis à jour par un tableau")).to_be_visible()
    expect(phone.get_by_text("État : Bon état → Usé")).to_be_visible()
    assert_accessible(phone)
    phone.go_back()
    phone.get_by_role("button", name="Annuler cet import").click()
    expect(phone.get_by_text("Cet import a été annulé")).to_be_visible(timeout=15_000)
    worn.refresh_from_db()
    assert worn.condition == "good"
    assert not Device.objects.live().filter(serial__startswith="0001234").exists()
