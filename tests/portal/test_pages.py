"""The portal's own pages and the choices of a reader."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format

from core.errors import RuleBroken
from core.home import HomeCard
from portal.storage import squeeze
from portal.views.home import grouped
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory
from tests.people import sign_in_client

STATIC = Path(__file__).parents[2] / "portal" / "static"
PARIS = ZoneInfo("Europe/Paris")


def leaves_as(file: Path) -> bytes:
    return squeeze(file.read_text()).encode() if file.suffix == ".css" else file.read_bytes()


def weigh(*patterns: str) -> int:
    return sum(
        len(gzip.compress(leaves_as(file), 9))
        for pattern in patterns
        for file in STATIC.glob(pattern)
    )


def test_style_sheets_of_every_page_weigh_less_than_13_kb() -> None:
    assert weigh("css/*.css") < 13_000


@pytest.mark.django_db
def test_a_page_with_all_it_loads_weighs_less_than_50_kb(client: Any) -> None:
    import django_htmx

    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    page = gzip.compress(client.get("/").content, 9)
    assets = weigh("css/*.css", "css/pages/doors.css", "js/escale.js", "img/*.svg")
    assert len(page) + assets + len(gzip.compress(htmx.read_bytes(), 9)) < 50_000


@pytest.mark.django_db
def test_language_is_kept_for_the_device_and_the_account(client: Any) -> None:
    user = UserFactory(language="fr")
    client.force_login(user)
    answer = client.post("/langue/", {"language": "ar", "next": "/aide/"})
    assert answer.url == "/aide/"
    user.refresh_from_db()
    assert user.language == "ar"
    assert b'dir="rtl"' in client.get("/aide/").content


@pytest.mark.django_db
def test_account_language_speaks_on_a_new_device(client: Any) -> None:
    client.force_login(UserFactory(language="ar"))
    assert b'lang="ar" dir="rtl"' in client.get("/aide/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target", ["https://ailleurs.example/", "//ailleurs.example", "javascript:1"]
)
def test_choices_never_lead_to_another_site(client: Any, target: str) -> None:
    for path in ("/langue/", "/apparence/"):
        assert client.post(path, {"language": "en", "theme": "dark", "next": target}).url == "/"


@pytest.mark.django_db
def test_unknown_choices_change_nothing(client: Any) -> None:
    assert not client.post("/langue/", {"language": "xx"}).cookies
    client.post("/apparence/", {"theme": "dark"})
    assert b'data-theme="dark"' in client.get("/aide/").content
    client.post("/apparence/", {"theme": "<script>"})
    assert b"data-theme" not in client.get("/aide/").content


@pytest.mark.django_db
def test_demo_people_do_not_exist_outside_the_demo(client: Any, settings: Any) -> None:
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404


def test_home_groups_what_presses_first() -> None:
    def card(title: str, tone: str) -> HomeCard:
        return HomeCard(title=title, text="", url="/", action="", tone=tone)

    cards = [card("a", "done"), card("b", "plain"), card("c", "urgent"), card("d", "plain")]
    assert [(tone, [c.title for c in members]) for tone, _, members in grouped(cards)] == [
        ("urgent", ["c"]),
        ("plain", ["b", "d"]),
        ("done", ["a"]),
    ]


def test_fault_page_needs_nothing() -> None:
    page = render_to_string("errors/500.html")
    assert "Une panne est survenue" in page
    assert "{%" not in page


@pytest.mark.django_db
def test_broken_rule_is_said_in_its_own_words(rf: Any) -> None:
    broken = RuleBroken("late", "La limite était hier à 9 h.")
    request = rf.get("/cantine/")
    page = render_to_string("errors/rule.html", {"broken": broken}, request=request)
    assert "La limite était hier à 9 h." in page


def test_a_number_keeps_its_order_in_an_arabic_sentence() -> None:
    template = Template("{% load ui %}{{ number|ltr }}")
    said = {}
    for language in ("fr", "ar"):
        with translation.override(language):
            said[language] = template.render(Context({"number": "2026-000123"}))
    assert said == {"fr": "2026-000123", "ar": "\u20662026-000123\u2069"}


def test_money_is_written_as_its_reader_writes_it() -> None:
    template = Template("{% load ui %}{% money cents %}")
    written = {}
    for language in ("fr", "en", "ar"):
        with translation.override(language):
            written[language] = template.render(Context({"cents": -123456}))
    assert written["fr"] == '<bdi class="money">-1\u202f234,56\u00a0€</bdi>'
    assert written["en"] == '<bdi class="money">-€1,234.56</bdi>'
    assert "1.234,56" in written["ar"]


def test_parts_escape_what_they_are_given() -> None:
    source = (
        "{% load ui %}{% badge bad %}{% empty_state title=bad text=bad %}{% timeline steps %}"
        "{% task_list steps %}{% card bad %}x{% endcard %}{% notice 'info' bad %}x{% endnotice %}"
        "{% progress 1 2 bad %}{% bars steps bad %}{% stepper steps 1 %}{% breadcrumb bad %}"
        "{% icon 'x' bad %}"
    )
    bad = "<script>alert(1)</script>"
    page = Template(source).render(Context({"bad": bad, "steps": [{"title": bad, "text": bad}]}))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_child_keeps_its_animal_and_siblings_differ() -> None:
    template = Template("{% load ui %}{% avatar pk %}")
    drawn = [template.render(Context({"pk": pk})) for pk in (7, 8, 7)]
    assert drawn[0] == drawn[2] != drawn[1]


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "3 novembre 2026, 04:05"), ("en", "3 November 2026, 04:05")],
)
def test_dates_are_written_day_first_in_every_language(language, written):
    with translation.override(language):
        assert (
            date_format(dt.datetime(2026, 11, 3, 4, 5, tzinfo=PARIS), "DATETIME_FORMAT") == written
        )
        assert date_format(dt.date(2026, 11, 3), "SHORT_DATE_FORMAT") == "03/11/2026"


@pytest.mark.django_db
def test_a_pupils_home_speaks_to_a_child(client: Any) -> None:
    account: Any = PupilAccountFactory()
    sign_in_client(client, account.user)
    page = client.get("/").content.decode()
    assert "Voici ce que tu peux faire." in page
    assert "Pour toi" in page
    for formal in ("Vos services", "Ce qui vous attend", "votre attention"):
        assert formal not in page, formal
