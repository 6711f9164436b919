"""The second life's pages: from a proposal to a deed; what another school's people meet."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from classrooms.models import Device
from classrooms.secondlife.models import Departure, Lot, Sitting, Triage, Wipe
from classrooms.secondlife.queries.reuse import reuse
from classrooms.stock import actions as stock
from core import clock
from core.accounts.roles import Role
from core.journal import SYSTEM
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceFactory,
    DeviceModelFactory,
    SpareFactory,
)
from tests.factories.secondlife import (
    DepartureFactory,
    LotFactory,
    RecipientFactory,
    SittingFactory,
    WipeFactory,
    WrittenOffFactory,
    ready_to_leave,
)
from tests.factories.stock import StockItemFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    sign_in_client(client, user)
    return client


@pytest.fixture
def manager():
    return signed_in(UserFactory(roles=[Role.IT_MANAGER]))


@pytest.fixture
def colleague():
    return signed_in(UserFactory(roles=[Role.IT_MANAGER]))


def at(name, row=None):
    return reverse(f"secondlife:{name}", args=[row.public_id] if row else [])


def test_from_a_proposal_to_a_signed_deed(manager, colleague):
    depot = DepotFactory()
    device = DeviceFactory(purchased_on="2015-01-10", cost_cents=40_000)
    page = manager.get(at("propose")).content.decode()
    assert device.asset_tag in page
    manager.post(at("propose"), {"pick": device.pk, "reason": "age"})
    departure = Departure.objects.get(device=device)
    assert departure.worth_cents == 0
    manager.post(at("receive"), {"pick": departure.pk, "depot": depot.pk})
    tests = {f"test-{code}": "good" for code in
             ("screen", "battery", "keys", "network", "sound", "camera", "case")}  # fmt: skip
    manager.post(at("grade", departure), {"grade": "B", "storage": "flash", **tests})
    manager.post(at("sittings"), {"held_on": clock.today().isoformat()})
    sitting = Sitting.objects.get()
    assert device.asset_tag in manager.get(at("sitting", sitting)).content.decode()
    manager.post(at("sitting_decide", sitting), {"pick": departure.pk})
    manager.post(at("sitting_close", sitting))
    device.refresh_from_db()
    assert device.state == "retired"
    wiped = {"storage": "flash", "technique": "crypto", "tool": "Atelier MDM", "tool_version": "4"}
    manager.post(at("wipe", departure), wiped)
    mine, theirs = (who.get("/").content.decode() for who in (manager, colleague))
    assert "Effacements à vérifier" in theirs
    assert "Effacements à vérifier" not in mine
    assert device.asset_tag in colleague.get(at("departures") + "?step=verify").content.decode()
    seen = {"verification": "report", "passed": "1"}
    assert manager.post(at("verify", departure), seen).status_code == 409
    colleague.post(at("verify", departure), seen)
    wipe = Wipe.objects.get(result="passed")
    manager.post(at("lots"), {"recipient": RecipientFactory().pk})
    lot = Lot.objects.get()
    assert device.asset_tag in manager.get(at("lot", lot)).content.decode()
    manager.post(at("lot_add", lot), {"pick": device.pk})
    for step in ("offer", "accept"):
        manager.post(at("lot_step", lot), {"step": step})
    day = clock.today().isoformat()
    assert manager.post(at("lot_hand_over", lot), {"gone_on": day}).status_code == 409
    manager.post(at("lot_hand_over", lot), {"gone_on": day, "signed_name": "Aline Roux"})
    lot.refresh_from_db()
    assert lot.state == "gone"
    for url in (at("sitting_record", sitting), at("certificate", wipe), at("lot_paper", lot)):
        assert manager.get(url).content.startswith(b"%PDF")
    for url in (at("file", departure), at("lots"), at("sittings"), at("recipients")):
        assert manager.get(url).status_code == 200
    sheet = manager.get(reverse("classrooms:device", args=[device.asset_tag])).content.decode()
    assert "Donné à" in sheet


def test_a_sitting_to_come_shows_what_waits_and_decides_nothing(manager):
    departure = DepartureFactory()
    sitting = SittingFactory(held_on=clock.today() + dt.timedelta(days=3))
    page = manager.get(at("sitting", sitting)).content.decode()
    assert departure.device.asset_tag in page
    assert 'name="pick"' not in page
    assert "Rien ne se décide avant" in page
    Sitting.objects.update(held_on=clock.today())
    assert 'value="keep"' in manager.get(at("sitting", sitting)).content.decode()
    manager.post(
        at("sitting_decide", sitting), {"pick": departure.pk, f"to-{departure.pk}": "keep"}
    )
    departure.refresh_from_db()
    assert departure.state == "refused"


def test_an_act_without_a_device_says_so_and_keeps_what_was_ticked(manager):
    lot, device = LotFactory(), DeviceFactory(purchased_on="2012-01-10")
    said = manager.post(at("lot_add", lot), {}, follow=True).content.decode()
    assert "Cochez les appareils" in said
    assert "Proposer le lot" not in said
    departure = DepartureFactory(device=SpareFactory(purchased_on="2012-01-10"))
    again = {"reason": "age", "typed": departure.device.asset_tag, "pick": device.pk}
    answer = manager.post(at("propose"), {"reason": "age", "typed": departure.device.asset_tag})
    assert answer.status_code == 409
    assert "déjà proposé" in answer.content.decode()
    wrong = manager.post(at("propose"), again | {"typed": "XX-99"}).content.decode()
    assert re.search(rf'value="{device.pk}" aria-label="{device.asset_tag}"[^>]* checked', wrong)


def test_a_bench_starts_with_the_diagnosis_and_takes_no_memory_for_granted(manager):
    departure = DepartureFactory()
    WipeFactory(tool="Gomme 3000")
    page = manager.get(at("file", departure)).content.decode()
    assert page.index("Enregistrer le diagnostic") < page.index("C’est effacé")
    assert '<option value="Gomme 3000">' in page
    assert manager.post(at("wipe", departure), {"tool": "Gomme 3000"}).status_code == 422
    assert not Wipe.objects.filter(device=departure.device).exists()
    tests = {f"test-{test}": "good" for test in
             ("screen", "battery", "keys", "network", "sound", "camera", "case")}  # fmt: skip
    assert manager.post(at("grade", departure), {"grade": "B", **tests}).status_code == 422
    assert manager.post(at("grade", departure), {"grade": "B", "storage": "ssd", **tests}).url
    page = manager.get(at("file", departure)).content.decode()
    assert page.index("C’est effacé") < page.index("Enregistrer le diagnostic")


def test_a_piece_of_the_stock_goes_into_a_device_and_back_on_its_shelf(manager):
    file = DepartureFactory()
    device = file.device
    Triage.objects.create(departure=file, grade="B")
    item, unfit = StockItemFactory(name="Dalle", price_cents=3_150), StockItemFactory(name="Encre")
    unfit.fits.add(DeviceModelFactory(name="Une autre"))
    for each in (item, unfit):
        stock.receive(by=SYSTEM, item=each, place=device.depot, quantity=2)
    page = manager.get(at("file", file)).content.decode()
    assert ">Dalle (2)</option>" in page
    assert "Encre" not in page, "it is made for another model"
    form = {"item": item.pk, "quantity": "2", "ref": str(uuid.uuid4())}
    assert manager.post(at("part", file), form | {"quantity": "3"}).status_code == 409
    for _turn in range(2):
        assert manager.post(at("part", file), form).status_code == 302
    moved = item.movements.get(kind="used")
    assert (item.levels.get().quantity, moved.cost_cents) == (0, 6_300)
    assert device.asset_tag in moved.why
    assert "63,00" in manager.get(at("file", file)).content.decode()
    for _turn in range(2):
        manager.post(at("part_back", file), {"part": moved.pk})
    assert item.levels.get().quantity == 2
    assert "63,00" not in manager.get(at("file", file)).content.decode()
    other = DepartureFactory(device=SpareFactory(depot=DepotFactory(code="LOIN")))
    Triage.objects.create(departure=other, grade="B")
    manager.post(at("part", other), form)
    assert item.levels.get().quantity == 2, "the shelf of another workshop"


def test_what_failed_is_to_be_destroyed_until_it_is_and_leaves_by_its_true_weight(manager):
    departure = WrittenOffFactory(destination="recycle")
    WipeFactory(device=departure.device, result="failed")
    word = "la mémoire doit être détruite avant toute sortie"
    page = manager.get(at("file", departure)).content.decode()
    assert word in page
    assert page.index("C’est effacé") < page.index("Enregistrer le diagnostic"), "it is decided"
    WipeFactory(device=departure.device, category="destroy", technique="shred")
    assert word not in manager.get(at("file", departure)).content.decode()
    lot = LotFactory(
        kind="recycling", number="REC-2020-001", slip_number="BSD-7", weight_grams=2_545,
        state="gone", gone_on=clock.today(),
    )  # fmt: skip
    assert "2,545 kg" in manager.get(at("lot", lot)).content.decode()


def test_a_double_click_opens_one_sitting_and_one_lot(manager):
    forms = (
        ("sittings", {"held_on": clock.today().isoformat()}),
        ("lots", {"recipient": RecipientFactory().pk}),
    )
    for name, data in forms:
        token = re.search(r'name="once" value="([^"]+)"', manager.get(at(name)).content.decode())
        once = data | {"once": token[1]}
        first, second = (manager.post(at(name), once).url for _turn in range(2))
        assert first == second
    assert (Sitting.objects.count(), Lot.objects.count()) == (1, 1)


def test_one_lands_where_something_is_to_be_done(manager):
    assert "Rien à cette étape" in manager.get(at("departures")).content.decode()
    departure = DepartureFactory()
    page = manager.get(at("departures")).content.decode()
    assert departure.device.asset_tag in page, "nothing is to be fetched, it is on the bench"
    asked = manager.get(at("departures") + "?step=collect").content.decode()
    assert departure.device.asset_tag not in asked


def test_a_page_of_departures_asks_the_same_whatever_its_length(
    manager, django_assert_max_num_queries
):
    for _turn in range(12):
        ready_to_leave()
    with django_assert_max_num_queries(14):
        assert manager.get(at("departures") + "?step=decided").status_code == 200


def test_another_schools_technician_meets_nothing():
    theirs = CartFactory(filled=2).devices.get(slot=1)
    departure = DepartureFactory(device=theirs, state="proposed")
    wipe = WipeFactory(device=theirs)
    old = DeviceFactory(purchased_on="2012-01-10")
    ours = CartFactory(filled=1).school
    technician = signed_in(UserFactory(roles=[(Role.IT_TECHNICIAN, ours.uai)]))
    for url in (at("file", departure), at("certificate", wipe)):
        assert technician.get(url).status_code == 404
    for url in (
        at("departures"),
        at("departures") + f"?q={theirs.asset_tag}",
        at("propose"),
        at("export"),
    ):
        assert theirs.serial.encode() not in technician.get(url).content
        assert old.asset_tag not in technician.get(url).content.decode("latin-1")
    assert technician.post(at("grade", departure), {}).status_code == 404
    technician.post(at("propose"), {"pick": old.pk, "reason": "age"})
    technician.post(at("propose"), {"typed": old.asset_tag, "reason": "age"})
    technician.post(at("receive"), {"pick": departure.pk, "depot": DepotFactory().pk})
    assert Departure.objects.count() == 1
    assert Device.objects.get(pk=theirs.pk).cart is not None
    assert technician.get(at("sittings")).status_code == 403
    assert technician.post(at("lot_step", LotFactory()), {"step": "offer"}).status_code == 403


def test_the_rates_count_what_the_decree_counts():
    manager = UserFactory(roles=[Role.IT_MANAGER])
    year = clock.today().year
    spring, before = clock.at(clock.today().replace(month=1, day=2), 9), year - 1
    past = spring.replace(year=before, month=6)

    def gone(**facts):
        return WrittenOffFactory(state="gone", ended_at=spring, **facts)

    gone(decided_at=past)
    gone(decided_at=spring)
    gone(decided_at=past, destination="recycle")
    gone(decided_at=past, device__purchased_on=f"{before - 12}-01-01")
    WrittenOffFactory(decided_at=past)
    DepartureFactory(state="reused", ended_at=spring)
    gone(reason="lost", destination="none")
    now = reuse(manager, clock.today())[0]
    assert (now.all.renewed, now.all.given, now.all.recycled) == (1, 3, 1)
    assert now.all.percent == 80
    # Two of ten years at most given; three of them stood there on 1 January.
    assert (now.all.decree_given, now.all.decree_stock) == (2, 3)
    assert now.all.decree_percent == 67
    assert now.target == 50
    client = signed_in(manager)
    assert "67" in client.get(at("reuse")).content.decode()
    assert client.get(at("reuse_export")).content[:2] == b"PK"
