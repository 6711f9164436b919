"""The pages of tables of devices: from the file to its undoing, in plain forms."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from classrooms.models import Device, ImportRun
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
LIST = "classrooms:imports"


def bring(client: Client, data: bytes, name: str = "parc.csv") -> Any:
    sent = SimpleUploadedFile(name, data)
    form = {"subject": "devices", "supplier": "École du Port", "file": sent}
    return client.post(reverse(LIST), form)


def test_a_manager_does_it_all_from_the_pages(client: Client, committed: Any) -> None:
    good, bad = DeviceFactory(condition="good"), DeviceFactory()
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    data = f"Série;État\n{good.serial};usé\n{bad.serial};bizarre\n".encode()
    with committed():
        sent = bring(client, data)
    run = ImportRun.objects.get()
    page = client.get(sent.url).content.decode()
    assert "« bizarre » n’est pas connu" in page.replace("\xa0", " ")
    assert good.asset_tag not in page, "what must be corrected comes first"
    assert 'href="#enregistrer"' in page, "saving is below twenty-five lines"
    assert 'id="enregistrer"' in page
    everything = client.get(sent.url + "?effet=update").content.decode()
    assert "<del>Bon état</del> → <ins>Usé</ins>" in everything
    noted = client.get(reverse("classrooms:import_annotated", args=[run.public_id]))
    rows = [[c.value for c in row] for row in load_workbook(BytesIO(noted.content)).active.rows]
    assert [row[1] for row in rows] == ["Résultat", "À modifier", "À corriger"]
    act = reverse("classrooms:import_act", args=[run.public_id])
    with committed():
        client.post(act, {"do": "apply", "version": run.version, "digest": run.digest})
    good.refresh_from_db()
    assert good.condition == "worn"
    done = client.get(sent.url).content.decode()
    assert 'value="undo"' in done
    with committed():
        client.post(act, {"do": "undo"})
    good.refresh_from_db()
    assert good.condition == "good"
    assert ImportRun.objects.get().state == "undone"
    assert "comme avant" in client.get(sent.url).content.decode()


def test_columns_are_explained_on_the_page(client: Client, committed: Any) -> None:
    device = DeviceFactory(condition="good")
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    with committed():
        sent = bring(client, f"Truc;Machin\n{device.serial};usé\n".encode())
    assert "Aucune colonne n’est reconnue" in client.get(sent.url).content.decode()
    with committed():
        client.post(sent.url, {"c:serial": "Truc", "c:condition": "Machin", "header_line": "1"})
    assert ImportRun.objects.get().counts["update"] == 1
    dropped = reverse("classrooms:import_act", args=[ImportRun.objects.get().public_id])
    client.post(dropped, {"do": "drop"})
    run = ImportRun.objects.get()
    assert (run.state, bytes(run.cells)) == ("dropped", b"")
    assert client.get(sent.url).status_code == 200


def test_a_code_where_a_name_is_wanted_answers_itself(client: Client, committed: Any) -> None:
    cart, theirs = CartFactory(filled=1), CartFactory(filled=1)
    uai, serial = cart.school.uai, cart.devices.get().serial
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, uai)]))
    table = f"Série;École\n{serial};{uai.lower()}\nX1;{theirs.school.uai}\n"
    with committed():
        sent = bring(client, table.encode())
    page = client.get(sent.url).content.decode()
    assert f'maxlength="8" value="{uai}"' in page
    assert f'maxlength="8" value="{theirs.school.uai}"' not in page


def test_while_a_worker_is_at_it_the_page_says_how_far(client: Client) -> None:
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    sent = bring(client, b"Serie;Etat\nX1;bon\n")
    assert "rien n’est encore enregistré" in client.get(sent.url).content.decode()
    ImportRun.objects.update(progress=40)
    assert '<progress id="far" max="100" value="40">' in client.get(sent.url).content.decode()
    answer = client.get(sent.url + "essai.xlsx")
    assert answer.status_code == 302


def test_a_hostile_file_is_refused_on_the_form(client: Client) -> None:
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    answer = bring(client, b"\x89PNG\r\n", "photo.xlsx")
    assert answer.status_code == 422
    assert "ni un tableau Excel" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_table_is_its_technician_s_and_the_managers(client: Client, committed: Any) -> None:
    cart = CartFactory(filled=1)
    mine = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    sign_in_client(client, mine)
    with committed():
        sent = bring(client, b"Serie;Etat\nX1;bon\n")
    other = Client()
    sign_in_client(other, UserFactory(roles=[(Role.IT_TECHNICIAN, CartFactory().school.uai)]))
    assert other.get(sent.url).status_code == 404
    assert "parc.csv" not in other.get(reverse(LIST)).content.decode()
    run = ImportRun.objects.get()
    for name in ("import_act", "import_annotated"):
        url = reverse(f"classrooms:{name}", args=[run.public_id])
        assert (other.post if name == "import_act" else other.get)(url).status_code == 404
    boss = Client()
    sign_in_client(boss, UserFactory(roles=[Role.IT_MANAGER]))
    assert boss.get(sent.url).status_code == 200
    assert Device.objects.count() == 1


def test_the_list_of_tables_asks_a_fixed_number_of_questions(
    client: Client, committed: Any, django_assert_max_num_queries: Any
) -> None:
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    for _n in range(3):
        bring(client, b"Serie;Etat\nX1;bon\n")
    with django_assert_max_num_queries(16):
        client.get(reverse(LIST))


def test_other_tools_get_the_columns_they_read(client: Client) -> None:
    cart = CartFactory(filled=1)
    device = cart.devices.get()
    Device.objects.filter(pk=device.pk).update(
        serial="0012E5", cost_cents=29990, purchased_on="2024-08-31", warranty_end="2027-08-31"
    )
    foreign = DeviceFactory()
    DeviceFactory(school=cart.school, state="retired")
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    told = {
        tool: client.get(reverse("classrooms:devices_for", args=[tool])).content.decode("utf-8-sig")
        for tool in ("glpi", "jamf", "google")
    }
    assert all(foreign.serial not in text for text in told.values())
    assert told["google"].splitlines() == ["Serial Number,Asset Tag", f"0012E5,{device.asset_tag}"]
    jamf = dict(zip(*(line.split(",") for line in told["jamf"].splitlines()), strict=True))
    assert (jamf["Device Type"], jamf["Purchase Price"], jamf["Warranty Expiration"]) == (
        "Mobile Device", "299.90", "2027-08-31")  # fmt: skip
    glpi = dict(zip(*(line.split(";") for line in told["glpi"].splitlines()), strict=True))
    assert glpi["Location"] == f"{cart.school.name} ({cart.school.uai}) > {cart.code}"
    assert glpi["Date of purchase"] == "31/08/2024"
    assert client.get(reverse("classrooms:devices_for", args=["autre"])).status_code == 404
