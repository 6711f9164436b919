"""A mandate ends when it says or when somebody says so, and then nothing is left open."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.accounts.models import Post, User
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families.actions import acting, mandates
from families.models import AssistedSession
from families.tasks import assistance
from tests.factories.assisted import helper, signed
from tests.families.helping import begin, browser, helped_town, kinds, paper, text
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return helped_town()


def reach(client, town):
    """Return what a helper's browser gets of the family, page by page."""
    urls = [
        reverse("families:acting_home"),
        reverse("families:overview"),
        reverse("families:child", args=[town.amel.reference]),
        reverse("registration:mine"),
        reverse("families:helping"),
        "/",
    ]
    return [client.get(url) for url in urls]


def test_stopped_by_the_family_the_helpers_very_next_request_is_refused(town):
    made = signed(town.mother, town.helper)
    client = browser(town.helper)
    begin(client, made)
    assert client.get(reverse("families:overview")).status_code == 200
    browser(town.mother.user).post(reverse("families:mandate_stop", args=[made.public_id]))
    phone = town.mother.phone
    response = client.post(
        reverse("families:contact"), {"phone": "06 99 99 99 99", "language": "fr", "used_name": ""}
    )
    assert response["Location"] == reverse("home")
    town.mother.refresh_from_db()
    assert town.mother.phone == phone
    assert AssistedSession.objects.get().end == "revoked"
    for page in reach(client, town):
        assert "Amel" not in text(page)
        assert "Benali" not in text(page)
    assert begin(client, made).status_code == 409
    assert kinds(town.mother.user) == [
        "family_mandate_begun",
        "family_helped",
        "family_mandate_over",
    ]


@pytest.mark.parametrize("who", ["helper", "agent"])
def test_helper_and_agent_may_stop_it_too(town, who):
    made = signed(town.mother, town.helper)
    browser(getattr(town, who)).post(reverse("families:mandate_stop", args=[made.public_id]))
    made.refresh_from_db()
    assert (made.state, made.ended_by) == ("revoked", getattr(town, who))


def test_others_may_not_stop_it(town):
    made = signed(town.mother, town.helper)
    for user in (town.parent().user, helper(given_name="Rosa"), town.head):
        url = reverse("families:mandate_stop", args=[made.public_id])
        assert browser(user).post(url).status_code == 404
    made.refresh_from_db()
    assert made.state == "active"


def test_it_ends_at_midnight_in_the_middle_of_a_session(town, time_machine):
    evening = clock.at(clock.today(), 23, 50)
    time_machine.move_to(evening)
    made = signed(town.mother, town.helper, days=1)
    client = browser(town.helper)
    begin(client, made)
    time_machine.move_to(evening + dt.timedelta(minutes=9, seconds=59))
    assert client.get(reverse("families:overview")).status_code == 200
    time_machine.move_to(evening + dt.timedelta(minutes=10))
    # Before any task has run.
    assert client.get(reverse("families:overview")).status_code == 302
    assert AssistedSession.objects.get().end == "mandate"
    for page in reach(client, town):
        assert "Amel" not in text(page)
    assistance()
    made.refresh_from_db()
    assert made.state == "ended"


def test_the_family_is_told_before_and_at_the_end_once_each(town, time_machine):
    made = signed(town.mother, town.helper, days=31)
    for day in range(35):
        time_machine.move_to(clock.at(made.starts_on + dt.timedelta(days=day), 4))
        assistance()
        assistance()
    assert kinds(town.mother.user) == [
        "family_mandate_begun",
        "family_mandate_ending",
        "family_mandate_over",
    ]
    warned = Message.objects.get(kind="family_mandate_ending")
    assert clock.service_day(warned.created_at) == made.last_day - dt.timedelta(days=7)


def test_leaving_the_place_ends_what_the_helper_may_do(town):
    made = signed(town.mother, town.helper)
    client = browser(town.helper)
    begin(client, made)
    Post.objects.filter(user=town.helper).update(ends_on=clock.today())
    assert client.get(reverse("families:overview")).status_code == 302
    assert AssistedSession.objects.get().end == "rights"
    with pytest.raises(RuleBroken):
        acting.begin_by_mandate(by=Actor(User.objects.get(pk=town.helper.pk)), mandate=made)


def test_a_place_that_closes_closes_for_its_helpers(town):
    made = signed(town.mother, town.helper)
    client = browser(town.helper)
    begin(client, made)
    made.place.is_open = False
    made.place.save()
    assert client.get(reverse("families:overview")).status_code == 302
    assert begin(client, made).status_code == 409


def test_a_paper_uploaded_for_the_family_stays_the_familys(town):
    """The helper who photographed it opens it no more once the mandate has ended."""
    made = signed(town.mother, town.helper)
    client = browser(town.helper)
    begin(client, made)
    draft_url = reverse("registration:start")
    client.post(draft_url, {"child": town.amel.reference})
    application = town.amel.applications.get()
    client.post(
        reverse("registration:step", args=[application.reference, "pieces"]),
        {"kind": "child_identity", "file": paper()},
    )
    document = Document.objects.get()
    assert (document.owner, document.uploaded_by) == (town.mother.user, town.helper)
    assert client.get(document.get_absolute_url()).status_code == 200
    mandates.stop_mandate(by=Actor(town.mother.user), mandate=made)
    client.get("/")
    assert client.get(document.get_absolute_url()).status_code == 404
    assert browser(town.mother.user).get(document.get_absolute_url()).status_code == 200


def test_the_family_sees_who_did_what(town):
    made = signed(town.mother, town.helper)
    client = browser(town.helper)
    begin(client, made)
    client.post(
        reverse("families:contact"), {"used_name": "", "phone": "06 11 22 33 44", "language": "fr"}
    )
    client.post(reverse("families:acting_end"))
    page = text(browser(town.mother.user).get(reverse("families:helpers")))
    assert town.helper.get_full_name() in page
    assert "Maison des voisins" in page
    assert "Coordonnées changées" in page
    act = JournalEntry.objects.get(verb="guardian.contact")
    assert (act.actor, act.on_behalf_of) == (town.helper, town.mother.user)


def test_the_page_of_help_costs_the_same_whatever_happened(
    town, django_assert_max_num_queries, client
):
    for _n in range(12):
        made = signed(town.mother, helper())
        session = acting.begin_by_mandate(by=Actor(made.helper), mandate=made)
        acting.end_session(session=session, end="done")
    sign_in_client(client, town.mother.user)
    client.get(reverse("families:helpers"))
    with django_assert_max_num_queries(14):
        client.get(reverse("families:helpers"))
