"""A form that came on paper: one page, the rules of the screen, the day it was received."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import clock
from core.journal import JournalEntry
from enrolment.registration.models import Application, PaperRequest, Waiver
from enrolment.registration.rules import PAPER_DAYS, answer_due, paper_day_problem
from families.models import Child, Street
from tests.factories.assisted import helper, signed
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    """A school, a mother and her child."""
    town = build_town()
    town.mother = town.parent(given_name="Samira", family_name="Benali")
    town.amel = town.child(town.mother, given_name="Amel")
    return town


@pytest.fixture
def desk(town):
    """The agent's browser, acting for the mother to type her papers."""
    client = Client()
    sign_in_client(client, town.agent)
    client.post(
        reverse("families:desk_family", args=[town.mother.pk]),
        {"reason": "paper", "scopes": ["applications"]},
    )
    return client


def test_an_agent_who_acts_for_nobody_is_sent_to_find_the_family(client, town):
    sign_in_client(client, town.agent)
    answer = client.get(reverse("registration:paper"))
    assert answer["Location"] == reverse("families:desk")
    sign_in_client(client, town.mother.user)
    assert client.get(reverse("registration:paper")).status_code == 404


def scan(shade="#e7d9b0"):
    out = io.BytesIO()
    Image.new("RGB", (600, 400), shade).save(out, "JPEG")
    out.seek(0)
    out.name = "formulaire.jpg"
    return out


def typed(town, **changes):
    day = clock.today() - dt.timedelta(days=4)
    return {
        "received_on": day.isoformat(),
        "scan": scan(),
        "child": town.amel.reference,
        "school_year": str(town.year.start_year),
    } | changes


def post(client, data):
    return client.post(reverse("registration:paper"), data)


def text(response):
    return response.content.decode().replace("\u00a0", " ")


def test_the_day_it_was_received_is_the_day_it_was_sent(desk, town):
    response = post(desk, typed(town, sworn=["domicile"]))
    made = Application.objects.get()
    assert response["Location"] == reverse("registration:application", args=[made.reference])
    day = clock.today() - dt.timedelta(days=4)
    assert (made.state, made.level, made.requested_school) == ("submitted", "CP", town.school)
    assert clock.service_day(made.submitted_at) == day
    assert made.answer_due_on == answer_due(day)
    assert made.paper.received_on == day
    assert made.paper.entered_by == town.agent
    assert made.paper.scan.owner == town.mother.user
    assert [p.kind for p in made.proofs.all()] == ["domicile"]
    entry = JournalEntry.objects.get(verb="application.paper")
    assert (entry.actor, entry.on_behalf_of) == (town.agent, town.mother.user)


def test_it_is_marked_for_the_family_and_for_agents(desk, town):
    post(desk, typed(town))
    made = Application.objects.get()
    for user, name in (
        (town.second_agent, "registration:sheet"),
        (town.mother.user, "registration:application"),
    ):
        client = Client()
        sign_in_client(client, user)
        assert "Dossier papier" in text(client.get(reverse(name, args=[made.reference])))
        assert client.get(made.paper.scan.get_absolute_url()).status_code == 200
    stranger = Client()
    sign_in_client(stranger, town.parent().user)
    assert stranger.get(made.paper.scan.get_absolute_url()).status_code == 404


def test_the_same_paper_or_the_same_request_is_not_typed_twice(desk, town):
    post(desk, typed(town))
    again = text(post(desk, typed(town)))
    assert "Ce papier a déjà été saisi" in again
    assert Application.objects.get().reference in again
    other = text(post(desk, typed(town, scan=scan("#b0c4de"))))
    assert "Une demande est déjà en cours" in other
    assert Application.objects.count() == PaperRequest.objects.count() == 1


def test_a_child_known_elsewhere_is_not_written_again_without_a_look(desk, town):
    twin = town.child(town.parent(), given_name="Inès", family_name="Roux")
    new = {
        "child": "new",
        "given_name": "Ines",
        "family_name": "ROUX",
        "birth_date": twin.birth_date.isoformat(),
        "kind": "mother",
    }
    before = Child.objects.count()
    assert twin.reference in text(post(desk, typed(town, **new)))
    assert Child.objects.count() == before
    post(desk, typed(town, **new, child_confirmed="on"))
    assert Child.objects.count() == before + 1


def test_the_rules_are_those_of_the_screen(desk, town):
    refused = text(post(desk, typed(town, school=str(town.other.pk))))
    assert "Dites pourquoi vous demandez une autre école" in refused
    assert not Application.objects.exists()
    post(desk, typed(town, school=str(town.other.pk), motive="work"))
    assert Waiver.objects.get().school == town.other


def test_an_address_on_the_paper_is_the_familys_from_now_on(desk, town):
    street = Street.objects.get(name="Rue des Tamaris")
    data = typed(town, new_address="on", street=street.code, street_query=street.name, number="40")
    post(desk, data)
    town.mother.household.refresh_from_db()
    assert town.mother.household.number == 40
    assert "40 Rue des Tamaris" in Application.objects.get().address


def test_nothing_is_kept_of_a_form_that_is_refused(desk, town):
    """A level out of reach is found after the child and the draft were written."""
    new = {
        "child": "new",
        "given_name": "Nour",
        "family_name": "Benali",
        "birth_date": town.amel.birth_date.isoformat(),
        "kind": "mother",
        "level": "CM2",
    }
    assert "niveaux proposés" in text(post(desk, typed(town, **new)))
    assert not Child.objects.filter(given_name="Nour").exists()
    assert not Application.objects.exists()


def test_it_is_for_agents_who_act_for_the_family_alone(town):
    client = Client()
    sign_in_client(client, town.mother.user)
    assert client.get(reverse("registration:paper")).status_code == 404
    person = helper()
    made = signed(town.mother, person)
    client = Client()
    sign_in_client(client, person)
    client.post(reverse("families:helping_begin", args=[made.public_id]))
    assert client.get(reverse("registration:paper")).status_code == 404


@pytest.mark.parametrize("days", [-1, PAPER_DAYS + 1])
def test_a_day_to_come_or_long_past_does_not_count(desk, town, days):
    day = clock.today() - dt.timedelta(days=days)
    page = text(post(desk, typed(town, received_on=day.isoformat())))
    assert "Ce jour n’est pas encore venu" in page or "se saisit dans les" in page
    assert not Application.objects.exists()


@given(st.dates(dt.date(2024, 1, 1), dt.date(2040, 1, 1)), st.integers(-60, 60))
def test_a_paper_counts_from_its_day_within_a_month_and_never_from_the_future(today, days):
    received = today - dt.timedelta(days=days)
    problem = paper_day_problem(received, today)
    assert (problem == "") == (0 <= days <= PAPER_DAYS)
    assert (problem == "future") == (days < 0)


def test_the_database_knows_no_paper_received_after_it_was_typed(desk, town):
    post(desk, typed(town))
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperRequest.objects.update(received_on=clock.today() + dt.timedelta(days=1))
