"""Pages of a child's care: who reaches what, and what is kept."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core import clock, documents
from core.accounts.roles import Role
from core.journal import Actor, JournalEntry
from core.outbox import Message
from enrolment.schools.actions.roll import leave
from families.actions import health, situations
from families.actions.care import add_emergency_contact, answer_photos
from families.actions.children import add_pickup_contact
from families.models import (
    EmergencyContact,
    FoodAllergy,
    HealthCarePlan,
    PhotoAnswer,
    PickupContact,
)
from families.tasks import plans as plan_task
from tests.factories.accounts import UserFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

#: What only those who need it may read.
PHONES = {"emergency": "06 10 20 30 40", "pickup": "06 50 60 70 80"}
INSTRUCTIONS = "Stylo d’adrénaline puis le 15"


def picture():
    """Return a photograph of a page, as a phone sends it."""
    held = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(held, "JPEG")
    return SimpleUploadedFile("pai.jpg", held.getvalue(), "image/jpeg")


@pytest.fixture
def family():
    """A child in a class, with everything a family can say of its care."""
    town = build_town()
    mother = town.parent(phone="06 01 02 03 04")
    father = town.parent(given_name="Karim", phone="06 99 98 97 96")
    child = town.child(mother, father, given_name="Amel")
    entry = RollEntryFactory(child=child, class_group=town.group, level="CP")
    by = Actor(mother.user)
    add_emergency_contact(
        by=by, guardian=mother, child=child, name="Tata", relation="", phone=PHONES["emergency"]
    )
    add_pickup_contact(
        by=by, guardian=mother, child=child, name="Voisine", relation="", phone=PHONES["pickup"]
    )
    plan = health.hand_in_plan(
        by=by,
        guardian=mother,
        child=child,
        allergens=["peanuts"],
        instructions=INSTRUCTIONS,
        emergency_kit="Armoire",
        brings_packed_lunch=True,
        starts_on=clock.today(),
        pages=[
            documents.store(
                picture(),
                by=by,
                kind="families.health_plan",
            )
        ],
    )
    town.teacher = UserFactory(roles=[(Role.TEACHER, town.school.uai)])
    town.group.teachers.add(town.teacher)
    town.canteen = UserFactory(roles=[Role.CANTEEN_MANAGER])
    return town, mother, father, child, plan, entry


def sheet(child):
    return reverse("families:care_sheet", args=[child.reference])


def open_sheet(client, user, child, reason="file"):
    sign_in_client(client, user)
    return client.post(sheet(child), {"reason": reason}, follow=True).content.decode()


def test_each_reads_what_their_post_needs_and_no_more(client, family):
    town, _mother, _father, child, _plan, _entry = family
    seen = {
        who: open_sheet(client, getattr(town, who), child) for who in ("head", "teacher", "canteen")
    }
    assert INSTRUCTIONS in seen["head"]
    assert all(phone in seen["head"] for phone in PHONES.values())
    assert all(phone in seen["teacher"] for phone in PHONES.values())
    for hidden in (INSTRUCTIONS, "Arachides", "PAI"):
        assert hidden not in seen["teacher"]
    for hidden in (INSTRUCTIONS, *PHONES.values(), "06 01 02 03 04"):
        assert hidden not in seen["canteen"]
    # The head reads the plan to be confirmed; the kitchen, what is on the plate today.
    health.confirm_plan(by=Actor(town.head), plan=HealthCarePlan.objects.get())
    assert "Arachides" in open_sheet(client, town.canteen, child)
    agent = open_sheet(client, town.agent, child)
    assert PHONES["pickup"] in agent
    assert not any(hidden in agent for hidden in (INSTRUCTIONS, PHONES["emergency"], "Arachides"))


def test_nothing_shows_before_a_reason_and_nothing_is_chosen_beforehand(client, family):
    town, _mother, _father, child, _plan, _entry = family
    sign_in_client(client, town.head)
    page = client.get(sheet(child)).content.decode()
    assert "checked" not in page
    assert INSTRUCTIONS not in page
    assert client.post(sheet(child), {}).status_code == 200
    assert not JournalEntry.objects.filter(verb__startswith="read.").exists()
    client.post(sheet(child), {"reason": "emergency"})
    reads = JournalEntry.objects.filter(verb__startswith="read.", actor=town.head)
    assert {(row.verb, row.reason, row.subject_id) for row in reads} == {
        (f"read.{facet}", "emergency", str(child.pk))
        for facet in ("health_plan", "diet", "emergency", "pickup", "photos")
    }
    assert INSTRUCTIONS in client.get(sheet(child)).content.decode()
    assert reads.count() == 5
    with time_machine.travel(clock.now() + dt.timedelta(minutes=16), tick=False):
        sign_in_client(client, town.head)
        assert INSTRUCTIONS not in client.get(sheet(child)).content.decode()


def test_a_page_of_a_plan_opens_for_parents_and_for_the_head_who_said_why(client, family):
    town, _mother, father, child, plan, _entry = family
    url = plan.documents.get().document.get_absolute_url()
    for user in (town.teacher, town.canteen, town.agent, town.head):
        sign_in_client(client, user)
        assert client.get(url).status_code == 404
    open_sheet(client, town.head, child)
    assert client.get(url).status_code == 200
    sign_in_client(client, father.user)
    assert client.get(url).status_code == 200


def test_other_schools_and_classes_reach_nothing(client, family):
    town, _mother, _father, child, _plan, _entry = family
    strangers = [
        UserFactory(roles=[(Role.HEAD_TEACHER, town.other.uai)]),
        UserFactory(roles=[(Role.TEACHER, town.school.uai)]),
    ]
    for user in strangers:
        sign_in_client(client, user)
        assert client.get(sheet(child)).status_code == 404
        assert client.post(sheet(child), {"reason": "file"}).status_code == 404
        assert "Amel" not in client.get(reverse("families:care_index")).content.decode()


def test_the_other_parent_sees_names_and_never_telephones(client, family):
    _town, _mother, father, child, _plan, _entry = family
    sign_in_client(client, father.user)
    for name in ("child", "emergency", "health", "photos", "report", "plan"):
        page = client.get(reverse(f"families:{name}", args=[child.reference]))
        assert page.status_code == 200
        text = page.content.decode()
        assert not any(phone in text for phone in [*PHONES.values(), "06 01 02 03 04"]), name
    assert (
        "Tata" in client.get(reverse("families:emergency", args=[child.reference])).content.decode()
    )
    for model, name in ((EmergencyContact, "emergency_edit"), (PickupContact, "pickup_edit")):
        contact = model.objects.get()
        url = reverse(f"families:{name}", args=[contact.pk])
        assert client.get(url).status_code == 302
        client.post(url, {"name": "Autre", "phone": "06 00 00 00 00"})
        contact.refresh_from_db()
        assert contact.phone in PHONES.values()


def test_a_packed_lunch_waits_for_the_school_and_the_kitchen_knows_at_once(client, family):
    from enrolment.canteen.actions.registrations import brings_packed_lunch

    town, mother, _father, child, plan, _entry = family
    day = clock.today()
    assert not brings_packed_lunch(child, day)
    assert HealthCarePlan.objects.in_force(day).filter(child=child).exists()
    open_sheet(client, town.head, child)
    url = reverse("families:plan_confirm", args=[child.reference, plan.pk])
    client.post(url)
    assert brings_packed_lunch(child, day)
    told = Message.objects.get(kind="family_plan_confirmed", recipient=mother.user)
    for word in ("PAI", "allerg", "Arachides", "santé"):
        assert word not in told.subject + told.body


def test_a_plan_ends_with_the_stay_and_parents_are_reminded_once(family):
    town, mother, father, _child, plan, entry = family
    # CP in a school that goes to CM2: five school years.
    end = dt.date(town.year.start_year + 5, 9, 1)
    assert plan.ends_on == end
    health.confirm_plan(by=Actor(town.head), plan=plan)
    assert plan_task() == 0
    with time_machine.travel(clock.at(end - dt.timedelta(days=30), 8), tick=False):
        assert plan_task() == 1
        assert plan_task() == 1
        told = Message.objects.filter(kind="family_paper_expires")
        assert {m.recipient for m in told} == {mother.user, father.user}
        assert told.count() == 2
    leave(by=Actor(town.head), entry=entry, day=clock.today() + dt.timedelta(days=3))
    plan.refresh_from_db()
    assert plan.ends_on == clock.today() + dt.timedelta(days=3)


def test_a_parent_hands_in_a_plan_and_corrects_it(client, family):
    town, mother, _father, _child, _plan, _entry = family
    child = town.child(mother)
    sign_in_client(client, mother.user)
    url = reverse("families:plan", args=[child.reference])
    values = {
        "instructions": "Ventoline",
        "allergens": ["milk"],
        "starts_on": clock.today().isoformat(),
    }
    for words in ("Ventoline", "Ventoline, deux bouffées"):
        pages = picture()
        answer = client.post(url, {**values, "instructions": words, "pages": pages})
        assert answer.status_code == 302, answer.content.decode()[:2000]
    plan = HealthCarePlan.objects.get(child=child)
    assert (plan.instructions, plan.allergens) == ("Ventoline, deux bouffées", ["milk"])
    assert plan.documents.count() == 1
    assert plan.confirmed_at is None
    client.post(reverse("families:plan_withdraw", args=[plan.pk]))
    assert not HealthCarePlan.objects.filter(child=child).exists()
    assert "instructions" not in str(
        list(JournalEntry.objects.filter(verb__startswith="health").values("facts", "reason"))
    )


def test_allergies_are_dated(client, family):
    _town, mother, _father, child, _plan, _entry = family
    sign_in_client(client, mother.user)
    url = reverse("families:health", args=[child.reference])
    client.post(url, {"allergens": ["milk", "eggs"]})
    client.post(url, {"allergens": ["milk"], "other_foods": "kiwi"})
    told = FoodAllergy.objects.order_by("pk")
    assert [row.allergens for row in told] == [["eggs", "milk"], ["milk"]]
    assert [row.ends_on is None for row in told] == [False, True]
    client.post(url, {"other_foods": ""})
    assert not FoodAllergy.objects.current().exists()


def test_one_no_is_a_no_and_what_is_published_needs_both(client, family):
    from families.care_summary import photo_lines

    _town, mother, father, child, _plan, _entry = family

    def verdicts():
        return {line.use: line.verdict for line in photo_lines([child])[child.pk]}

    sign_in_client(client, mother.user)
    url = reverse("families:photos", args=[child.reference])
    assert client.post(url, {"class": "yes"}).status_code == 200
    client.post(url, {"class": "yes", "city_web": "yes", "press": "no"})
    assert verdicts() == {"class": "yes", "city_web": "waiting", "press": "no"}
    by = Actor(father.user)
    answer_photos(by=by, guardian=father, child=child, answers={"city_web": True, "press": True})
    assert verdicts() == {"class": "yes", "city_web": "yes", "press": "no"}
    answer_photos(by=by, guardian=father, child=child, answers={"class": False})
    assert verdicts()["class"] == "no"
    client.post(url, {"class": "yes", "city_web": "no", "press": "no"})
    history = PhotoAnswer.objects.filter(guardian=mother, use="city_web").order_by("pk")
    assert [(row.allowed, row.ended_at is None) for row in history] == [
        (True, False),
        (False, True),
    ]


def test_lists_ask_the_same_number_of_questions_whatever_their_length(
    client, family, django_assert_max_num_queries
):
    town, mother, _father, _child, _plan, _entry = family
    for _ in range(12):
        child = town.child(mother)
        RollEntryFactory(child=child, class_group=town.group, level="CP")
        situations.report_situation(
            by=Actor(mother.user), guardian=mother, child=child, kind="other", words=""
        )
    for user, name, most in (
        (town.head, "care_index", 30),
        (town.agent, "situations", 22),
        (town.agent, "moves", 22),
    ):
        sign_in_client(client, user)
        url = reverse(f"families:{name}")
        client.get(url)
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def test_the_pickup_list_is_printed_after_a_reason(client, family):
    town, _mother, _father, child, _plan, _entry = family
    url = reverse("families:pickup_print", args=[child.reference])
    sign_in_client(client, town.teacher)
    assert client.get(url).status_code == 302
    open_sheet(client, town.teacher, child, "release")
    page = client.get(url).content.decode()
    assert PHONES["pickup"] in page
    assert "pièce d’identité" in page
    sign_in_client(client, town.canteen)
    assert client.get(url).status_code == 403
