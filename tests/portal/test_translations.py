"""What is said in French is said in English; what parents read, in Arabic too."""

from __future__ import annotations

import io
import re
from functools import cache
from gettext import c2py  # type: ignore[attr-defined]
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import ngettext
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
APPS = ("core", "families", "payments", "enrolment", "resources", "classrooms", "portal")
LANGUAGES = {"en": 2, "ar": 6, "fr": 2}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")
#: Folders of pages and messages that a parent meets, and those of agents inside them.
PARENTS = ("families/", "enrolment/registration/templates/messages/", "portal/templates/")
_PAGES = "families/templates/families/"
AGENTS = (
    "families/desk/",
    "families/merging/",
    "families/forms/desk.py",
    "families/home.py",
    "families/home_people.py",
    "families/actions/court.py",
    "families/actions/links.py",
    "families/actions/merging.py",
    "families/actions/notes.py",
    "families/actions/situations.py",
    "families/actions/unmerging.py",
    "families/forms/separation.py",
    "families/forms/situations.py",
    "families/models/assisted.py",
    "families/models/desk.py",
    "families/models/merging.py",
    "families/models/situations.py",
    "families/readings.py",
    *(
        f"families/views/{name}.py"
        for name in ("acting", "income_agents", "links", "merging", "rulings", "sheet",
                     "situations", "staff_care")
    ),
    *(
        _PAGES + name
        for name in ("acting_", "care_", "claim_check", "claim_queue", "desk", "helping",
                     "household_address", "income_check", "income_queue", "income_rules",
                     "mandate_check", "moves_queue", "objection_queue", "objection_sheet",
                     "pickup_print", "rulings", "situation")
    ),
)  # fmt: skip


@cache
def catalogue(language: str) -> Catalog:
    path = ROOT / "portal" / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as text:
        return read_po(text, locale=language)


@cache
def sentences() -> dict[str, str]:
    """Every sentence given to gettext, and the file it was first met in."""
    return {key: path for key, _plural, path in reversed(calls())}


@cache
def calls() -> list[tuple[str, str | None, str]]:
    """Every call of gettext: sentence, its plural if it has one, and the file."""
    found: list[tuple[str, str | None, str]] = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if path.suffix not in {".py", ".html", ".txt"}:
                continue
            source = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                # What is no call is blanked out; Babel's tokeniser wants it flush left.
                source = re.sub(r"^[ \t]+", "", templatize(source), flags=re.MULTILINE)
            elif not re.search(r"gettext|_\(", source):
                continue
            text = io.BytesIO(source.encode())
            for _line, keyword, message, _comments in extract_python(
                text, list(KEYWORDS), [], {"encoding": "utf-8"}
            ):
                parts = message if isinstance(message, tuple) else (message,)
                texts = parts[1:] if "pgettext" in keyword else parts
                if texts[0]:
                    plural = texts[1] if "ngettext" in keyword else None
                    found.append((texts[0], plural, str(path.relative_to(ROOT))))
    return found


def untold(language: str) -> list[str]:
    known = set()
    for entry in catalogue(language):
        if entry.id and entry.string and all(entry.string):
            known.add(entry.id[0] if isinstance(entry.id, tuple) else entry.id)
    return [key for key in sentences() if key not in known]


def test_sentences_are_found() -> None:
    assert len(sentences()) > 2000


def test_english_says_nearly_everything() -> None:
    """A sentence added since the last ``makemessages`` shows in French: one in a hundred may."""
    missing = untold("en")
    assert len(missing) <= len(sentences()) / 100, missing


def test_arabic_speaks_to_parents() -> None:
    theirs = [
        key
        for key, path in sentences().items()
        if path.startswith(PARENTS) and not path.startswith(AGENTS)
    ]
    missing = [key for key in untold("ar") if key in set(theirs)]
    assert len(missing) <= len(theirs) / 10, missing


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_translations_keep_what_is_filled_in(language: str) -> None:
    for entry in catalogue(language):
        if not entry.id or isinstance(entry.id, tuple):
            continue
        said = entry.string if isinstance(entry.string, str) else entry.string[0]
        if not said:  # shows in French, which the tests above count
            continue
        assert sorted(PLACEHOLDER.findall(entry.id)) == sorted(PLACEHOLDER.findall(said)), said


@pytest.mark.parametrize(("language", "forms"), list(LANGUAGES.items()))
def test_plurals_have_all_their_forms(language: str, forms: int) -> None:
    plurals = [
        entry
        for entry in catalogue(language)
        if isinstance(entry.id, tuple) and entry.id and any(entry.string)
    ]
    assert plurals
    for entry in plurals:
        assert len(entry.string) == forms
        names = set(re.findall(r"%\((\w+)\)", " ".join(entry.id)))
        for form in entry.string:
            assert set(re.findall(r"%\((\w+)\)", form)) <= names, form


def test_a_sentence_has_one_plural() -> None:
    """A catalogue keeps one plural a sentence: another page's placeholders would break this one."""
    plurals: dict[str, set[str]] = {}
    for key, plural, _path in calls():
        if plural:
            plurals.setdefault(key, set()).add(plural)
    assert not {key: found for key, found in plurals.items() if len(found) > 1}


def test_arabic_counts_as_arabic_does() -> None:
    chosen = c2py(catalogue("ar").plural_expr)
    cases = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3, 111: 4}
    assert {n: chosen(n) for n in cases} == cases


def test_french_counts_none_as_one() -> None:
    with translation.override("fr"):
        for message in catalogue("en"):
            if message.pluralizable:
                one, many = message.id
                told = [ngettext(one, many, n) for n in (0, 1, 2)]
                assert told[0] == told[1], one
                assert (told[1] == told[2]) == (one == many), one
