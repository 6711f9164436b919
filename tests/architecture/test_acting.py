"""While somebody acts for a family, only listed pages open, and never some of them."""

from __future__ import annotations

import pytest
from django.test import Client

from core import acting
from core.access import ANYONE, rule_of
from core.accounts.roles import Role
from core.acting import Scope
from core.journal import Actor, JournalEntry
from families.actions import acting as acts
from families.middleware import ACTING
from families.models import AssistanceMandate, AssistedSession, HelpPlace
from families.rules import last_day_of_mandate
from tests.architecture.addresses import calls, pages
from tests.architecture.test_default_deny import GARBAGE, Caller, why
from tests.factories.accounts import HELP_PLACE, UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.people import sign_in_client

EVERYDAY = frozenset(Scope.values) - acting.SENSITIVE
#: Words in a page's name that say it is not for a helper, whatever the family ticks.
NEVER = (
    "account_",
    "mfa_",
    "usersessions_",
    "socialaccount",
    "invit",
    "mandate",
    "helper",
    "payments:pay",
    "spend",
    "erasure",
    "export",
    "objection",
    "api",
)


def mandate_for(helper, guardian, scopes, days=31):
    """Write a mandate in force, as signing makes it."""
    from core import clock

    place, _made = HelpPlace.objects.get_or_create(code=HELP_PLACE, defaults={"name": "La Maison"})
    today = clock.today()
    return AssistanceMandate.objects.create(
        guardian=guardian,
        helper=helper,
        place=place,
        days=days,
        state="active",
        signature="screen",
        signed_at=clock.now(),
        starts_on=today,
        last_day=last_day_of_mandate(today, days),
        **acts.columns_of(scopes),
    )


def test_every_listed_page_exists_and_none_is_the_familys_alone():
    names = {page.name for page in pages()}
    listed = acting.listed_pages()
    assert set(listed) <= names, f"no such page: {set(listed) - names}"
    assert acting.own_pages() <= names, f"no such page: {acting.own_pages() - names}"
    for name, scopes in listed.items():
        assert scopes <= set(Scope.values), name
        assert not any(word in name for word in NEVER), f"{name} is the family's alone"
    for page in pages():
        rule = rule_of(page.callback, page.name) or frozenset()
        if page.name in listed:
            # Staff may share a page with parents; a page of staff alone is never listed.
            assert rule & {ANYONE, "signed_in", Role.GUARDIAN}, page.name


@pytest.fixture(params=["agent", "helper with everything"])
def actor(request, db):
    """Somebody who acts for a family, and the scopes they have."""
    guardian = GuardianFactory()
    ChildFactory(parents=[guardian])
    scopes = frozenset(Scope.values) if "everything" in request.param else EVERYDAY
    client = Client(raise_request_exception=False)
    if request.param.startswith("agent"):
        user = UserFactory(roles=[Role.ENROLMENT_AGENT])
        session = acts.begin_at_desk(
            by=Actor(user), guardian=guardian, reason="desk", scopes=scopes
        )
    else:
        user = UserFactory(roles=[Role.HELPER])
        session = acts.begin_by_mandate(by=Actor(user), mandate=mandate_for(user, guardian, scopes))
    sign_in_client(client, user)
    state = client.session
    state[ACTING] = session.pk
    state.save()
    return Caller(guardian.user, client), user, scopes


def test_only_pages_within_the_scopes_open(actor):
    caller, _user, scopes = actor
    wrong = []
    form = {"content_type": "application/x-www-form-urlencoded"}
    for page in pages():
        if acting.is_own_page(page.name) or page.name == "home":
            continue
        open_here = bool(acting.listed_pages().get(page.name, frozenset()) & scopes)
        for method, data in (("GET", ""), ("POST", GARBAGE)):
            response = caller.send(method, page.url, data, **(form if data else {}))
            status = response.status_code
            if status >= 500:
                wrong.append(f"{method} {page.name}: {status} {why(response)}")
            if not open_here and status != 403:
                wrong.append(f"{method} {page.name}: {status}, should be refused")
            if open_here and status == 403:
                wrong.append(f"{method} {page.name}: refused, should open")
    assert not wrong, "\n".join(wrong)


def test_no_operation_of_the_api_opens(actor):
    caller, _user, _scopes = actor
    for call in calls():
        response = caller.send(call.method, call.url, "{}", content_type="application/json")
        assert response.status_code == 403, call.name
        assert response["Content-Type"].startswith("application/json")


def test_every_form_sent_is_journalled_under_both_names(actor):
    caller, user, scopes = actor
    session = AssistedSession.objects.get()
    tried = 0
    for name, open_for in acting.listed_pages().items():
        if not open_for & scopes:
            continue
        page = next(p for p in pages() if p.name == name)
        before = JournalEntry.objects.count()
        response = caller.client.post(page.url, GARBAGE, "application/x-www-form-urlencoded")
        entries = JournalEntry.objects.order_by("pk")[before:]
        assert entries, f"{name} ({response.status_code}) left no trace"
        assert entries[0].verb == "assistance.act", name
        for entry in entries:
            assert (entry.actor, entry.on_behalf_of, entry.via) == (
                user,
                caller.user,
                f"acting:{session.pk}",
            ), f"{entry.verb} of {name}"
        tried += 1
    assert tried > 15
