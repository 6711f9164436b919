"""What comes first in a search, and how each place in it is explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resources.search.engine import Ask
from resources.search.service import WhooshEngine
from tests.resources.corpus import DAY, document, small


def test_level_school_quality_use_and_freshness_lift_equal_words(tmp_path: Path) -> None:
    day = DAY.toordinal()
    facts: dict[str, dict[str, Any]] = {
        "plain": {"published": day - 3000},
        "level": {"published": day - 3000, "f": {"level": ("CM1",)}},
        "place": {"published": day - 3000, "f": {"used": ("school:A",)}},
        "fresh": {"published": day},
        "use": {"published": day - 3000, "opened": 31},
        "quality": {"published": day - 3000, "quality": 5},
    }
    documents = [document(n, "Les fractions", **f) for n, f in enumerate(facts.values())]
    engine = small(tmp_path, *documents, document(99, "Un arbre"))
    ask = Ask("fractions", near_levels=frozenset({"CM1"}), near_places=frozenset({"school:A"}))
    names = [list(facts)[pk] for pk in engine.search(ask).ids]
    assert names == ["quality", "use", "level", "place", "fresh", "plain"]
    for name, pk in ((name, list(facts).index(name)) for name in names):
        why = engine.explain(ask, pk)
        assert why is not None
        lifted = {n for n, factor in why.factors.items() if n in facts and factor > 1}
        lifted |= {n for n, part in why.prior.items() if part > 0}
        assert lifted == {name} - {"plain"}
    assert engine.explain(ask, 99) is None


@pytest.mark.parametrize("text", ["chronologie", "la chronologie", "La Chronologie ?"])
def test_whoever_types_a_title_finds_it_first(tmp_path: Path, text: str) -> None:
    rich = document(
        1,
        "Avant mamie : la chronologie racontée en chronologies",
        text="Une chronologie, puis une autre chronologie.",
        quality=5,
        opened=400,
        published=DAY.toordinal(),
        f={"level": ("CM1",)},
    )
    engine = small(
        tmp_path,
        replace(rich, keywords=("chronologie", "chronologie de la famille")),
        document(2, "La chronologie"),
        *(document(n, f"Un arbre {n}") for n in range(3, 30)),
    )
    ask = Ask(text, near_levels=frozenset({"CM1"}))
    assert engine.search(ask).ids[:2] == (2, 1)
    why = engine.explain(ask, 2)
    assert why is not None
    assert why.factors["very_title"] > 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("jeu de lettres", 1),
        ("Le présent des verbes en -er", 2),
        ("qui fait quoi", 3),
        ("Le Porridge", 4),
        ("porridge", 5),
    ],
)
def test_a_title_is_found_whatever_its_words_mean_elsewhere(
    tmp_path: Path, text: str, wanted: int
) -> None:
    engine = small(
        tmp_path,
        document(1, "Jeu de lettres", f={"type": ("exercice",)}),
        document(2, "Le présent des verbes en -er"),
        document(3, "Qui fait quoi ?"),
        document(4, "Le Porridge"),
        document(5, "Porridge"),
        *(document(n, f"Dessine les lettres {n}", f={"type": ("jeu",)}) for n in range(6, 12)),
        document(12, "Jeu sur ordonnance", f={"privacy": ("high",)}),
    )
    ask = Ask(text, scope={"privacy": frozenset({"none"})})
    assert engine.search(ask).ids[0] == wanted
    why = engine.explain(ask, wanted)
    assert why is not None
    assert not why.alike
    assert why.factors["very_title"] > 1


def test_a_hidden_title_does_not_change_how_a_query_is_read(tmp_path: Path) -> None:
    others = [document(n, f"Les lettres {n}", f={"type": ("exercice",)}) for n in range(2, 9)]
    hidden = document(1, "Jeu de lettres", f={"privacy": ("high",), "type": ("exercice",)})
    ask = Ask("jeu de lettres", scope={"privacy": frozenset({"none"})})
    seen = []
    for name, documents in (("with", [hidden, *others]), ("without", others)):
        folder = tmp_path / name
        folder.mkdir()
        answer = small(folder, *documents).search(ask)
        seen.append((answer.ids, answer.chips, answer.relaxed, answer.total))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "text", ["fractions", "jouer fractions", "multiplikasion", "poésie", "château fort", "fract"]
)
def test_an_explanation_states_the_score_the_order_comes_from(
    engine: WhooshEngine, text: str
) -> None:
    ask = Ask(text, size=500, near_levels=frozenset({"CM1"}))
    answer = engine.search(ask)
    reasons = {pk: engine.explain(ask, pk) for pk in answer.ids}
    exact = [found.score for pk in answer.ids[: answer.exact] if (found := reasons[pk])]
    assert len(exact) == answer.exact > 0
    assert exact == sorted(exact, reverse=True)
    first = reasons[answer.ids[0]]
    assert first
    assert {reason.how for reason in first.words} <= {
        *("word", "synonym", "corrected", "beginning"),
    }


def test_an_explanation_says_how_each_word_was_met(tmp_path: Path) -> None:
    engine = small(
        tmp_path,
        document(1, "Écrire un poème", text="Sur la plage."),
        document(2, "La multiplication", text="Un poème."),
        document(3, "Rien"),
    )

    def said(text: str, pk: int) -> list[tuple[str, str, str]]:
        why = engine.explain(Ask(text), pk)
        return [(w.how, w.met, w.where) for w in why.words] if why else []

    assert said("plage", 1) == [("word", "", "text")]
    assert said("poésie", 1) == [("synonym", "poem", "title")]
    assert said("multiplikasion", 2) == [("corrected", "multiplication", "title")]
    assert said("multi", 2) == [("beginning", "multiplication", "title")]
    assert said("poème plage", 2) == [("word", "", "text"), ("missing", "", "")]


def test_an_explanation_of_what_one_may_not_see_is_none(tmp_path: Path) -> None:
    engine = small(tmp_path, document(1, "Les volcans", f={"audience": ("teacher",)}))
    assert engine.explain(Ask("volcans"), 1)
    assert engine.explain(Ask("volcans", scope={"audience": frozenset({"both"})}), 1) is None
