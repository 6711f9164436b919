"""Kept searches and their letters, the editors' synonyms, and what nobody found."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from core import clock, outbox
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from resources.catalogue import alerts, finding, indexing, missed, synonyms
from resources.catalogue.access import window_of
from resources.catalogue.models import (
    MissedAsker,
    MissedCount,
    MissedQuery,
    Resource,
    SavedSearch,
    SynonymChange,
    SynonymGroup,
)
from resources.search.engine import Ask
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, vocabularies

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Any:
    with at("2026-11-02"):
        return UserFactory(roles=[(Role.TEACHER, "0990001A")])


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


def at(day: str) -> Any:
    return time_machine.travel(clock.at(dt.date.fromisoformat(day), 7), tick=False)


def keep(user: Any, query: str, frequency: str = "weekly", name: str = "Volcans") -> SavedSearch:
    return alerts.keep(by=Actor(user=user), user=user, name=name, query=query, frequency=frequency)


def fresh(index: Callable[[], None]) -> None:
    index()
    indexing.engine()._looked_at = float("-inf")


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


def test_an_editors_synonym_is_searched_edited_removed_and_put_back(
    index: Callable[[], None], teacher: Any, editor: Any, client: Client
) -> None:
    ResourceFactory(title="Les goélands du port")
    fresh(index)
    window = window_of(teacher)

    def found(words: str) -> int:
        indexing.refresh()
        indexing.engine()._looked_at = float("-inf")
        return finding.find(Ask(words, literal=True), window).answer.exact

    assert found("gabian") == 0
    client.force_login(editor)
    save = reverse("catalogue:synonym_save")
    client.post(save, {"words": "gabian, goéland,  Goélands, "})
    group = SynonymGroup.objects.get(key__contains="gabian")
    assert group.words == ["gabian", "goéland"]
    assert found("gabian") == 1
    client.post(save, {"group": group.pk, "words": "mouette\ngoéland"})
    assert (found("gabian"), found("mouettes")) == (0, 1)
    client.post(save, {"group": group.pk, "do": "remove"})
    assert found("mouettes") == 0
    removal = SynonymChange.objects.first()
    assert removal
    client.post(reverse("catalogue:synonym_undo", args=[removal.pk]))
    assert found("mouettes") == 1
    client.post(reverse("catalogue:synonym_undo", args=[removal.pk]))
    assert found("mouettes") == 1, "undone once"
    assert set(
        JournalEntry.objects.filter(verb__startswith="synonyms").values_list("verb", flat=True)
    ) == {"synonyms.add", "synonyms.edit", "synonyms.remove"}
    page = client.get(reverse("catalogue:synonyms"), {"q": "mouettes", "modifier": group.pk})
    assert 'value="mouette, goéland"' in page.content.decode()
    client.force_login(teacher)
    assert client.get(reverse("catalogue:synonyms")).status_code == 403


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["dinosaure", "Dinosaures"], "words"),
        (["seul"], "words"),
        (["le", "la"], "words"),
        (["a" * 70, "b"], "words"),
        ([f"mot{n}x" for n in range(12)], "words"),
        (["tremblements de terre", "séismes"], "known"),
    ],
)
def test_a_group_that_says_nothing_new_is_refused(editor: Any, words: list[str], code: str) -> None:
    vocabularies()
    with pytest.raises(RuleBroken) as refused:
        synonyms.save(by=Actor(user=editor), group=None, words=words)
    assert refused.value.code == code


def test_the_groups_we_bring_come_once_and_removed_ones_stay_away(editor: Any) -> None:
    vocabularies()
    count = SynonymGroup.objects.count()
    assert count > 30
    group = SynonymGroup.objects.get(key=synonyms.key_of(["séisme", "tremblement de terre"]))
    synonyms.remove(by=Actor(user=editor), group=group)
    assert synonyms.supply() == 0
    assert SynonymGroup.objects.filter(active=True).count() == count - 1


def look(client: Client, user: Any, words: str, **headers: str) -> None:
    client.force_login(user)
    assert client.get(reverse("catalogue:search"), {"q": words}, headers=headers).status_code == 200


def every_text_in(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
        return str(cursor.fetchall()).lower()


def test_words_are_written_only_once_three_people_have_asked(
    index: Callable[[], None], client: Client
) -> None:
    ResourceFactory(title="Les fractions")
    fresh(index)
    with at("2026-11-02"):
        people = [UserFactory(roles=[(Role.TEACHER, "0990001A")]) for _ in range(2)]
        pupil = PupilAccountFactory(entry__level="CM2").user
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        with at(day):
            for person in people:
                look(client, person, "Kévin Zzykowski CM1")
                look(client, person, "zzykowski kevin")
    query = MissedQuery.objects.get()
    assert query.text == ""
    tables = ("catalogue_missedquery", "catalogue_missedcount", "catalogue_missedasker")
    assert not any("zzykowski" in every_text_in(table) for table in tables)
    assert sum(MissedCount.objects.values_list("count", flat=True)) == 6, "once a day and person"
    with at("2026-12-01"):
        look(client, pupil, "kevins zzykowski")
    query.refresh_from_db()
    assert query.text == "kevins zzykowski"
    last = MissedCount.objects.get(month=dt.date(2026, 12, 1))
    assert (last.level, last.school_kind, last.count) == ("CM2", "elementary", 1)
    digests = set(MissedAsker.objects.values_list("digest", flat=True))
    assert len(digests) == 3
    assert not digests & {str(person.pk) for person in [*people, pupil]}


@pytest.mark.parametrize(
    "asked",
    [
        ("les fractions", {}, {}),
        ("zzyk jean.dupont@exemple.fr", {}, {}),
        ("zzyk 06 12 34 56 78", {}, {}),
        ("zzykowski", {"niveau": "CM2"}, {}),
        ("zzykowski", {}, {"HX-Request": "true", "HX-Target": "resultats"}),
        ("zzyk zzyl zzym zzyn zzyo zzyp zzyq", {}, {}),
    ],
)
def test_what_is_found_private_filtered_or_half_typed_is_not_noted(
    index: Callable[[], None],
    client: Client,
    teacher: Any,
    asked: tuple[str, dict[str, str], dict[str, str]],
) -> None:
    words, extra, headers = asked
    ResourceFactory(title="Les fractions")
    fresh(index)
    client.force_login(teacher)
    client.get(reverse("catalogue:search"), {"q": words, **extra}, headers=headers)
    assert not MissedQuery.objects.exists()
    if headers:
        client.get(
            reverse("catalogue:search"),
            {"q": words},
            headers={**headers, "X-Search-Settled": "1"},
        )
        assert MissedQuery.objects.count() == 1


def test_editors_read_decide_and_export_what_may_be_read(
    client: Client, editor: Any, teacher: Any
) -> None:
    known = MissedQuery.objects.create(digest="a", text="roman policier corse")
    secret = MissedQuery.objects.create(digest="b")
    for query, level, count in ((known, "CM1", 4), (known, "", 2), (secret, "CM1", 1)):
        MissedCount.objects.create(
            query=query, month=dt.date(2026, 11, 1), level=level, count=count
        )
    client.force_login(editor)
    url = reverse("catalogue:missed")
    page = client.get(url)
    assert [row["query"].total for row in page.context["listed"]] == [6]
    assert [row["query"].total for row in client.get(url, {"niveau": "CM1"}).context["listed"]] == [
        4
    ]
    html = page.content.decode()
    assert "roman policier corse" in html
    assert page.context["waiting"] == 1
    decide = reverse("catalogue:missed_decide", args=[known.pk])
    client.post(decide, {"to": "bought", "from": "open"})
    known.refresh_from_db()
    assert known.state == "bought"
    assert client.get(url).context["listed"] == []
    assert client.post(decide, {"to": "nonsense"}).status_code == 302
    hidden = reverse("catalogue:missed_decide", args=[secret.pk])
    assert client.post(hidden, {"to": "bought"}).status_code == 404
    export = client.get(reverse("catalogue:missed_xlsx"), {"etat": "bought"})
    sheet = openpyxl.load_workbook(BytesIO(export.content)).active
    assert sheet
    rows = list(sheet.iter_rows(values_only=True))
    assert [(row[0], row[3], row[5]) for row in rows[1:]] == [
        ("roman policier corse", None, 2),
        ("roman policier corse", "CM1", 4),
    ]
    csv = client.get(reverse("catalogue:missed_csv"), {"etat": "bought"}).content.decode(
        "utf-8-sig"
    )
    assert len(csv.strip().splitlines()) == 3
    client.force_login(teacher)
    assert client.get(url).status_code == 403


def test_missed_words_follow_the_question_not_its_filters(
    index: Callable[[], None], teacher: Any
) -> None:
    ResourceFactory(title="Les fractions")
    fresh(index)
    found = finding.find(Ask("des zzykos en CM1 gratuit"), window_of(teacher))
    assert missed.wording(Ask("des zzykos en CM1 gratuit"), found.answer) == "zzykos"
