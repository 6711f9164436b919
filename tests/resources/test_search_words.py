"""What words mean in a search: turned round, numbers however written, sounds, abbreviations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import clock
from resources.catalogue import degraded, finding, supplying, tasks
from resources.catalogue.access import Window
from resources.catalogue.indexing import note_texts
from resources.catalogue.models import Resource, Term
from resources.search.analysis import stems
from resources.search.engine import Answer, Ask, Document
from resources.search.query import Readings, parse
from resources.search.service import WhooshEngine
from tests.factories.resources import ResourceFactory, term

READINGS = {
    ("video",): ("document", "video", "Vidéo"),
    ("jeux",): ("type", "jeu", "Jeu éducatif"),
    ("cm1",): ("level", "CM1", "CM1"),
    ("payant",): ("cost", "paid", "Payant"),
}


def engine_of(
    tmp_path: Path, *documents: Document, synonyms: tuple[tuple[str, ...], ...] = ()
) -> WhooshEngine:
    made = WhooshEngine(tmp_path)
    made.rebuild(documents, version=1, readings=READINGS, synonyms=synonyms)
    return made


def document(pk: int, title: str, text: str = "", **facets: tuple[str, ...]) -> Document:
    return Document(pk, title, text, (), (), facets)


@pytest.fixture
def volcanoes(tmp_path: Path) -> WhooshEngine:
    return engine_of(
        tmp_path,
        document(1, "Les volcans en film", document=("video",), level=("CM1",), cost=("free",)),
        document(2, "Volcans : la fiche", document=("fiche",), level=("CM1",), cost=("paid",)),
        document(3, "Loto des volcans", type=("jeu",), level=("CM2",), cost=("free",)),
    )


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("volcan sans vidéo", {2, 3}, "volcan"),
        ("volcan pas de vidéo", {2, 3}, "volcan"),
        ("volcan non payant cm1", {1}, "volcan cm1"),
        ("volcan pas payant", {1, 3}, "volcan"),
        ("volcan ni vidéo ni jeux", {2}, "volcan ni jeux"),
        ("volcan sans jeux cm1", {1, 2}, "volcan cm1"),
        ("volcan vidéo", {1}, None),
    ],
)
def test_a_filter_that_is_refused_is_left_out_and_can_be_taken_back(
    volcanoes: WhooshEngine, text: str, found: set[int], rest: str | None
) -> None:
    answer = volcanoes.search(Ask(text))
    assert set(answer.ids) == found
    assert [avoided.rest for avoided in answer.avoided][:1] == ([rest] if rest else [])
    for chip in answer.chips:
        assert all(chip.value != avoided.written for avoided in answer.avoided)


def test_what_is_refused_is_never_looked_for_instead(volcanoes: WhooshEngine) -> None:
    assert volcanoes.search(Ask("film sans vidéo")).ids == ()


@pytest.mark.parametrize("text", ["un pas vidéo", "pas à pas vidéo", "« sans » vidéo"])
def test_a_step_refuses_nothing(text: str) -> None:
    found, _ = Readings(READINGS).read(parse(text))
    assert [(reading.value, reading.avoids) for reading in found] == [("video", False)]


@pytest.mark.django_db
def test_the_database_leaves_out_what_is_refused_too() -> None:
    video = term("document_type", "video")
    written = [
        ResourceFactory(title="Volcans en film", document_type=video),
        kept := ResourceFactory(title="Volcans : la fiche"),
    ]
    note_texts(resource.pk for resource in written)
    answer = degraded.search(Ask("volcan sans vidéo"), Window(None, None, None, clock.today()))
    assert answer.ids == (kept.pk,)
    assert [avoided.rest for avoided in answer.avoided] == ["volcan"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("1000", "1 000"),
        ("12500", "12\u00a0500"),
        ("louis 14", "Louis XIV"),
        ("henri 4", "Henri IV"),
        ("19e siècle", "XIXe siècle"),
        ("20ème siècle", "XXe siècle"),
        ("1ère guerre", "Première Guerre"),
        ("2e guerre", "Deuxième guerre"),
        ("guerre de 100 ans", "Guerre de Cent Ans"),
        ("3 petits cochons", "Trois petits cochons"),
        ("verbes du 3e groupe", "Verbes du troisième groupe"),
        ("premier", "première"),
        ("apprendre à comprendre", "comprend"),
    ],
)
def test_a_number_and_a_verb_are_found_however_written(text: str, same: str) -> None:
    assert stems(text) == stems(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("la vie", "6"),
        ("dixièmes", "10"),
        ("CM1", "1"),
        ("2D", "2"),
        ("10 100 1000", "10100"),
        ("x", "10"),
    ],
)
def test_what_only_looks_like_a_number_is_none(one: str, other: str) -> None:
    assert not set(stems(one)) & set(stems(other))


@pytest.mark.django_db
def test_texts_written_by_an_older_analysis_are_renewed_by_night(
    settings: Any, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path
    kings = ResourceFactory(title="Louis XIV")
    Resource.objects.filter(pk=kings.pk).update(search_text=" loui xiv ")
    assert tasks.verify_index()
    found = degraded.search(Ask("louis 14"), Window(None, None, None, clock.today()))
    assert found.ids == (kings.pk,)


def found(engine: WhooshEngine, text: str) -> tuple[int, ...]:
    return engine.search(Ask(text)).ids


def test_another_word_is_no_slip(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path, document(1, "La densité"), document(2, "La maquette"), document(3, "My engine")
    )
    for text in ("dentiste", "muette", "sanguine"):
        answer = engine.search(Ask(text))
        assert (answer.ids, answer.corrected) == ((), ""), text
    assert found(engine, "la makette") == (2,)
    assert found(engine, "dnesité") == (1,)


def test_both_words_in_the_title_come_before_one_in_its_very_form(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path,
        document(1, "Les enfants du monde", "Ils ont des droits, les enfants."),
        document(2, "Loto des droits de l'enfant", "On joue."),
        *(document(pk, f"Un enfant, épisode {pk}") for pk in range(3, 40)),
        synonyms=(("droits de l'enfant", "convention"),),
    )
    assert found(engine, "droits des enfants")[0] == 2


def test_small_words_count_where_the_title_says_them(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path,
        document(1, "Le son en classe"),
        document(2, "Voir le son"),
        document(3, "Bilan : le son « ou »"),
    )
    assert found(engine, "le son [ou]")[0] == 3
    shown = engine.explain(Ask("le son [ou]"), 3)
    assert shown is not None
    assert shown.factors["as_typed"] > 1
    other = engine.explain(Ask("le son [ou]"), 1)
    assert other is not None
    assert "as_typed" not in other.factors


def test_an_abbreviation_is_opened_wherever_it_stands(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path, document(1, "Problèmes de partage"), document(2, "Le partage de Rome")
    )
    assert found(engine, "prob partage")[0] == 1


def test_a_childs_spelling_is_heard_before_it_is_opened(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path,
        document(1, "O elefante"),
        document(2, "L'éléphant gris"),
        document(3, "Le bébé éléphant"),
    )
    answer = engine.search(Ask("elefan"))
    assert set(answer.ids) == {2, 3}
    assert answer.corrected == "elephant"
    assert engine.search(Ask("l'elefan gris")).corrected == "l'elephant gris"


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [False, True])
def test_special_needs_are_found_counted_and_chosen(
    settings: Any, tmp_path: Path, broken: bool
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path
    supplying.own_terms()
    need = Term.objects.get(vocabulary="need", code="lire")
    adapted = ResourceFactory(title="Lire les fractions, mise en page aérée")
    adapted.needs.add(need)
    ResourceFactory(title="Lire les fractions, en petit")
    tasks.verify_index()
    window = Window(None, None, None, clock.today())

    def ask(question: Ask) -> Answer:
        return (
            degraded.search(question, window) if broken else finding.find(question, window).answer
        )

    answer = ask(Ask("fractions"))
    assert answer.total == 2
    assert answer.facets["need"] == {need.code: 1}
    assert ask(Ask("fractions", filters={"need": frozenset({need.code})})).ids == (adapted.pk,)
    if not broken:
        assert ask(Ask("fractions dyslexique")).ids[:1] == (adapted.pk,)


DOUBTFUL = {
    ("ms",): ("level", "MS", "Moyenne section"),
    ("evaluation",): ("type", "evaluation", "Évaluation"),
}


def test_a_word_more_often_meant_as_text_is_a_filter_where_text_finds_nothing(
    tmp_path: Path,
) -> None:
    engine = WhooshEngine(tmp_path)
    documents = [
        document(1, "Le geste d'écriture", level=("MS",)),
        document(2, "Le geste d'écriture, encore", level=("GS",)),
        document(3, "Où en sont mes élèves ? Les fractions", type=("evaluation",)),
        document(4, "L'évaluation du risque", type=("jeu",)),
    ]
    engine.rebuild(documents, 1, readings=READINGS, doubtful=DOUBTFUL)
    level = engine.search(Ask("écriture MS"))
    assert (level.ids, [chip.value for chip in level.chips], level.missing) == ((1,), ["MS"], ())
    assert found(engine, "fractions évaluation") == (3,)
    text = engine.search(Ask("évaluation du risque"))
    assert (text.ids, text.chips) == ((4,), ())
    meant = engine.search(Ask("écriture MS", plain=frozenset({"ms"})))
    assert not meant.chips
    assert meant.missing == ("ms",)
    nothing = engine.search(Ask("volcan MS"))
    assert not nothing.chips


def test_a_childs_question_is_about_its_last_word(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document(1, "Le volcan"), document(2, "Le COI, le COD"))
    for text in ("c koi un volcan", "pourkoi le volcan", "c quoi un volcan"):
        assert found(engine, text) == (1,), text


def test_a_known_word_that_nothing_visible_holds_is_not_read_as_another(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path, document(1, "La fonte des neiges"), synonyms=(("foot", "football"),)
    )
    answer = engine.search(Ask("foot"))
    assert (answer.ids, answer.missing) == ((), ("foot",))


def test_a_number_alone_brings_nothing_near(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path,
        document(1, "Sept mers à la voile"),
        document(2, "Les tables de multiplication"),
        document(3, "Louis XIV"),
    )
    assert found(engine, "les tables de 6 7 8") == (2,)
    assert found(engine, "14 juillet") == ()
    assert found(engine, "7") == (1,)
    assert set(found(engine, "7 14")) == {1, 3}


def test_est_is_a_verb_but_where_the_sun_rises(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path, document(1, "La photosynthèse"), document(2, "Les pays de l'Est"),
        document(3, "Le vent du nord-est"),
    )  # fmt: skip
    answer = engine.search(Ask("c'est quoi la photosynthèse"))
    assert (answer.ids, answer.exact) == ((1,), 1)
    assert found(engine, "les pays de l'est")[0] == 2
    assert found(engine, "nord est")[0] == 3
    assert set(found(engine, "est")) == {2, 3}


def test_the_two_auxiliaries_are_a_lesson_and_else_say_little(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path,
        document(1, "Être et avoir au présent"),
        document(2, "Devenir citoyen", "Voter et débattre."),
        document(3, "Le savoir nager"),
    )
    assert found(engine, "avoir et être") == (1,)
    answer = engine.search(Ask("être citoyen"))
    assert (answer.ids, answer.exact) == ((2,), 1)


def test_a_level_is_read_with_its_number_in_any_form() -> None:
    table = {("cycle", "3"): ("cycle", "3", "Cycle 3")}
    for text in ("cycle III", "cycle trois", "cycle 3"):
        assert [r.value for r in Readings(table).read(parse(text))[0]] == ["3"], text
