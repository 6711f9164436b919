"""Faults followed: who is told, what is due when, who looks after them, which promises are kept."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classrooms import actions, rules
from classrooms.deadlines import WorkingDays
from classrooms.models import Device, Incident, IncidentNote
from classrooms.queries.incidents import Wanted, queue_for
from classrooms.queries.promises import promises_kept
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from tests.core.test_uploads import picture
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, IncidentFactory, SpareFactory
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

DAY = dt.timedelta(days=1)


@pytest.fixture
def cart(db):
    return CartFactory(filled=6)


@pytest.fixture
def technician(cart):
    return Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))


@pytest.fixture
def teacher(cart):
    return Actor(user=UserFactory(roles=[(Role.TEACHER, cart.school.uai)]))


@pytest.fixture
def colleague(cart):
    return Actor(user=UserFactory(roles=[(Role.TEACHER, cart.school.uai)]))


@pytest.fixture
def incident(cart, teacher):
    return actions.report(by=teacher, device=cart.devices.get(slot=1), kind="screen")[0]


def kinds(person):
    rows = Message.objects.filter(recipient=person.user).order_by("pk")
    return [kind.removeprefix("fleet_") for kind in rows.values_list("kind", flat=True)]


# -- days ---------------------------------------------------------------------------------


@given(st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 30), st.integers(1, 3))
def test_a_deadline_counts_the_days_that_count(day, paused, priority):
    def open_day(other):
        return other.weekday() in (0, 1, 3, 4) and other.month != 8

    due = rules.settle_by(day, priority, open_day, paused)
    span = [day + n * DAY for n in range(1, (due - day).days + 1)]
    assert sum(map(open_day, span)) == rules.SETTLE_DAYS[priority] + paused
    assert open_day(due)
    assert rules.answer_by(day, priority, open_day) <= due


@pytest.mark.django_db
def test_without_a_calendar_weekdays_count():
    friday = dt.date(2026, 11, 20)
    days = WorkingDays(friday)
    assert days.promises(friday, 1)["answer_by"] == dt.date(2026, 11, 23)
    assert days.between(friday, dt.date(2026, 11, 27)) == 5
    assert days.between(friday, friday - DAY) == 0


# -- who is told ----------------------------------------------------------------------------


def test_a_second_report_joins_the_first_and_both_are_told(
    incident, teacher, colleague, technician, client
):
    for _ in range(2):
        again, is_new = actions.report(by=colleague, device=incident.device, kind="power")
    assert (again, is_new) == (incident, False)
    actions.take_on(by=technician, incident=incident)
    actions.swap(by=technician, incident=incident, spare=SpareFactory())
    actions.close(by=technician, incident=incident, outcome="repaired")
    course = ["incident_taken_on", "device_swapped", "incident_settled"]
    assert kinds(teacher) == course
    assert kinds(colleague) == ["incident_joined", *course]
    assert not kinds(technician)
    sign_in_client(client, colleague.user)
    page = reverse("classrooms:report", args=[incident.public_id])
    assert client.get(page).status_code == 200
    assert incident.get_kind_display() in client.get(reverse("classrooms:report_start")).text


def test_a_technician_reports_for_a_teacher_who_is_told(cart, technician, teacher, client):
    sign_in_client(client, technician.user)
    url = reverse("classrooms:report_device", args=[cart.devices.get(slot=2).asset_tag])
    outsider = UserFactory(roles=[(Role.TEACHER, SchoolFactory().uai)])
    assert client.post(url, {"kind": "power", "reporter": outsider.public_id}).status_code == 422
    client.post(url, {"kind": "power", "reporter": teacher.user.public_id})
    incident = Incident.objects.get()
    assert (incident.reporter, incident.entered_by) == (teacher.user, technician.user)
    actions.close(by=technician, incident=incident, outcome="nothing")
    assert kinds(teacher) == ["incident_settled"]


def test_what_works_again_needs_nobody(cart, incident, teacher, technician):
    actions.take_on(by=technician, incident=incident)
    actions.works_again(by=teacher, incident=incident)
    incident.refresh_from_db()
    device = cart.devices.get(slot=1)
    assert (incident.state, incident.outcome, device.state) == ("closed", "nothing", "in_use")
    assert incident.handler == technician.user
    assert kinds(technician) == ["incident_works"]
    other = actions.report(by=teacher, device=cart.devices.get(slot=2), kind="screen")[0]
    actions.swap(by=technician, incident=other, spare=SpareFactory())
    with pytest.raises(RuleBroken, match="atelier"):
        actions.works_again(by=teacher, incident=other)


def test_a_photo_is_for_those_who_see_the_fault(incident, teacher, technician, client):
    sign_in_client(client, teacher.user)
    details = reverse("classrooms:details", args=[incident.public_id])
    assert client.post(details, {}).status_code == 422
    fake = SimpleUploadedFile("panne.png", b"not a picture", "image/png")
    assert client.post(details, {"photo": fake}).status_code == 409
    photo = SimpleUploadedFile("panne.jpg", picture(), "image/jpeg")
    assert client.post(details, {"photo": photo, "description": "Fendu."}).status_code == 302
    note = IncidentNote.objects.get()
    url = reverse("documents:open", args=[note.photo.public_id])
    for person, expected in (
        (technician.user, 200),
        (UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)]), 404),
    ):
        sign_in_client(client, person)
        assert client.get(url).status_code == expected
    incident.refresh_from_db()
    assert incident.description == "Fendu."


# -- how soon, by whom ------------------------------------------------------------------------


def test_a_priority_changes_with_a_ground_and_moves_both_promises(incident, technician):
    before = (incident.answer_by, incident.settle_by)
    with pytest.raises(RuleBroken) as refused:
        actions.set_priority(by=technician, incident=incident, priority=1, why=" ")
    assert refused.value.field == "why"
    actions.set_priority(by=technician, incident=incident, priority=1, why="Évaluation demain")
    incident.refresh_from_db()
    assert incident.answer_by < before[0]
    assert incident.settle_by < before[1]
    note = incident.notes.get()
    assert (note.before, note.after, note.text) == (2, 1, "Évaluation demain")
    with pytest.raises(RuleBroken):
        actions.set_priority(by=technician, incident=incident, priority=1, why="Encore")


def test_the_clock_stands_still_while_a_part_is_awaited(cart, teacher, technician):
    with time_machine.travel(dt.datetime(2026, 11, 2, 9, tzinfo=clock.PARIS), tick=False) as now:
        incident, _ = actions.report(by=teacher, device=cart.devices.get(slot=1), kind="screen")
        with pytest.raises(RuleBroken):
            actions.pause(by=technician, incident=incident, pause="part")
        actions.take_on(by=technician, incident=incident)
        due = incident.settle_by
        actions.pause(by=technician, incident=incident, pause="part", text="Bon 4512")
        now.move_to(dt.datetime(2027, 1, 4, 9, tzinfo=clock.PARIS))
        incident.refresh_from_db()
        assert not incident.is_late(clock.today())
        assert incident.due_on is None
        assert not Incident.objects.late(clock.today()).exists()
        actions.resume(by=technician, incident=incident)
        actions.resume(by=technician, incident=incident)
        incident.refresh_from_db()
        waited = WorkingDays(dt.date(2026, 11, 2), clock.today())
        assert incident.paused_days == waited.between(dt.date(2026, 11, 2), clock.today())
        days = WorkingDays(dt.date(2026, 11, 2), dt.date(2027, 6, 1))
        assert days.between(due, incident.settle_by) == incident.paused_days
        assert incident.notes.filter(kind="paused").get().text.endswith("Bon 4512")


def test_a_fault_is_entrusted_to_those_who_look_after_the_school(cart, incident, technician):
    peer = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    stranger = UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)])
    with pytest.raises(RuleBroken) as refused:
        actions.assign(by=technician, incident=incident, to=stranger)
    assert refused.value.code == "assignee"
    for _ in range(2):
        actions.assign(by=technician, incident=incident, to=peer)
    incident.refresh_from_db()
    assert (incident.handler, incident.state) == (peer, "reported")
    assert kinds(Actor(user=peer)) == ["incident_assigned"]


def test_several_are_taken_on_and_the_taken_ones_left(cart, teacher, technician, client):
    rows = [
        actions.report(by=teacher, device=device, kind="power")[0]
        for device in cart.devices.order_by("slot")[:3]
    ]
    peer = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    actions.take_on(by=peer, incident=rows[1])
    foreign = IncidentFactory()
    sign_in_client(client, technician.user)
    ticked = [str(row.public_id) for row in (*rows, foreign)] + ["not-a-key"]
    response = client.post(reverse("classrooms:take_several"), {"incident": ticked}, follow=True)
    assert "2 pannes" in response.text
    states = [Incident.objects.get(pk=row.pk).handler for row in (*rows, foreign)]
    assert states == [technician.user, peer.user, technician.user, None]


# -- the queue ------------------------------------------------------------------------------


def test_what_is_due_first_comes_first(cart, technician, client, django_assert_max_num_queries):
    today = clock.today()
    devices = list(cart.devices.order_by("slot"))

    def fault(index, **facts):
        return IncidentFactory(device=devices[index], **facts)

    late = fault(0, priority=3, answer_by=today - DAY, handler=technician.user, kind="other")
    soon = fault(1, priority=3, answer_by=today + DAY)
    waits = fault(2, priority=1, state="in_progress", pause="part", paused_on=today)
    taken = fault(3, state="in_progress", answer_by=today - DAY, settle_by=today + 2 * DAY)
    IncidentFactory(device=devices[4], state="closed", outcome="repaired", closed_at=clock.now())

    def listed(**wanted):
        return list(queue_for(technician.user, Wanted(**wanted), today))

    assert listed() == [late, soon, taken, waits]
    assert all(row.due == row.due_on for row in listed())
    assert listed(late=True) == [late]
    assert listed(who="mine") == [late]
    assert listed(who="nobody", kind="screen", state="waiting") == [waits]
    assert listed(text=devices[1].serial.lower()) == [soon]
    assert listed(text=cart.code, priority=1) == [waits]
    assert listed(model=devices[0].model_id + 1) == []
    sign_in_client(client, technician.user)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("classrooms:incidents"), {"sort": "school"}).status_code == 200


def test_a_round_says_where_to_go_and_what_to_bring(cart, incident, teacher, technician, client):
    actions.describe(by=teacher, incident=incident, description="En haut à droite.")
    actions.report(by=teacher, device=cart.devices.get(slot=2), kind="power")
    spare = SpareFactory()
    foreign = IncidentFactory()
    sign_in_client(client, technician.user)
    url = reverse("classrooms:tour")
    choice = client.get(url).text
    assert cart.school.name in choice
    assert foreign.school.name not in choice
    assert "Cochez au moins une école." not in choice
    assert "Cochez au moins une école." in client.get(url, {"preparer": "1"}).text
    sheet = client.get(url, {"school": [cart.school.pk, foreign.school.pk, "9" * 30]}).text
    for words in (cart.school.postcode, incident.device.asset_tag, spare.asset_tag, "En haut"):
        assert words in sheet
    assert "il en manque 1" in sheet
    assert foreign.device.asset_tag not in sheet


def test_promises_are_counted_in_school_days(cart, technician, client):
    devices = list(cart.devices.order_by("slot"))
    start = clock.at(dt.date(2026, 11, 2), 9)
    seconds = [("2026-11-03", "2026-11-04"), ("2026-11-10", "2026-11-16"), (None, None)]
    for device, (answered, closed) in zip(devices, seconds, strict=False):
        IncidentFactory(
            device=device,
            reported_at=start,
            answer_by=dt.date(2026, 11, 5),
            answered_at=answered and clock.at(dt.date.fromisoformat(answered), 8),
            closed_at=closed and clock.at(dt.date.fromisoformat(closed), 8),
            state="closed" if closed else "reported",
            outcome="repaired" if closed else "",
        )
    IncidentFactory(reported_at=start)
    today = dt.date(2026, 11, 22)
    figures = promises_kept(technician.user, dt.date(2026, 11, 1), today, today)
    total = figures.total
    assert (total.count, total.answered, total.in_time, total.share) == (3, 3, 1, 33)
    assert (total.wait, total.end) == (6.0, 6.0), "2 and 10 weekdays: no calendar is typed in"
    assert [part.label for part in figures.schools] == [cart.school.name]
    sign_in_client(client, technician.user)
    period = {"start": "2026-11-01", "end": "2026-11-21"}
    assert client.get(reverse("classrooms:promises"), period).status_code == 200
    table = client.get(reverse("classrooms:promises_csv"), period).content.decode("utf-8-sig")
    assert table.splitlines()[1].split(";")[2:6] == ["3", "3", "1", "33"]


# -- out with one, in with another -----------------------------------------------------------


def test_one_form_opens_the_ticket_and_swaps_or_does_nothing(cart, technician, client):
    device, spare = cart.devices.get(slot=4), SpareFactory()
    sign_in_client(client, technician.user)
    url = reverse("classrooms:replace")
    given = {"broken": device.asset_tag, "kind": "screen"}
    for code, status in ((cart.devices.get(slot=5).asset_tag, 409), ("PM-00", 422)):
        assert client.post(url, {**given, "spare": code}).status_code == status
    assert not Incident.objects.exists(), "a refused swap leaves no ticket"
    label = f"https://ville.example/parc/e/{spare.label_token}/"
    assert client.post(url, {**given, "spare": label}).status_code == 302
    incident = Incident.objects.get()
    spare.refresh_from_db()
    assert (incident.state, spare.cart, spare.slot) == ("swapped", cart, 4)
    assert Device.objects.get(pk=device.pk).state == "repair"
    foreign = CartFactory(filled=1).devices.get(slot=1)
    refused = client.post(url, {"broken": foreign.asset_tag, "kind": "screen", "spare": "x"})
    assert refused.status_code == 422
