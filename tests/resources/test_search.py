"""What a search answers: matches, counts under every selection, and nothing one may not see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.search.engine import FACETS, Ask, Document
from resources.search.service import WhooshEngine
from tests.resources.corpus import DAY, LEVELS, TITLES, TYPES, document, small


def test_the_sea_comes_before_the_mother_and_the_other_way_round(engine: WhooshEngine) -> None:
    titles = dict(enumerate(TITLES))
    for word, first in (("mer", "La mer"), ("mère", "Ma mère")):
        best = engine.search(Ask(word, size=1)).ids[0]
        assert titles[best % len(TITLES)].startswith(first)


def test_words_read_as_filters_become_chips(engine: WhooshEngine) -> None:
    answer = engine.search(Ask("fractions CM1 jeu gratuit"))
    assert [chip.facet for chip in answer.chips] == ["level", "type", "cost"]
    assert answer.total == answer.exact > 0


def test_synonyms_of_several_words_are_found(tmp_path: Path) -> None:
    engine = small(tmp_path, document(1, "Les séismes"), document(2, "Un arbre"))
    assert engine.search(Ask("tremblement de terre")).ids[:1] == (1,)


def test_every_word_first_then_most(tmp_path: Path) -> None:
    engine = small(
        tmp_path,
        document(1, "Le cycle de l'eau"),
        document(2, "Les états de l'eau"),
        document(3, "Le cycle de vie"),
        document(4, "Les volcans"),
    )
    answer = engine.search(Ask("cycle de l'eau"))
    assert answer.ids[0] == 1
    assert set(answer.ids) == {1, 2, 3}
    assert (answer.exact, answer.total) == (1, 3)


def test_a_phrase_is_found_as_it_stands_and_a_word_left_out(tmp_path: Path) -> None:
    engine = small(
        tmp_path,
        document(1, "Le petit chat noir"),
        document(2, "Le chat du petit roi"),
    )
    assert engine.search(Ask('"petit chat"')).ids == (1,)
    assert engine.search(Ask("chat -roi")).ids == (1,)


def test_typos_are_corrected_and_said(engine: WhooshEngine) -> None:
    answer = engine.search(Ask("multiplikasion"))
    assert answer.corrected == "multiplication"
    assert answer.exact
    assert not engine.search(Ask("multiplikasion", literal=True)).total


def test_a_correction_never_reveals_what_is_hidden(tmp_path: Path) -> None:
    hidden = document(1, "La photosynthèse", f={"audience": ("teacher",)})
    engine = small(tmp_path, hidden, document(2, "Les plantes"))
    pupil = {"audience": frozenset({"both", "learner"})}
    assert engine.search(Ask("fotosintez")).corrected
    answer = engine.search(Ask("fotosintez", scope=pupil))
    assert (answer.corrected, answer.total, answer.ids) == ("", 0, ())
    assert engine.suggest("photo", {}, DAY)
    assert engine.suggest("photo", pupil, DAY) == []


def test_pages_follow_each_other_without_repeating(engine: WhooshEngine) -> None:
    for text, sort in (("", "relevance"), ("fractions", "relevance"), ("eau", "title")):
        whole = engine.search(Ask(text, sort=sort, size=500)).ids
        parts = [engine.search(Ask(text, sort=sort, page=n, size=7)).ids for n in range(1, 30)]
        assert [pk for part in parts for pk in part] == list(whole)
        assert len(set(whole)) == len(whole)


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "level": st.frozensets(st.sampled_from(LEVELS), min_size=1),
        "type": st.frozensets(st.sampled_from(TYPES), min_size=1),
        "cost": st.frozensets(st.sampled_from(["free", "paid"]), min_size=1),
    },
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.sampled_from(["", "fractions", "eau", "pizza", "poésie", "château plage", "zzz"]),
    filters=CHOICES,
    pupil=st.booleans(),
)
def test_counts_are_what_choosing_shows(
    engine: WhooshEngine, documents: list[Document], text: str, filters: Any, pupil: bool
) -> None:
    scope = {"audience": frozenset({"both"})} if pupil else {}
    answer = engine.search(Ask(text, filters=filters, scope=scope, day=DAY, size=500))
    by_pk = {doc.pk: doc for doc in documents}
    for pk in answer.ids:
        facets = by_pk[pk].facets
        assert all(set(facets[name]) & values for name, values in filters.items())
        assert not pupil or facets["audience"] == ("both",)
        assert by_pk[pk].open_to is None
    assert len(answer.ids) == answer.total
    for facet in FACETS:
        for value, count in answer.facets[facet].items():
            alone = {**filters, facet: frozenset({value})}
            again = engine.search(Ask(text, filters=alone, scope=scope, day=DAY, size=1))
            assert again.total == count, (facet, value)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=80))
def test_nothing_typed_breaks_a_search(engine: WhooshEngine, text: str) -> None:
    answer = engine.search(Ask(text, typing=len(text) % 2 == 0))
    assert answer.total >= len(answer.ids)


def test_wildcards_and_field_names_are_plain_text(engine: WhooshEngine) -> None:
    for text in ("*e* *a* *i*", "row:1", "text:fractions^9", "fractions~", "[a TO z]", "'"):
        engine.search(Ask(text))
    assert engine.search(Ask("*:*")).total == engine.search(Ask("")).total


def test_an_empty_index_answers_nothing(tmp_path: Path) -> None:
    engine = small(tmp_path)
    assert engine.search(Ask("fractions")).total == 0
    assert engine.search(Ask()).total == 0


def test_what_one_leaves_out_is_said_in_words_too_and_can_be_taken_back(tmp_path: Path) -> None:
    engine = small(
        tmp_path,
        document(1, "Le chat noir"),
        document(2, "Le chat du roi"),
        document(3, "Le chat de la reine mère"),
        document(4, "Tous sauf un"),
    )
    for text in ("chat sauf roi", "chat sauf le roi", "chat -roi", "chat hormis les rois"):
        answer = engine.search(Ask(text))
        assert set(answer.ids) == {1, 3}, text
        assert [avoided.rest for avoided in answer.avoided] == ["chat"]
    assert set(engine.search(Ask('chat -"reine mère"')).ids) == {1, 2}
    assert engine.search(Ask("tous sauf un", literal=True)).ids[:1] == (4,)


def test_taking_a_chip_off_keeps_the_rest_of_the_query_as_typed(engine: WhooshEngine) -> None:
    answer = engine.search(Ask("« les fractions » en CM1 -pizza gratuit"))
    assert [chip.rest for chip in answer.chips] == [
        "« les fractions » -pizza gratuit",
        "« les fractions » en CM1 -pizza",
    ]
    assert not engine.search(Ask('"CM1"')).chips, "between quotes a word is a word"


def test_a_word_read_as_a_filter_can_be_meant_as_a_word(engine: WhooshEngine) -> None:
    read = engine.search(Ask("fractions jeu"))
    assert [chip.value for chip in read.chips] == ["jeu"]
    meant = engine.search(Ask("fractions jeu", plain=frozenset({"jeu"})))
    assert meant.chips == ()
    assert meant.missing or meant.corrected


@pytest.mark.parametrize("text", ["arc-en-ciel", "arc en ciel", "arcenciel", "arcs‑en‑ciel"])
def test_a_compound_is_found_however_it_is_joined(tmp_path: Path, text: str) -> None:
    engine = small(
        tmp_path, document(1, "Les arcs-en-ciel"), document(2, "Un tir à l'arc"), document(3, "Eau")
    )
    assert engine.search(Ask(text)).ids[0] == 1
    engine = small(tmp_path / "one", document(1, "Bon weekend"), document(2, "La fin"))
    assert engine.search(Ask("week-end")).ids == (1,)


def test_a_slip_of_the_catalogue_does_not_hide_the_word_meant(tmp_path: Path) -> None:
    many = [document(n, f"La multiplication {n}") for n in range(2, 40)]
    engine = small(tmp_path, document(1, "La multiplicaton"), *many)
    ask = Ask("multiplicaton posée")
    assert engine.search(ask).ids[0] == 1
    assert engine.better(ask) == "multiplication posée"
    assert engine.better(Ask("multiplication")) == ""
    hidden = [
        document(n, f"La multiplication {n}", f={"audience": ("teacher",)}) for n in range(2, 40)
    ]
    engine = small(tmp_path / "hidden", document(1, "La multiplicaton"), *hidden)
    assert engine.better(Ask("multiplicaton", scope={"audience": frozenset({"both"})})) == ""


def test_pages_come_from_one_version_while_another_is_published(tmp_path: Path) -> None:
    first = [document(n, f"Fractions {n:03d}") for n in range(1, 31)]
    engine = small(tmp_path, *first)
    engine.LOOK_EVERY = 0.0  # type: ignore[misc]
    page = engine.search(Ask("fractions", size=10))
    newer = [document(n, f"Fractions {n:03d}", quality=5) for n in range(31, 61)]
    assert engine.rebuild([*first, *newer], 2)
    rest = [engine.search(Ask("fractions", size=10, page=n, edition=page.edition)) for n in (2, 3)]
    assert sorted([*page.ids, *rest[0].ids, *rest[1].ids]) == list(range(1, 31))
    assert engine.search(Ask("fractions", size=10)).ids[0] > 30
    assert engine.search(Ask("fractions", size=10, edition="v-000009-00000000")).ids[0] > 30
