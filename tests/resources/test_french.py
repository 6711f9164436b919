"""French as children write it and teachers mean it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.search.analysis import fold, stem, stems, words
from resources.search.excerpts import mark
from resources.search.lexicon import Lexicon
from resources.search.phonetics import sound_of
from resources.search.query import Readings, parse


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Évaluation", "evaluations"),
        ("chevaux", "cheval"),
        ("multiplier", "multiplication"),
        ("œuvre", "oeuvres"),
        ("planète", "planete"),
        ("dénombrer", "dénombrement"),
        ("programmation", "programation"),
        ("châteaux", "chateau"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(fold(one)) == stem(fold(other))


def test_elided_articles_come_off_and_aujourdhui_stays_whole() -> None:
    assert stems("L’eau d'aujourd’hui, qu'on étudie") == ["eau", "aujourdhui", "etudi"]


def test_words_keep_their_place_in_the_text() -> None:
    text = "L’École et l'œuvre : c’est l'arc-en-ciel"
    assert [text[w.start : w.end] for w in words(text)] == [
        *("L", "École", "et", "l", "œuvre", "c", "est", "l", "arc", "en", "ciel")
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fotosintez", "photosynthese"),
        ("ortografe", "orthographe"),
        ("dinosore", "dinosaure"),
        ("jeografi", "geographie"),
        ("multiplicassion", "multiplication"),
        ("egipte", "egypte"),
        ("fontene", "fontaine"),
        ("chato", "chateau"),
        ("volquan", "volcan"),
        ("skelet", "squelette"),
        ("zoizo", "oiseaux"),
        ("nanimo", "animaux"),
        ("avalanch", "avalanche"),
    ],
)
def test_a_child_is_understood(written: str, meant: str) -> None:
    known = ["photosynthese", "orthographe", "dinosaure", "geographie", "multiplication"]
    known += [
        "egypte",
        "fontaine",
        "chateau",
        "volcan",
        "chat",
        "fonction",
        "elan",
        "squelette",
        "oiseaux",
        "animaux",
    ]
    known += ["avalanche", "asphalte"]
    lexicon = Lexicon(dict.fromkeys(known, 3))
    assert lexicon.corrections(written, lambda _word: True)[0] == meant


def test_words_that_sound_different_stay_apart() -> None:
    assert len({sound_of(word) for word in ("chat", "rat", "mer", "mare", "lune", "lion")}) == 6


def test_glued_words_come_apart() -> None:
    lexicon = Lexicon({"eau": 5, "systeme": 3, "solaire": 3, "ecole": 4})
    assert lexicon.unglued("leau") == ["eau"]
    assert lexicon.unglued("lecole") == ["ecole"]
    assert lexicon.unglued("systemesolaire") == ["systeme", "solaire"]
    assert lexicon.unglued("lion") is None


def test_words_are_read_as_filters_unless_they_belong_together() -> None:
    readings = Readings(
        {
            ("cm1",): ("level", "CM1", "CM1"),
            ("jeu",): ("type", "jeu", "Jeu éducatif"),
            ("jeux",): ("type", "jeu", "Jeu éducatif"),
            ("grande", "section"): ("level", "GS", "Grande section"),
        }
    )
    found, rest = readings.read(parse("jeux de fractions en CM1"))
    assert [(r.facet, r.value) for r in found] == [("type", "jeu"), ("level", "CM1")]
    assert [w.folded for w in rest if not w.is_stop] == ["fractions"]
    assert found[1].rest == "jeux de fractions"
    found, rest = readings.read(parse("comptines grande section"))
    assert found[0].value == "GS"
    found, rest = readings.read(parse("jeux olympiques"))
    assert found == []


@given(st.text(max_size=120), st.integers(min_value=0, max_value=60))
def test_an_excerpt_is_a_piece_of_its_text(text: str, length: int) -> None:
    pieces = mark(text, {stem(word.folded) for word in words(text)[:2]}, length=length)
    joined = "".join(piece.text for piece in pieces)
    assert joined.removeprefix("… ").removesuffix(" …").strip() in text or not text
    if not length:
        assert joined == text


@given(st.text(max_size=250))
def test_anything_can_be_typed(text: str) -> None:
    parsed = parse(text)
    assert len(parsed.words) <= 16
