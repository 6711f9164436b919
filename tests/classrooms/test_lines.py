"""Internet lines: what they are, what they were, when to end them, who waits for better."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from classrooms.actions import lines
from classrooms.models import InternetLine, LineChange
from classrooms.queries.lines import LineFilter, gaps, lines_for, summary_of
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM
from core.outbox import Message
from core.spreadsheets import read_table
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import InternetLineFactory
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def test_a_line_tells_what_it_was_and_since_when(client):
    line = InternetLineFactory(down_mbps=12, monthly_cents=2990)
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    edit = reverse("classrooms:line_edit", args=[line.pk])
    form = {
        "reference": line.reference, "operator": line.operator, "technology": "fibre",
        "down_mbps": "500", "up_mbps": "300", "monthly_cents": "41,90",
        "starts_on": line.starts_on.isoformat(), "contract_end": line.contract_end.isoformat(),
        "notice_months": "3", "since": (clock.today() - dt.timedelta(days=30)).isoformat(),
    }  # fmt: skip
    assert client.post(edit, {**form, "since": "2001-01-01"}).status_code == 422
    assert client.post(edit, form).status_code == 302
    assert client.post(edit, form).status_code == 302
    change = LineChange.objects.get()
    assert change.changes == {"down_mbps": [12, 500], "monthly_cents": [2990, 4190]}
    line.refresh_from_db()
    assert line.is_very_high_speed
    page = client.get(reverse("classrooms:line", args=[line.pk])).content.decode()
    assert "12 → 500" in page
    with pytest.raises(RuleBroken) as early:
        lines.change_line(
            by=SYSTEM, line=line, since=change.since - dt.timedelta(days=1), facts={"up_mbps": 1}
        )
    assert early.value.code == "since"
    day = clock.today().isoformat()
    closed = reverse("classrooms:line_close", args=[line.pk])
    assert client.post(closed, {"closed_on": day}).status_code == 302
    assert client.post(closed, {"closed_on": day}).status_code == 409
    assert not lines_for(UserFactory(roles=[Role.IT_MANAGER]), LineFilter()).exists()


def test_what_a_line_cannot_be_is_said_in_plain_words(client):
    line = InternetLineFactory()
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    form = {
        "school": line.school.pk, "reference": line.reference, "operator": "Azur", "up_mbps": "0",
        "technology": "fibre", "down_mbps": "0", "monthly_cents": "41,90", "notice_months": "99",
        "starts_on": "2026-05-02", "contract_end": "2026-05-01",
    }  # fmt: skip
    page = client.post(reverse("classrooms:line_new"), form)
    assert page.status_code == 422
    said = page.content.decode()
    assert "contrainte" not in said
    assert "Une autre ligne porte cette référence" in said
    assert "Le contrat finit après sa mise en service" in said
    assert said.count("supérieure ou égale à 1") >= 2
    assert "inférieure ou égale à 36" in said
    fresh = client.get(reverse("classrooms:line_new")).content.decode()
    assert "Choisissez…" in fresh
    assert "---" not in fresh


def test_the_manager_is_told_of_a_contracts_end_once():
    manager = UserFactory(roles=[Role.IT_MANAGER])
    today = clock.today()
    due = InternetLineFactory(contract_end=today + dt.timedelta(days=100), notice_months=3)
    InternetLineFactory(contract_end=today + dt.timedelta(days=300), notice_months=3)
    InternetLineFactory(contract_end=today, closed_on=today, starts_on=today - dt.timedelta(days=9))
    assert (lines.tell_ending(), lines.tell_ending()) == (1, 0)
    body = Message.objects.get(kind="fleet_lines_ending", recipient=manager).body
    assert due.reference in body
    InternetLine.objects.filter(pk=due.pk).update(contract_end=today + dt.timedelta(days=101))
    Message.objects.all().delete()
    assert lines.tell_ending() == 1, "a new end is news"


def test_costs_shares_and_schools_that_wait():
    manager = UserFactory(roles=[Role.IT_MANAGER])
    fast, slow, none = SchoolFactory(), SchoolFactory(), SchoolFactory()
    InternetLineFactory(school=fast, monthly_cents=4000)
    InternetLineFactory(school=fast, technology="adsl", down_mbps=8, monthly_cents=1000)
    InternetLineFactory(school=slow, operator="Mistral", down_mbps=29, monthly_cents=3000)
    gone = InternetLineFactory(school=none)
    lines.close_line(by=SYSTEM, line=gone, closed_on=clock.today())
    summary = summary_of(lines_for(manager, LineFilter()))
    assert (summary.lines, summary.cents, summary.fast) == (3, 8000, 33)
    assert [(s.name, s.lines, s.cents, s.slow) for s in summary.operators] == [
        ("Azur Fibre", 2, 5000, 1),
        ("Mistral", 1, 3000, 1),
    ]
    assert [(school, school.best) for school in gaps(manager)] == [(none, None), (slow, 29)]


def test_another_schools_line_does_not_exist(client):
    ours, theirs = InternetLineFactory(), InternetLineFactory(down_mbps=8)
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, ours.school.uai)])
    sign_in_client(client, technician)
    assert client.get(reverse("classrooms:line", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("classrooms:line", args=[ours.pk])).status_code == 200
    assert client.get(reverse("classrooms:line_edit", args=[ours.pk])).status_code == 403
    table = read_table(client.get(reverse("classrooms:lines_csv")).content, "lignes.csv")
    assert [row[2] for row in table.rows] == [ours.reference]
    text = client.get(reverse("classrooms:line_gaps")).content.decode()
    assert theirs.school.name not in text
    sign_in_client(client, UserFactory(roles=[Role.IT_MANAGER]))
    calendar = client.get(reverse("classrooms:lines_calendar")).content
    assert calendar.count(b"BEGIN:VEVENT") == 2
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
