"""Every address says who may call it, and lets nobody else in."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache as cache_of
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from core import clock
from core.access import ANYONE, SIGNED_IN, may_enter, rule_of
from core.accounts.roles import Role
from core.journal import SYSTEM
from core.partners import issue
from tests.architecture.addresses import calls, pages
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client

KNOWN = {ANYONE, SIGNED_IN, *Role.values}
VISITOR = "visitor"
#: Garbage that a form or a filter must survive: wrong types, a NUL, markup, too long.
GARBAGE = urlencode(
    {"page": "zzz", "q": "a\x00b", "id": "-1", "date": "2026-02-30", "name": "<b>" * 300}
)


def test_every_page_states_a_rule():
    closed = [f"{p.name} ({p.route})" for p in pages() if rule_of(p.callback, p.name) is None]
    assert not closed, f"no access rule, so closed to all: {closed}"


def test_every_operation_states_its_own_rule_and_scope():
    unruled = [c.name for c in calls() if not hasattr(c.view, "access_rule")]
    assert not unruled, f"no @allow_api: {unruled}"
    for call in calls():
        assert call.view.access_rule <= KNOWN, call.name
        scope, writes = call.view.api_scope, call.method not in ("GET", "HEAD")
        assert not scope or re.fullmatch(r"[a-z-]+:[a-z]+", scope), call.name
        assert not (writes and scope.endswith(":read")), f"{call.name} writes with a right to read"


def test_rules_name_roles_that_exist():
    for page in pages():
        assert (rule_of(page.callback, page.name) or set()) <= KNOWN, page.name


@dataclass
class Caller:
    """Somebody who tries every address; whatever they write is undone."""

    user: Any
    client: Client

    def send(self, method, url, data=None, **options):
        """Call as at first: same session, no limit reached, nothing kept."""
        cache.clear()
        cookies = self.client.cookies.copy()
        with transaction.atomic():
            response = self.client.generic(method, url, data or "", **options)
            if response.streaming:
                list(response.streaming_content)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return response

    def entitled(self, rule):
        return ANYONE in rule or may_enter(self.user, rule)

    def shut(self, response):
        """Return the links of a page that would refuse the person they are shown to."""
        if self.user is None or "html" not in response.headers.get("Content-Type", ""):
            return []
        links = set(re.findall(r'<a\b[^>]*\bhref="(/[^"#?]*)', response.text))
        return sorted(link for link in links if not self.entitled(rule_at(link)))

    def was_refused(self, response):
        to_sign_in = response.status_code == 302 and "/compte/" in response.get("Location", "")
        return response.status_code in (401, 403) or (self.user is None and to_sign_in)


@cache_of
def rule_at(path):
    """Return who may open an address; one that leads nowhere is not looked at here."""
    try:
        match = resolve(path)
    except Resolver404:
        return frozenset({ANYONE})
    return rule_of(match.func, match.view_name) or frozenset()


def why(response):
    """Return the fault behind a 500."""
    fault = getattr(response, "exc_info", None)
    return repr(fault[1])[:200] if fault else ""


@pytest.fixture(params=[VISITOR, *Role.values])
def caller(request, db):
    client = Client(raise_request_exception=False)
    if request.param == VISITOR:
        return Caller(None, client)
    user = UserFactory(roles=[Role(request.param)])
    sign_in_client(client, user)
    return Caller(user, client)


def test_pages_let_in_whom_they_say_and_nobody_else(caller):
    wrong = []
    form = {"content_type": "application/x-www-form-urlencoded"}
    for page in pages():
        entitled = caller.entitled(rule_of(page.callback, page.name) or frozenset())
        # The rule stands before the view and does not look at the method: shut once is shut.
        tries = [("POST", page.url, GARBAGE)]
        if entitled or caller.user is None:
            tries.append(("GET", page.url, ""))
        if entitled:
            tries.append(("GET", f"{page.url}?{GARBAGE}", ""))
        # A page of refusal is the same everywhere: a program's short answer comes faster.
        asks = form if entitled else {**form, "headers": {"Accept": "application/json"}}
        for method, url, data in tries:
            response = caller.send(method, url, data, **asks)
            status = response.status_code
            if entitled and status >= 500:
                wrong.append(f"{method} {url[:90]} ({page.name}): {status} {why(response)}")
            no_such_method = method == "GET" and status == 405
            if not entitled and not no_such_method and not caller.was_refused(response):
                wrong.append(f"{method} {url[:90]} ({page.name}): {status}, should be refused")
            if entitled and method == "GET" and url == page.url:
                wrong += [f"{page.name} leads to {link}, shut" for link in caller.shut(response)]
    assert not wrong, "\n".join(wrong)


def test_operations_let_in_whom_they_say_and_nobody_else(caller):
    wrong = []
    for call in calls():
        entitled = caller.entitled(call.view.access_rule)
        bodies = ("{}", '{"name": "a\\u0000b", "id": -1, "items": 3}', "not json")
        for body in bodies if entitled else bodies[:1]:
            response = caller.send(call.method, call.url, body, content_type="application/json")
            status = response.status_code
            if entitled and (status >= 500 or status == 401):
                wrong.append(f"{call.name}: {status} {why(response)}")
            if not entitled and status not in (401, 403):
                wrong.append(f"{call.name}: {status}, should be refused")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_a_partner_without_the_scope_is_refused():
    issued = issue(
        by=SYSTEM,
        name="Essai",
        scopes=["nothing:read"],
        expires_at=clock.now() + dt.timedelta(days=1),
    )
    caller = Caller(None, Client(raise_request_exception=False))
    for call in calls():
        if ANYONE in call.view.access_rule:
            continue
        for secret, expected in ((issued.secret, 403), ("escale_made_up", 401)):
            headers = {"authorization": f"Bearer {secret}"}
            response = caller.send(
                call.method, call.url, "{}", content_type="application/json", headers=headers
            )
            assert response.status_code == expected, call.name
