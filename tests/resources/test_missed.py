"""What nobody found: noted without naming anybody, read and decided upon by editors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.accounts.roles import Role
from resources.catalogue import finding, missed
from resources.catalogue.access import window_of
from resources.catalogue.models import (
    MissedAsker,
    MissedCount,
    MissedQuery,
)
from resources.search.engine import Ask
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.resources.searching import at, fresh

pytestmark = pytest.mark.django_db


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
