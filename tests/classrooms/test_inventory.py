"""What is said of devices: addresses, own fields by category, the sheet corrected by hand."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from classrooms import actions, exports, extras, rules
from classrooms.importing import runs
from classrooms.models import Device, DeviceAddress, DeviceCategory
from classrooms.models.history import CARD, TOLD, plain
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.classrooms.tables import applied, manager, reasons, table, tried
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory
from tests.factories.secondlife import WrittenOffFactory
from tests.people import sign_in_client

MAC, OTHER = "02:00:5E:10:00:01", "02:00:5E:10:00:02"


@pytest.mark.parametrize(
    "text", ["02005e100001", "02-00-5E-10-00-01", "0200.5e10.0001", " 02:00:5e:10:00:01 "]
)
def test_an_address_is_one_however_it_is_written(text):
    assert rules.normalise_mac(text) == MAC


@pytest.mark.parametrize("text", ["", "02005e10000", "01:00:5E:10:00:01", "0" * 12, "zz" * 6])
def test_what_is_no_devices_address_is_refused(text):
    with pytest.raises(ValueError, match="address"):
        rules.normalise_mac(text)


@pytest.mark.django_db
def test_an_address_is_one_live_devices_whoever_writes():
    first, second = DeviceFactory(macs=[MAC, OTHER]), DeviceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=second.pk).update(macs=[MAC])
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceFactory(macs=[OTHER])
    Device.objects.filter(pk=first.pk).update(macs=[OTHER])
    second.macs = [MAC]
    Device.objects.bulk_update([second], ["macs"])
    WrittenOffFactory(device=first)
    Device.objects.filter(pk=first.pk).update(state="retired")
    third = DeviceFactory(macs=[OTHER])
    assert dict(DeviceAddress.objects.values_list("mac", "device")) == {
        MAC: second.pk,
        OTHER: third.pk,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=first.pk).update(state="spare")


SCHEMA = [
    {"key": "diagonale", "label": "Diagonale", "kind": "number", "required": True, "unit": "cm"},
    {"key": "coque", "label": "Coque", "kind": "choice", "options": ["Bleue", "Noire"]},
    {"key": "clavier", "label": "Clavier", "kind": "bool"},
    {"key": "reprise", "label": "Reprise le", "kind": "date"},
    {"key": "note", "label": "Note", "kind": "text"},
]
ALL = {
    "diagonale": "25,4",
    "coque": "noire",
    "clavier": "oui",
    "reprise": "31/08/2026",
    "note": "=1+1",
}
READ = {
    "diagonale": "25.4",
    "coque": "Noire",
    "clavier": True,
    "reprise": "2026-08-31",
    "note": "=1+1",
}


def test_own_fields_are_read_and_written_back_the_same():
    values, problems = extras.settle(SCHEMA, ALL, {}, whole=True)
    assert (values, problems) == (READ, [])
    again = {f.key: extras.written(f, values[f.key]) for f in extras.fields_of(SCHEMA)}
    assert extras.settle(SCHEMA, again, {}, whole=True) == (READ, [])
    wrong = {"diagonale": "grand", "coque": "Rose", "clavier": "bof", "reprise": "31/31/2026"}
    assert {key for key, _ in extras.settle(SCHEMA, wrong, {}, whole=False)[1]} == set(wrong)
    missing = extras.settle(SCHEMA, {"diagonale": ""}, READ, whole=True)
    assert [key for key, _ in missing[1]] == ["diagonale"]


def test_a_change_of_schema_breaks_no_row():
    """A field that went keeps its value, an option that went stays for those who have it."""
    later = [
        {"key": "coque", "label": "Coque", "kind": "choice", "options": ["Verte"]},
        {"key": "lot", "label": "Lot", "kind": "text", "required": True},
    ]
    assert extras.settle(later, {"coque": "Noire"}, READ, whole=False) == (READ, [])
    assert extras.settle(later, {"coque": "Bleue"}, READ, whole=False)[1], "not an option any more"
    assert ("Coque", "Noire") in extras.sheet(later, READ)


@pytest.fixture
def technician():
    cart = CartFactory(filled=2)
    cart.device = cart.devices.get(slot=1)
    DeviceCategory.objects.update(fields=SCHEMA)
    cart.user = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    return cart


@pytest.mark.django_db
def test_a_device_is_entered_and_corrected_by_hand(client, technician):
    cart, model = technician, technician.device.model
    sign_in_client(client, cart.user)
    url = reverse("classrooms:device_new")
    assert "Tablette" in client.get(url).content.decode()
    form = {
        "asset_tag": "pm-26-99999",
        "serial": "ab-12 34",
        "model": model.pk,
        "purchased_on": "2026-01-31",
        "funding": "city",
        "macs": "02-00-5e-10-00-01",
        "cart": cart.code.lower(),
        "slot": "3",
        **{f"extra:{key}": text for key, text in ALL.items()},
    }
    sent = client.post(url + "?category=tablet", {**form, "extra:diagonale": ""})
    assert sent.status_code == 422
    assert client.post(url + "?category=tablet", form).status_code == 302
    device = Device.objects.get(asset_tag="PM-26-99999")
    assert (device.serial, device.macs, device.extra) == ("AB1234", [MAC], READ)
    assert (device.cart, device.slot, device.state) == (cart, 3, "in_use")
    assert device.warranty_end.isoformat() == "2029-01-31"
    assert client.post(url + "?category=tablet", form).status_code == 422, "the slot is taken"
    page = client.get(reverse("classrooms:device", args=[device])).content.decode()
    assert "25,4 cm" in page
    edit = reverse("classrooms:device_edit", args=[device])
    form |= {"serial": cart.device.serial, "extra:coque": "Bleue"}
    taken = client.post(edit, form)
    assert cart.device.asset_tag in taken.content.decode(), "hers: she is told whose it is"
    form["serial"] = "AB1235"
    assert client.post(edit, form).status_code == 302
    changes = {}
    for event in device.events.order_by("pk"):
        for field, (was, became) in event.changes.items():
            assert changes.get(field) == was
            changes[field] = became
    device.refresh_from_db()
    now = {name: plain(getattr(device, name)) for name in (*TOLD, *CARD)}
    assert {k: v for k, v in changes.items() if v is not None} == {
        k: v for k, v in now.items() if v is not None
    }
    assert [e.kind for e in device.events.order_by("pk")] == ["entered", "corrected"]
    assert (
        "Fiche corrigée" in client.get(reverse("classrooms:device", args=[device])).content.decode()
    )


@pytest.mark.django_db
def test_what_another_school_has_is_refused_without_a_name(client, technician):
    other = DeviceFactory(macs=[MAC])
    sign_in_client(client, technician.user)
    for name in ("device_edit", "device"):
        assert client.get(reverse(f"classrooms:{name}", args=[other])).status_code == 404
    by = Actor(user=technician.user)
    for facts in ({"macs": [MAC]}, {"serial": other.serial}):
        with pytest.raises(RuleBroken) as refused:
            actions.correct(by=by, device=technician.device, **facts)
        assert other.asset_tag not in refused.value.message
    assert (
        client.get(reverse("classrooms:devices"), {"q": MAC}).context["page"].paginator.count == 0
    )


@pytest.mark.django_db
def test_the_list_is_narrowed_by_a_field_of_the_category(client, technician):
    Device.objects.filter(pk=technician.device.pk).update(extra=READ, macs=[MAC])
    sign_in_client(client, technician.user)

    def count(**query):
        return client.get(reverse("classrooms:devices"), query).context["page"].paginator.count

    assert count(category="tablet") == 2
    assert count(category="tablet", **{"x-coque": "Noire"}) == 1
    assert count(category="tablet", **{"x-coque": "Bleue"}) == 0
    assert count(category="tablet", **{"x-clavier": "oui"}) == 1
    assert count(q="0200.5e10.0001") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("export", [exports.devices_csv, exports.devices_xlsx])
def test_own_fields_and_addresses_leave_and_come_back(technician, export):
    Device.objects.filter(pk=technician.device.pk).update(
        extra=READ | {"ancien": "gardé"}, macs=[MAC, OTHER], os_version="14"
    )
    who = manager()
    with translation.override("en"):
        assert tried(export(Device.objects.all()), who).counts["unchanged"] == 2
    head = "Série;Adresse MAC;Coque;Diagonale;Système"
    serials = list(Device.objects.order_by("slot").values_list("serial", flat=True))
    run = tried(table(f"{serials[0]};-;Bleue;;15", f"{serials[1]};{OTHER};;;", head=head), who)
    assert "adresse d’un autre" in reasons(run), "given up by one line, not yet free for another"
    Device.objects.filter(pk=technician.device.pk).update(last_seen_at=clock.now())
    run = applied(tried(table(f"{serials[0]};-;Bleue;;15", head=head), who))
    technician.device.refresh_from_db()
    device = technician.device
    assert (device.macs, device.os_version) == ([], "14"), "its server tells the system"
    assert device.extra == READ | {"ancien": "gardé", "coque": "Bleue"}
    runs.start_undo(by=Actor(user=who), run=run)
    assert runs.undo(run.pk)
    device.refresh_from_db()
    assert (device.macs, device.extra["coque"]) == ([MAC, OTHER], "Noire")
    bad = tried(table(f"{serials[0]};02:00;Rose;x;", head=head), who)
    assert all(word in reasons(bad) for word in ("adresse MAC", "dans la liste", "nombre"))


@pytest.mark.django_db
def test_two_lines_do_not_share_an_address(technician):
    serials = list(Device.objects.values_list("serial", flat=True))
    run = tried(table(*(f"{serial};{MAC}" for serial in serials), head="Série;MAC"))
    assert run.counts["rejected"] == 2


def _category(**rows):
    """Return the form of a category: each row is label, kind, options, key."""
    form = {"name": "Imprimante", "code": "imprimante", "family": "printer", "is_active": "on"}
    for index, (label, kind, options, key) in enumerate(rows.values()):
        form |= {
            f"f{index}-label": label,
            f"f{index}-kind": kind,
            f"f{index}-options": options,
            f"f{index}-key": key,
        }
    return form


@pytest.mark.django_db
def test_the_manager_keeps_categories_and_models(client):
    sign_in_client(client, UserFactory(roles=[Role.IT_TECHNICIAN]))
    assert client.get(reverse("classrooms:kinds")).status_code == 403
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    new = reverse("classrooms:category_new")
    assert client.post(new, _category(a=("Modèle", "text", "", ""))).status_code == 422
    assert client.post(new, _category(a=("Encre", "choice", " , ", ""))).status_code == 422
    rows = {
        "a": ("Encre", "choice", "Noire, Couleur", ""),
        "b": ("Pages par minute", "number", "", ""),
    }
    assert client.post(new, _category(**rows)).status_code == 302
    category = DeviceCategory.objects.get()
    assert [row["key"] for row in category.fields] == ["encre", "pages_par_minute"]
    form = {
        "category": category.pk, "maker": "Embrun", "name": "Jet 4", "warranty_months": "24",
        "life_months": "60", "price_cents": "189,90", "is_active": "on",
        "repair-screen": "", "repair-power": "45",
    }  # fmt: skip
    assert client.post(reverse("classrooms:model_new"), form).status_code == 302
    model = category.device_models.get()
    assert (model.price_cents, dict(model.repair_prices.values_list("kind", "cents"))) == (
        18990,
        {"power": 4500},
    )
    DeviceFactory(model=model, extra={"encre": "Noire"})
    edit = reverse("classrooms:category_edit", args=[category.code])
    other_kind = _category(a=("Encre", "text", "", "encre"))
    assert client.post(edit, other_kind).status_code == 422, "a device has a value"
    renamed = _category(a=("Cartouche", "choice", "Noire", "encre"))
    assert client.post(edit, renamed).status_code == 302
    category.refresh_from_db()
    assert [(row["key"], row["label"]) for row in category.fields] == [("encre", "Cartouche")]
    page = reverse("classrooms:model_edit", args=[model.pk])
    form = {**form, "warranty_months": "36", "repair-power": ""}
    form.pop("is_active")
    assert client.post(page, form).status_code == 302
    told = client.get(page).content.decode().replace("\u00a0", " ")
    assert "24 → 36" in told
    assert "45,00 € → rien" in told
    new = reverse("classrooms:device_new")
    assert "Imprimante" not in client.get(new).content.decode(), "nothing of it is bought any more"
    assert client.get(reverse("classrooms:kinds")).status_code == 200


@pytest.mark.django_db
def test_a_technician_notes_whether_a_cart_charges(client, technician):
    sign_in_client(client, technician.user)
    url = reverse("classrooms:cart_charging", args=[technician.code])
    assert client.post(url, {"charging": "charged"}).status_code == 302
    assert client.post(url, {"charging": "on fire"}).status_code == 409
    page = client.get(reverse("classrooms:cart", args=[technician.code])).content.decode()
    assert "Chargé" in page
    foreign = reverse("classrooms:cart_charging", args=[CartFactory().code])
    assert client.post(foreign, {"charging": "charged"}).status_code == 404


@pytest.mark.django_db
def test_the_api_corrects_by_the_same_rules(client, technician):
    sign_in_client(client, technician.user)
    other = DeviceFactory(macs=[OTHER])
    base = "/api/v1/classrooms/devices/"

    def patch(device, **body):
        return client.patch(f"{base}{device.asset_tag}", body, content_type="application/json")

    sent = patch(technician.device, macs=[MAC], extra={"diagonale": 25.4, "clavier": True})
    assert sent.status_code == 200, sent.content
    assert (sent.json()["macs"], sent.json()["extra"]) == (
        [MAC],
        {"diagonale": "25.4", "clavier": True},
    )
    taken = patch(technician.device, macs=[OTHER])
    assert (taken.status_code, taken.json()["field"]) == (409, "macs")
    assert patch(technician.device, extra={"coque": "Rose"}).status_code == 409
    assert patch(technician.device, extra={"autre": "1"}).status_code == 409
    assert patch(other, macs=[]).status_code == 404
