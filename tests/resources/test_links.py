"""The watch over links: gentle, slow to condemn, and never withdrawing anything by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.fetching import Fetched, FetchFailed, FetchRefused
from core.journal import SYSTEM
from resources.catalogue import actions, links
from resources.catalogue.models import Resource
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def site(**answers: Any) -> Callable[..., Fetched]:
    """Return a way to ask whose answers are given by method, in place of the Internet."""

    def fetch(url: str, *, method: str) -> Fetched:
        answer = answers.get(method, 200)
        if isinstance(answer, Exception):
            raise answer
        status, moved = answer if isinstance(answer, tuple) else (answer, "")
        return Fetched(status, url, moved, "text/html", b"")

    return fetch


def linked(**facts: Any) -> Resource:
    return ResourceFactory(url="https://site.example/a", **facts)


GONE = site(HEAD=404, GET=404)


def test_three_failures_hours_apart_make_a_dead_link_and_one_answer_revives_it() -> None:
    resource = linked()
    start = clock.now()
    with time_machine.travel(start):
        assert links.check(resource, fetch=GONE) != "broken", "one evening is not death"
        assert not links.due(10)
    with time_machine.travel(start + dt.timedelta(hours=2)):
        resource = links.due(10)[0]
        links.check(resource, fetch=GONE)
        assert not links.due(10)
    with time_machine.travel(start + dt.timedelta(hours=9)):
        assert links.check(links.due(10)[0], fetch=GONE) == "broken"
    resource.refresh_from_db()
    assert (resource.link_failures, resource.state) == (3, "validated"), "an editor decides"
    assert links.check(resource, fetch=site()) == "fine"
    resource.refresh_from_db()
    assert resource.link_failures == 0


@pytest.mark.parametrize(
    ("fetch", "state"),
    [
        (site(HEAD=405, GET=200), "fine"),
        (site(HEAD=403, GET=403), "fine"),
        (site(HEAD=FetchFailed("big", "x")), "fine"),
        (site(HEAD=(200, "https://site.example/b")), "moved"),
        (site(HEAD=500, GET=500), "broken"),
        (site(HEAD=FetchFailed("silent", "x")), "broken"),
        (site(HEAD=FetchRefused("inside", "x")), "broken"),
    ],
)
def test_what_a_site_says_is_read_with_patience(fetch: Callable[..., Fetched], state: str) -> None:
    resource = linked(link_failures=links.ENOUGH - 1)
    assert links.check(resource, fetch=fetch) == state


def test_only_what_is_shown_and_has_an_address_is_asked_oldest_first() -> None:
    now = clock.now()
    ResourceFactory(url="")
    linked(state="withdrawn")
    linked(link_next_check_at=now + dt.timedelta(days=3))
    old = linked(link_next_check_at=now - dt.timedelta(days=3))
    never = linked()
    assert links.due(10) == [never, old]
    assert links.check_due(fetch=site(), pause=0) == 2
    assert not links.due(10)


def test_an_answer_about_an_address_changed_meanwhile_is_not_written() -> None:
    resource = linked()
    Resource.objects.filter(pk=resource.pk).update(url="https://site.example/other")
    links.check(resource, fetch=GONE)
    resource.refresh_from_db()
    assert (resource.link_state, resource.link_failures) == ("unchecked", 0)


def test_an_editor_adopts_the_new_address_once() -> None:
    resource = linked()
    links.check(resource, fetch=site(HEAD=(200, "https://site.example/b")))
    links.adopt(by=SYSTEM, resource=resource)
    resource.refresh_from_db()
    assert (resource.url, resource.link_state) == ("https://site.example/b", "fine")
    with pytest.raises(RuleBroken):
        links.adopt(by=SYSTEM, resource=resource)


def test_another_address_starts_anew() -> None:
    resource = linked(link_state="broken", link_failures=5)
    actions.save_resource(
        by=SYSTEM,
        resource=resource,
        facts={"url": "https://site.example/new"},
        levels=resource.levels.all(),
        domains=resource.domains.all(),
    )
    resource.refresh_from_db()
    assert (resource.link_state, resource.link_failures) == ("unchecked", 0)


def test_what_is_proposed_instead_is_of_the_same_level_and_domain_and_answers(
    index: Callable[[], None],
) -> None:
    dead = linked(title="Fractions et parts", link_state="broken")
    linked(title="Fractions et parts bis", link_state="broken")
    ResourceFactory(title="Fractions et parts au CP", level_codes=["CP"])
    ResourceFactory(title="Parts de musique", domain_codes=["arts.musique"])
    good = ResourceFactory(title="Fractions : parts de gâteau")
    assert links.replacements([dead]) == {dead.pk: good}, "without an index too"
    index()
    assert links.replacements([dead]) == {dead.pk: good}


def test_the_editors_page_lists_and_acts(
    client: Client, django_assert_max_num_queries: Any, index: Callable[[], None]
) -> None:
    for number in range(12):
        linked(title=f"Lien {number:02d}", link_state="broken", link_checked_at=clock.now())
    moved = linked(link_state="moved", link_moved_to="https://site.example/b")
    index()
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    with django_assert_max_num_queries(20):
        page = client.get(reverse("catalogue:links")).content.decode()
    assert "Lien 00" in page
    assert "Lien 11" not in page, "ten a page"
    only = client.get(reverse("catalogue:links"), {"lien": "moved"}).content.decode()
    assert "https://site.example/b" in only
    client.post(reverse("catalogue:link_act", args=[moved.identifier]), {"do": "adopt"})
    moved.refresh_from_db()
    assert moved.url == "https://site.example/b"
