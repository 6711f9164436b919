"""Searches that people keep, and the letters that tell what is new in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, outbox
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from resources.catalogue import alerts
from resources.catalogue.models import (
    Resource,
    SavedSearch,
)
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.people import sign_in_client
from tests.resources.searching import at, fresh

pytestmark = pytest.mark.django_db


def keep(user: Any, query: str, frequency: str = "weekly", name: str = "Volcans") -> SavedSearch:
    return alerts.keep(by=Actor(user=user), user=user, name=name, query=query, frequency=frequency)


def test_a_letter_tells_once_what_is_new_and_may_be_opened(
    index: Callable[[], None], teacher: Any
) -> None:
    with at("2026-11-18"):  # a Wednesday
        ResourceFactory(title="Les volcans d'Auvergne")
        fresh(index)
        keep(teacher, "q=volcans")
        ResourceFactory(title="Volcans sous la mer")
        ResourceFactory(title="Volcans en brouillon", state="draft")
        ResourceFactory(title="Un sommet", description="Volcan", open_to=clock.today())
        elsewhere = ResourceFactory(title="Volcans de l'autre école")
        elsewhere.schools.set([PupilAccountFactory().class_group.school])
        ResourceFactory(title="Les fractions")
        fresh(index)
        assert alerts.send_due() == 0, "weekly: not before Monday"
    with at("2026-11-23"):
        assert alerts.send_due() == 1
        assert alerts.send_due() == 0
    letter = Message.objects.get(kind="search_alert")
    assert "Volcans sous la mer" in letter.body
    for hidden in ("Auvergne", "brouillon", "autre école", "sommet", "fractions"):
        assert hidden not in letter.body
    with at("2026-11-30"):
        Resource.objects.filter(title="Volcans en brouillon").update(state="validated")
        fresh(index)
        assert alerts.send_due() == 1
    assert "brouillon" in Message.objects.latest("pk").body
    assert "sous la mer" not in Message.objects.latest("pk").body


def test_several_searches_make_one_letter_and_the_rhythm_is_each_ones_own(
    index: Callable[[], None], teacher: Any
) -> None:
    with at("2026-11-18"):
        ResourceFactory()
        fresh(index)
        keep(teacher, "q=volcans", "daily")
        keep(teacher, "q=chevaliers", "daily", "Chevaliers")
        keep(teacher, "q=planetes", "never", "Planètes")
        for title in ("Les volcans", "Les chevaliers", "Les planètes"):
            ResourceFactory(title=title)
        fresh(index)
    with at("2026-11-19"):
        assert alerts.send_due() == 1
    body = Message.objects.get(kind="search_alert").body
    assert "Les volcans" in body
    assert "Les chevaliers" in body
    assert "planètes" not in body
    assert set(SavedSearch.objects.values_list("checked_on", flat=True)) == {
        dt.date(2026, 11, 18),
        dt.date(2026, 11, 19),
    }


def test_a_search_that_fails_keeps_nobody_elses_letter(
    index: Callable[[], None], teacher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at("2026-11-18"):
        second = UserFactory(roles=[(Role.TEACHER, "0990002B")])
        ResourceFactory()
        fresh(index)
        keep(teacher, "q=volcans", "daily")
        keep(second, "q=volcans", "daily")
        ResourceFactory(title="Les volcans")
        fresh(index)
    found = alerts.answering

    def breaks(search: SavedSearch) -> list[int] | None:
        if search.user_id == teacher.pk:
            raise ValueError
        return found(search)

    monkeypatch.setattr(alerts, "answering", breaks)
    with at("2026-11-19"):
        assert alerts.send_due() == 1
    assert Message.objects.get(kind="search_alert").recipient == second


def test_without_an_index_nothing_is_said_nor_forgotten(
    index: Callable[[], None], teacher: Any, settings: Any, tmp_path: Any
) -> None:
    with at("2026-11-18"):
        ResourceFactory()
        fresh(index)
        keep(teacher, "q=volcans", "daily")
        ResourceFactory(title="Les volcans")
        fresh(index)
    kept_at, settings.SEARCH_INDEX_ROOT = settings.SEARCH_INDEX_ROOT, tmp_path / "gone"
    with at("2026-11-19"):
        assert alerts.send_due() == 0
        settings.SEARCH_INDEX_ROOT = kept_at
        assert alerts.send_due() == 1


def test_one_press_in_the_letter_ends_it_without_signing_in(
    index: Callable[[], None], teacher: Any, client: Client
) -> None:
    with at("2026-11-18"):
        ResourceFactory()
        fresh(index)
        search = keep(teacher, "q=volcans", "daily")
        other = keep(teacher, "q=mer", "daily", "Mer")
        ResourceFactory(title="Les volcans")
        fresh(index)
    with at("2026-11-19"):
        alerts.send_due()
        outbox.sweep()
    assert "List-Unsubscribe" in mail.outbox[0].extra_headers
    link = re.search(r"\S+(/ressources/recherches/alerte/\S+)", str(mail.outbox[0].body))
    assert link
    assert client.get(link[1]).status_code == 200
    search.refresh_from_db()
    assert search.frequency == "daily", "looking at the page changes nothing"
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert "C’est arrêté" in strict.post(link[1]).content.decode()
    search.refresh_from_db()
    other.refresh_from_db()
    assert (search.frequency, other.frequency) == ("never", "daily")
    assert client.get(link[1][:-3] + "xx/").status_code == 404


def test_a_search_is_kept_from_its_page_by_its_lasting_part(
    index: Callable[[], None], teacher: Any, client: Client
) -> None:
    ResourceFactory(title="Les volcans")
    fresh(index)
    client.force_login(teacher)
    page = client.get(reverse("catalogue:search") + "?q=volcans&niveau=CM1&page=1&etat=v-1")
    assert page.context["keepable"] == "q=volcans&niveau=CM1"
    url = reverse("catalogue:keep_search")
    facts = {"query": "niveau=CM1&q=volcans&page=7", "name": "Mes volcans", "frequency": "weekly"}
    for _ in range(2):
        assert client.post(url, facts).status_code == 302
    assert SavedSearch.objects.get().query == "q=volcans&niveau=CM1"
    client.post(url, {**facts, "name": "Feu", "frequency": "never", "from": "list"})
    assert (SavedSearch.objects.get().name, SavedSearch.objects.get().frequency) == ("Feu", "never")
    listed = client.get(reverse("catalogue:saved")).content.decode()
    assert "?q=volcans&amp;niveau=CM1" in listed
    client.post(url, {**facts, "query": "page=2&tri=recent"})
    assert SavedSearch.objects.count() == 1, "an empty search is not kept"
    other = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    stranger = Client()
    stranger.force_login(other)
    forget = reverse("catalogue:forget_search", args=[SavedSearch.objects.get().pk])
    assert stranger.post(forget).status_code == 404
    client.post(forget)
    assert not SavedSearch.objects.exists()
    client.force_login(PupilAccountFactory().user)
    assert client.post(url, facts).status_code == 403


def test_thirty_searches_are_enough(index: Callable[[], None], teacher: Any) -> None:
    fresh(index)
    SavedSearch.objects.bulk_create(
        SavedSearch(user=teacher, name=str(n), query=f"q={n}") for n in range(alerts.MAX_KEPT)
    )
    with pytest.raises(RuleBroken) as refused:
        keep(teacher, "q=volcans")
    assert refused.value.code == "many"
    assert alerts.canonical(QueryDict("tri=pertinence&page=2")) == ""


def test_the_page_says_what_is_kept_how_much_answers_and_how_much_is_new(
    index: Callable[[], None], teacher: Any, client: Client, django_assert_num_queries: Any
) -> None:
    with at("2026-11-18"):
        ResourceFactory(title="Les volcans")
        fresh(index)
        keep(teacher, "q=volcans&niveau=CM1", "never")
        ResourceFactory(title="Volcans sous la mer")
        elsewhere = ResourceFactory(title="Volcans de l'autre école")
        elsewhere.schools.set([PupilAccountFactory().class_group.school])
        fresh(index)
        sign_in_client(client, teacher)
        page = client.get(reverse("catalogue:saved"))
        shown = " ".join(page.content.decode().replace("\u00a0", " ").split())
        assert "volcans · CM1 · 2 ressources" in shown
        assert "1 nouvelle<" in shown
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("catalogue:saved"))
        for number in range(6):
            keep(teacher, f"q=volcans+{number}", "never", f"Volcans {number}")
        with django_assert_num_queries(len(one)):
            client.get(reverse("catalogue:saved"))


def test_without_an_index_the_page_counts_nothing(
    teacher: Any, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path / "none"
    keep(teacher, "q=volcans", "never")
    sign_in_client(client, teacher)
    page = client.get(reverse("catalogue:saved"))
    assert page.status_code == 200
    assert "<p>volcans</p>" in page.content.decode()
