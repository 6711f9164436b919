"""Pages of the fleet: what they show, in how many queries, and what they answer to haste."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from classrooms import actions
from classrooms.actions import Holder
from classrooms.models import Device, HandOut, Incident
from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from core.spreadsheets import read_table
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DeviceFactory,
    IncidentFactory,
    InternetLineFactory,
    SpareFactory,
)
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart():
    return CartFactory(filled=15)


@pytest.fixture
def technician(client, cart):
    user = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    sign_in_client(client, user)
    return user


@pytest.fixture
def manager(client):
    user = UserFactory(roles=[Role.IT_MANAGER])
    sign_in_client(client, user)
    return user


def test_the_list_takes_eight_queries_whatever_it_shows(
    client, technician, cart, django_assert_max_num_queries
):
    url = reverse("classrooms:devices")
    client.get(url)
    for _ in range(3):
        CartFactory(school=cart.school, filled=15)
    with django_assert_max_num_queries(8):
        response = client.get(url)
    assert response.context["page"].paginator.count == 60
    assert len(response.context["page"].object_list) == 25
    with django_assert_max_num_queries(8):
        response = client.get(url, {"per": "50", "category": "tablet", "sort": "school"})
    assert len(response.context["page"].object_list) == 50


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 16),
        ({"state": "in_use"}, 15),
        ({"state": "spare"}, 1),
        ({"state": "out"}, 0),
        ({"category": "tablet"}, 16),
        ({"condition": "new"}, 1),
        ({"q": "nothing-like-it"}, 0),
        ({"school": "99999999"}, 16),
        ({"per": "3", "sort": "; drop", "page": "-4"}, 16),
    ],
)
def test_filters_keep_what_they_say(client, technician, cart, query, count):
    SpareFactory(condition="new")
    response = client.get(reverse("classrooms:devices"), query)
    assert response.context["page"].paginator.count == count


def test_a_serial_is_found_however_it_is_typed(client, technician, cart):
    device = cart.devices.get(slot=3)
    Device.objects.filter(pk=device.pk).update(serial="00AB12CD34")
    response = client.get(reverse("classrooms:devices"), {"q": " ab-12 cd.34 "})
    assert [d.pk for d in response.context["page"]] == [device.pk]


def test_a_cart_goes_out_and_comes_back_through_its_pages(client, technician, cart):
    group = ClassGroupFactory(school=cart.school)
    page = reverse("classrooms:cart_hand_out", args=[cart.code])
    assert group.name in client.get(page).content.decode()
    form = {"holder": f"class:{group.pk}", "due_on": clock.today().isoformat()}
    assert client.post(page, form).status_code == 302
    hand_out = HandOut.objects.get()
    assert client.post(page, form).status_code == 409, "a second tap is told what happened"
    back = reverse("classrooms:take_back", args=[hand_out.public_id])
    items = list(hand_out.items.values_list("pk", flat=True))
    response = client.post(back, {"all": "1", "item": items}, follow=True)
    assert "15 appareils rendus" in response.content.decode()
    hand_out.refresh_from_db()
    assert hand_out.state == HandOut.State.CLOSED


def test_a_device_goes_to_one_pupils_place_of_a_class_never_of_a_school(client, technician, cart):
    group = ClassGroupFactory(school=cart.school)
    device = cart.devices.get(slot=7)
    page = reverse("classrooms:device_hand_out", args=[device.asset_tag])
    form = {"holder": "school", "pupil_slot": "12", "due_on": clock.today().isoformat()}
    refused = client.post(page, form)
    assert refused.context["form"].errors["holder"] == ["Choisissez la classe de l’élève."]
    assert not HandOut.objects.exists()
    client.post(page, form | {"holder": f"class:{group.pk}"})
    hand_out = HandOut.objects.get()
    assert (hand_out.holder, hand_out.pupil_slot) == (HandOut.Holder.PUPIL, 12)
    assert hand_out.holder_name == f"{group}, n°\u00a012"


def test_a_return_says_what_stays_outside_and_why_a_device_does_not_serve(client, technician, cart):
    hand_out = actions.hand_out_cart(
        by=Actor(user=technician), cart=cart, holder=Holder(cart.school), due_on=clock.today()
    )
    back = reverse("classrooms:take_back", args=[hand_out.public_id])
    items = list(hand_out.items.order_by("slot"))
    form = {f"item-{item.pk}": "out" for item in items}
    said = client.post(back, form, follow=True).content.decode().replace("\u00a0", " ")
    assert "Rien n’est noté : tout est encore dehors." in said
    said = client.post(back, form | {f"item-{items[0].pk}": "damaged"}, follow=True)
    assert "14 appareils sont encore dehors." in said.content.decode()
    assert Incident.objects.get().description == "Rendu abîmé"


def test_all_is_there_counts_what_was_on_the_screen(client, technician, cart):
    """A device swapped in meanwhile was not seen: it is not taken back unseen."""
    by = Actor(user=technician)
    hand_out = actions.hand_out_cart(
        by=by,
        cart=cart,
        holder=Holder(cart.school, class_group=ClassGroupFactory(school=cart.school)),
        due_on=clock.today(),
    )
    shown = list(hand_out.items.values_list("pk", flat=True))
    incident, _ = actions.report(by=by, device=cart.devices.get(slot=1), kind="screen")
    actions.swap(by=by, incident=incident, spare=SpareFactory())
    url = reverse("classrooms:take_back", args=[hand_out.public_id])
    response = client.post(url, {"all": "1", "item": shown}, follow=True)
    assert "a changé entre-temps" in response.content.decode()
    assert hand_out.items.out().count() == 15


def test_a_spare_is_found_by_number_or_refused_with_a_sentence(client, technician, cart):
    incident, _ = actions.report(
        by=Actor(user=technician), device=cart.devices.get(slot=1), kind="screen"
    )
    url = reverse("classrooms:incident_swap", args=[incident.public_id])
    assert client.post(url, {}).status_code == 422
    unknown = client.post(url, {"typed": "PM-00-00000"})
    assert "Aucun appareil de votre parc" in unknown.content.decode()
    taken = client.post(url, {"typed": cart.devices.get(slot=2).asset_tag})
    assert taken.status_code == 409
    spare = SpareFactory()
    assert client.post(url, {"typed": spare.serial.lower()}).status_code == 302
    spare.refresh_from_db()
    assert spare.slot == 1


def test_three_taps_report_a_fault(client, cart):
    teacher = UserFactory(roles=[(Role.TEACHER, cart.school.uai)])
    sign_in_client(client, teacher)
    device = cart.devices.get(slot=5)
    start = client.get(reverse("classrooms:report_start")).content.decode()
    slots = reverse("classrooms:report_cart", args=[cart.code])
    assert slots in start
    report = reverse("classrooms:report_device", args=[device.asset_tag])
    assert report in client.get(slots).content.decode()
    done = client.post(report, {"kind": "screen"}, follow=True)
    incident = Incident.objects.get()
    assert done.request["PATH_INFO"] == reverse("classrooms:report", args=[incident.public_id])
    words = {"description": "Tombée de la table."}
    client.post(reverse("classrooms:details", args=[incident.public_id]), words)
    incident.refresh_from_db()
    assert (incident.kind, incident.reporter, incident.description) == (
        "screen",
        teacher,
        "Tombée de la table.",
    )
    assert client.post(report, {"kind": "nonsense"}).status_code == 422


def test_a_report_is_read_by_its_author_only(client, cart):
    author = UserFactory(roles=[(Role.TEACHER, cart.school.uai)])
    incident, _ = actions.report(
        by=Actor(user=author), device=cart.devices.get(slot=1), kind="power"
    )
    sign_in_client(client, UserFactory(roles=[(Role.TEACHER, cart.school.uai)]))
    url = reverse("classrooms:report", args=[incident.public_id])
    assert client.get(url).status_code == 404


def test_the_board_counts_what_is_there(client, manager, cart, django_assert_max_num_queries):
    SchoolFactory(latitude=43.3, longitude=5.4)
    InternetLineFactory(school=cart.school, down_mbps=29)
    InternetLineFactory(down_mbps=30)
    DeviceFactory(school=SchoolFactory(), state=Device.State.LOST)
    SpareFactory()
    with django_assert_max_num_queries(21):
        response = client.get(reverse("classrooms:board"))
    figures = response.context["figures"]
    assert (figures.equipped, len(figures.schools)) == (1, 4), "a lost tablet equips no school"
    assert figures.devices == 17
    assert (figures.all_lines, figures.slow_lines, figures.fast_share) == (2, 1, 50)
    assert response.content.count(b'href="#m-') == 2 + 1, "a key for each mark, a dot"


def test_the_board_narrows_to_the_schools_chosen(client, manager, cart):
    """Those left out count nowhere, nor does the workshop; each chart says the same as a file."""
    far = SchoolFactory(district="Les Restanques", kind="kindergarten", priority="REP+")
    for number in range(2):
        IncidentFactory(device=DeviceFactory(school=far, purchased_on=None), priority=number + 1)
    InternetLineFactory(school=cart.school)
    SpareFactory()
    board = reverse("classrooms:board")
    for query in ("district=Les+Restanques", "kind=kindergarten", "priority=REP%2B"):
        figures = client.get(f"{board}?{query}&see=ratio").context["figures"]
        assert [row.school for row in figures.schools] == [far]
        assert (figures.devices, figures.open_incidents, figures.all_lines) == (2, 2, 0)
        assert sum(figures.faults_by_model.values()) == 2
    whole = client.get(board + "?priority=none").context["figures"]
    assert (whole.devices, whole.open_incidents) == (15, 0), "neither REP+ nor the workshop"
    for name in ("situations", "ages", "lignes", "pannes", "pannes-par-mois", "pannes-par-modele"):
        export = reverse("classrooms:chart", args=[name, "csv"])
        table = read_table(client.get(f"{export}?kind=kindergarten").content, "a.csv")
        assert len(table.rows) >= (0 if name == "lignes" else 1), name
    ages = reverse("classrooms:chart", args=["ages", "xlsx"])
    book = openpyxl.load_workbook(BytesIO(client.get(f"{ages}?kind=kindergarten").content))
    assert [c.value for c in list(book.active.rows)[-1]] == ["âge inconnu", 2]
    assert client.get(reverse("classrooms:chart", args=["rien", "csv"])).status_code == 404


def test_a_head_meets_her_own_school_on_the_board(client, cart):
    SchoolFactory(district="Ailleurs"), CartFactory(filled=1), SpareFactory()
    sign_in_client(client, UserFactory(roles=[(Role.HEAD_TEACHER, cart.school.uai)]))
    figures = client.get(reverse("classrooms:board") + "?district=Ailleurs").context["figures"]
    assert (figures.schools, figures.devices) == ([], 0)
    figures = client.get(reverse("classrooms:board")).context["figures"]
    assert ([row.school for row in figures.schools], figures.devices) == ([cart.school], 15)


def test_the_board_stands_in_an_empty_city(client, manager):
    assert client.get(reverse("classrooms:board")).status_code == 200


def test_an_export_reads_back_as_it_was(client, manager, cart):
    tricky = cart.devices.get(slot=1)
    Device.objects.filter(pk=tricky.pk).update(serial="0012E5", os_version="=1+1")
    for form in ("xlsx", "csv"):
        response = client.get(reverse(f"classrooms:devices_{form}"))
        table = read_table(response.content, f"parc.{form}")
        assert len(table.rows) == 15
        row = next(row for row in table.rows if tricky.asset_tag in row)
        assert "0012E5" in row, "leading zeros and an E stay text"
    book = openpyxl.load_workbook(
        BytesIO(client.get(reverse("classrooms:devices_xlsx")).content), data_only=False
    )
    assert not [c for row in book.active.iter_rows() for c in row if c.data_type == "f"]


def test_the_table_of_schools_sorts_and_filters(client, manager, cart):
    SchoolFactory(name="École maternelle Vide")
    url = reverse("classrooms:schools")
    assert len(client.get(url, {"equipped": "no"}).context["page"].object_list) == 1
    assert len(client.get(url, {"q": "vide"}).context["page"].object_list) == 1
    first = client.get(url, {"sort": "devices"}).context["page"].object_list[0]
    assert (first.school, first.tablets, first.carts) == (cart.school, 15, 1)


def test_a_fault_settled_says_that_somebody_is_told_only_if_somebody_is(client, technician, cart):
    teacher = UserFactory(roles=[(Role.TEACHER, cart.school.uai)])
    said = []
    for slot, by in ((1, technician), (2, teacher)):
        incident, _ = actions.report(
            by=Actor(user=by), device=cart.devices.get(slot=slot), kind="screen"
        )
        url = reverse("classrooms:incident_close", args=[incident.public_id])
        page = client.post(url, {"outcome": "repaired"}, follow=True).content.decode()
        said.append("La personne qui l’a signalée est prévenue" in page)
    assert said == [False, True]


def test_whoever_runs_a_fleet_reports_a_fault_too(client, technician, cart):
    shown = client.get(reverse("classrooms:report_start")).content.decode()
    assert reverse("classrooms:report_cart", args=[cart.code]) in shown
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    shown = client.get(reverse("classrooms:report_start")).content.decode()
    assert "Chercher l’appareil dans le parc" in shown
    assert "Pas de chariot dans votre école" not in shown


def test_what_is_known_to_be_stolen_comes_back_missing_without_another_ticket(
    client, technician, cart
):
    by, device = Actor(user=technician), cart.devices.get(slot=1)
    hand_out = actions.hand_out_device(
        by=by, device=device, holder=Holder(cart.school), due_on=clock.today()
    )
    lost, _ = actions.report(by=by, device=device, kind="lost")
    actions.close(by=by, incident=lost, outcome="stolen")
    item = hand_out.items.get()
    page = client.post(
        reverse("classrooms:take_back", args=[hand_out.public_id]),
        {f"item-{item.pk}": "missing"},
        follow=True,
    ).content.decode()
    assert "1 manquant." in page
    assert "panne ouverte" not in page
    assert "rendu." not in page
    assert Incident.objects.filter(device=device).count() == 1
    device.refresh_from_db()
    assert device.state == Device.State.STOLEN


def test_long_pages_come_folded_with_what_they_say_in_few_words(client, manager, cart):
    """No script is needed to have them short; the faults to settle stand open, and first."""
    page = client.get(reverse("classrooms:board")).content.decode()
    parts = re.findall(r'<details class="card chapter[^>]*id="(\w+)" data-chapter( open)?>', page)
    assert [key for key, _open in parts][:2] == ["choisir", "pannes"]
    # One school only: its own line is worth more than any chart.
    assert {key for key, is_open in parts if is_open} == {"pannes", "carte"}
    assert "En service : 15 sur 15" in page.replace("\u00a0", " ")
    forecast = client.get(reverse("planning:refresh")).content.decode()
    assert re.findall(r'id="(\w+)" data-chapter open', forecast) == ["annees"]
