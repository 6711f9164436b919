"""A family lets somebody help it: signed, limited, visible, ended when it says."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from families.actions import mandates
from families.models import AssistanceMandate
from tests.factories.assisted import HelpPlaceFactory, draft, helper, signed
from tests.families.helping import PASSWORD, begin, browser, helped_town, kinds, paper, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return helped_town()


# --- signing


def test_signed_on_the_screen_with_the_password_it_holds_from_today(town):
    place = HelpPlaceFactory()
    client = browser(town.mother.user)
    response = client.post(
        f"{reverse('families:helper_add')}?lieu={place.code}",
        {
            "helper": str(town.helper.public_id),
            "days": "31",
            "scopes": ["applications", "canteen"],
            "signature": "screen",
        },
    )
    found = AssistanceMandate.objects.get()
    assert (found.state, found.scopes) == ("draft", {"applications", "canteen"})
    assert "Ce n’est pas votre mot de passe" in text(
        client.post(response["Location"], {"password": "une-autre-phrase"})
    )
    found.refresh_from_db()
    assert found.state == "draft"
    client.post(response["Location"], {"password": PASSWORD})
    found.refresh_from_db()
    today = clock.today()
    assert (found.state, found.starts_on) == ("active", today)
    assert found.last_day == today + dt.timedelta(days=30)
    assert kinds(town.mother.user) == ["family_mandate_begun"]


def test_nobody_tries_passwords_at_leisure(town):
    made = draft(town.mother, town.helper)
    client = browser(town.mother.user)
    url = reverse("families:mandate", args=[made.public_id])
    for _try in range(5):
        client.post(url, {"password": "une-autre-phrase"})
    assert "Trop d’essais" in text(client.post(url, {"password": PASSWORD}))
    made.refresh_from_db()
    assert made.state == "draft"


def test_whoever_has_no_password_signs_with_a_code_that_serves_once(town, time_machine):
    mother = town.parent()  # signs in elsewhere: no password here
    made = draft(mother, town.helper)
    client = browser(mother.user)
    url = reverse("families:mandate", args=[made.public_id])
    client.post(url, {"send": "1"})
    message = Message.objects.get(kind="family_sign_code")
    assert message.secret
    code = re.search(r": (\d{6})", message.body.replace("\u00a0", " "))[1]
    wrong = "000000" if code != "000000" else "111111"
    assert "pas le bon" in text(client.post(url, {"code": wrong}))
    moment = clock.now()
    time_machine.move_to(moment + dt.timedelta(minutes=11))
    assert "pas le bon" in text(client.post(url, {"code": code}))
    time_machine.move_to(moment)
    client.post(url, {"code": code})
    made.refresh_from_db()
    assert made.state == "active"
    again = draft(mother, helper(given_name="Rosa"))
    assert "pas le bon" in text(
        client.post(reverse("families:mandate", args=[again.public_id]), {"code": code})
    )


def test_on_paper_nothing_is_allowed_before_another_agent_has_checked_the_scan(town):
    agent, colleague = browser(town.agent), browser(town.second_agent)
    place = HelpPlaceFactory()
    prepared = agent.post(
        f"{reverse('families:desk_mandate', args=[town.mother.pk])}?lieu={place.code}",
        {"helper": str(town.helper.public_id), "days": "1", "scopes": ["applications"]},
    )
    url = prepared["Location"]
    made = AssistanceMandate.objects.get()
    pdf = agent.get(reverse("families:mandate_paper", args=[made.public_id]))
    assert pdf.content.startswith(b"%PDF")
    # Unsigned, it cannot be accepted; nor does its helper begin.
    agent.post(url, {"act": "accept"})
    agent.post(url, {"act": "scan", "scan": paper()})
    made.refresh_from_db()
    assert made.state == "to_check"
    assert begin(browser(town.helper), made).status_code == 409
    refused = text(agent.post(url, {"act": "accept"}))
    assert "Un autre agent" in refused
    assert made.scan.owner == town.mother.user
    assert colleague.get(made.scan.get_absolute_url()).status_code == 200
    assert browser(town.mother.user).get(made.scan.get_absolute_url()).status_code == 200
    assert browser(town.helper).get(made.scan.get_absolute_url()).status_code == 404
    colleague.post(url, {"act": "accept"})
    made.refresh_from_db()
    assert (made.state, made.checked_by, made.last_day) == (
        "active",
        town.second_agent,
        clock.today(),
    )
    assert begin(browser(town.helper), made)["Location"] == reverse("families:acting_home")


def test_a_paper_that_cannot_be_read_is_refused_and_the_family_told(town):
    made = draft(town.mother, town.helper, signature="paper")
    family, agent = browser(town.mother.user), browser(town.agent)
    family.post(reverse("families:mandate", args=[made.public_id]), {"scan": paper()})
    assert "Benali" in text(agent.get(reverse("families:mandate_checks")))
    agent.post(reverse("families:mandate_check", args=[made.public_id]), {"act": "refuse"})
    made.refresh_from_db()
    assert made.state == "refused"
    assert kinds(town.mother.user) == ["family_mandate_refused"]


# --- limits


def test_one_open_mandate_a_helper_and_a_family(town):
    made = signed(town.mother, town.helper)
    with pytest.raises(RuleBroken, match="déjà un mandat"):
        draft(town.mother, town.helper)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistanceMandate.objects.create(
            guardian=town.mother,
            helper=town.helper,
            place=made.place,
            days=1,
            signature="screen",
            for_family=True,
        )
    # Another helper, another family: as many as one likes; an unsigned draft is replaced.
    first = draft(town.mother, helper(given_name="Rosa"))
    again = draft(town.mother, first.helper)
    first.refresh_from_db()
    assert (first.state, again.state) == ("dropped", "draft")
    signed(town.parent(), town.helper)


@pytest.mark.parametrize(
    "changes",
    [
        {"days": 30},
        {"state": "active"},
        {"for_family": False},
        {
            "state": "active",
            "signature": "paper",
            "signed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            "starts_on": dt.date(2026, 1, 1),
            "last_day": dt.date(2026, 1, 1),
        },
    ],
)
def test_the_database_refuses_what_no_family_signed(town, changes):
    fields = {"days": 1, "signature": "screen", "for_family": True} | changes
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistanceMandate.objects.create(
            guardian=town.mother, helper=town.helper, place=HelpPlaceFactory(), **fields
        )


def test_only_the_family_signs_on_the_screen(town):
    with pytest.raises(RuleBroken, match="signer à l’écran"):
        mandates.prepare_mandate(
            by=Actor(town.agent),
            guardian=town.mother,
            helper=town.helper,
            place=HelpPlaceFactory(),
            days=31,
            scopes=["family"],
            signature="screen",
        )
    made = draft(town.mother, town.helper)
    for by in (
        Actor(town.agent),
        Actor(town.helper),
        Actor(town.agent, on_behalf_of=town.mother.user),
    ):
        with pytest.raises(RuleBroken):
            mandates.sign_mandate(by=by, mandate=made)
    assert (
        browser(town.parent().user)
        .get(reverse("families:mandate", args=[made.public_id]))
        .status_code
        == 404
    )


def test_a_helper_sees_the_scopes_signed_and_nothing_of_other_families(town):
    made = signed(town.mother, town.helper, scopes=["applications"])
    other = town.child(town.parent(family_name="Roux"))
    client = browser(town.helper)
    assert "Roux" not in text(client.get(reverse("families:helping")))
    begin(client, made)
    assert "Amel" in text(client.get(reverse("registration:start")))
    for name in ("families:overview", "canteen:home", "messages:list", "payments:home"):
        assert client.get(reverse(name)).status_code == 403, name
    assert other.given_name not in text(client.get(reverse("registration:mine")))
    town.mother.user.refresh_from_db()
    page = text(client.get(reverse("families:acting_home")))
    assert "Inscriptions" in page
    assert reverse("canteen:home") not in page
