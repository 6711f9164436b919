"""The official vocabularies laid over the city's own: nothing lost, nothing doubled."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count

from core.journal import SYSTEM, JournalEntry
from resources.catalogue import terms
from resources.catalogue.models import Term, Vocabulary
from resources.catalogue.official import COLUMNS, import_terms
from tests.factories.resources import term, vocabularies

pytestmark = pytest.mark.django_db
NAME = Path("shared") / "data" / "resources" / "scolomfr-3.2-vocabularies.csv"
BASE = "http://voc.example/concept/"


def row(voc: str, key: str, label: str, **more: str) -> dict[str, str]:
    facts = {"altLabels": "", "broader": "", "status": "Actuel", **more}
    return {"voc": voc, "uri": BASE + key, "prefLabel": label, **facts}


TABLE = [
    row("10", "num-013", "jeu éducatif", altLabels="serious game|jeu sérieux"),
    row("10", "num-099", "énigme"),
    row("10", "num-100", "vieux mot", status="Obsolète"),
    row("22", "num-010", "cours préparatoire", altLabels="classe de CP"),
    row("22", "num-050", "terminale"),
    row("15", "num-919", "mathématiques (discipline)"),
    row("15", "num-921", "nombres (mathématiques cycle 2)", broader=BASE + "num-920"),
    row("15", "num-920", "mathématiques (cycle 2)", broader=BASE + "num-919"),
    row("15", "num-947", "mathématiques (cycle 4)", broader=BASE + "num-919"),
    row("15", "num-308", "explorer le monde des objets (cycle 1)"),
]


def test_the_city_keeps_its_words_and_gains_names_and_addresses() -> None:
    vocabularies()
    outcome = import_terms(TABLE, by=SYSTEM)
    assert (outcome.created, outcome.updated) == (4, 2)
    game = term("pedagogical_type", "jeu")
    assert (game.label, game.uri) == ("Jeu éducatif", BASE + "num-013")
    assert "serious game" in game.alt_labels
    assert game.alt_labels.count("jeu sérieux") == 1
    assert term("level", "CP").uri == BASE + "num-010"
    assert not Term.objects.filter(label__in=["Terminale", "Vieux mot"]).exists()
    numbers = Term.objects.get(uri=BASE + "num-921")
    assert numbers.code == "maths.num-920.num-921"
    assert numbers.parent is not None
    assert numbers.parent.parent == term("domain", "maths")
    assert Term.objects.get(uri=BASE + "num-308").parent == term("domain", "eveil")
    assert not Term.objects.get(uri=BASE + "num-099").reads_as_filter


def test_a_second_import_changes_nothing_and_says_so() -> None:
    vocabularies()
    import_terms(TABLE, by=SYSTEM)
    before, version = list(Term.objects.values()), terms.current_version()
    again = import_terms(TABLE, by=SYSTEM)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6)
    assert list(Term.objects.values()) == before
    assert terms.current_version() == version
    assert JournalEntry.objects.filter(verb="vocabularies.import").count() == 1


def test_a_table_without_its_columns_or_only_looked_at_writes_nothing(tmp_path: Path) -> None:
    vocabularies()
    before = Term.objects.count()
    bad = tmp_path / "bad.csv"
    bad.write_text("voc,uri\n10,x\n", encoding="utf-8")
    with pytest.raises(CommandError, match="prefLabel"):
        call_command("import_vocabularies", bad)
    good = tmp_path / "good.csv"
    with good.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(TABLE)
    call_command("import_vocabularies", good, "--dry-run")
    assert Term.objects.count() == before


def test_the_ministrys_own_table_gives_its_31_types_and_a_tree_without_orphans(
    capsys: Any,
) -> None:
    here = Path(settings.BASE_DIR)
    path = next((p / NAME for p in (here.parent, here.parent.parent) if (p / NAME).is_file()), None)
    if path is None:
        pytest.skip(f"{NAME} is not here")
    vocabularies()
    call_command("import_vocabularies", path)
    official = Term.objects.exclude(uri="")
    assert official.filter(vocabulary=Vocabulary.PEDAGOGICAL_TYPE).count() == 31
    assert official.filter(vocabulary=Vocabulary.LEVEL).count() == 9
    domains = list(official.filter(vocabulary=Vocabulary.DOMAIN).select_related("parent"))
    assert len(domains) > 1500
    assert not [d for d in domains if "cycle 4" in d.label]
    for domain in domains:
        parent = domain.parent.code if domain.parent else ""
        assert domain.code.rpartition(".")[0] == parent, "search counts a domain with its parents"
    capsys.readouterr()
    call_command("import_vocabularies", path)
    assert capsys.readouterr().out.startswith("Vocabulaires repris : 0 termes créés, 0 complétés")


def test_a_new_installation_starts_with_the_citys_words_which_the_ministrys_join(
    capsys: Any,
) -> None:
    Term.objects.all().delete()
    call_command("import_vocabularies")
    kinds = dict(Term.objects.values_list("vocabulary").annotate(n=Count("pk")).order_by())
    for kind in Vocabulary:
        assert kinds[kind] >= 8, kind
    capsys.readouterr()
    call_command("import_vocabularies")
    assert capsys.readouterr().out.startswith("Vocabulaires repris : 0 termes créés, 0 complétés")
    import_terms(
        [row("41", "num-003", "trouble auditif", altLabels="déficience auditive")], by=SYSTEM
    )
    hearing = term("need", "entendre")
    assert hearing.uri == BASE + "num-003", "the plain word and the term of art are one"
    assert "déficience auditive" in hearing.alt_labels
