"""Tables of resources: tried first, explained once, written whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.importing.plans import CREATE, REJECTED, UNCHANGED, UPDATE
from core.journal import SYSTEM, Actor
from core.outbox import Message
from resources.catalogue.exporting import resources_csv, resources_xlsx
from resources.catalogue.importing import runs
from resources.catalogue.models import ImportProfile, ImportRun, Resource
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, vocabularies

pytestmark = pytest.mark.django_db
REAL = Path("shared") / "data" / "resources" / "resources-real-1600.csv"
HEADER = "id;titre;description;langue;type;niveaux;domaines;editeur;licence;url"


def table(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def receive(data: bytes, supplier: str = "Éditeur du port") -> ImportRun:
    vocabularies()
    return runs.receive(by=SYSTEM, data=data, filename="table.csv", supplier=supplier)


def write(run: ImportRun, run_tasks: Callable[[], list[str]], *, publish: bool = True) -> ImportRun:
    _table, plan = runs.try_out(run)
    runs.start(by=SYSTEM, run=run, digest=plan.digest, publish=publish)
    run_tasks()
    run.refresh_from_db()
    return run


GOOD = "x:1;Les marées;Pourquoi la mer monte.;fr;exercice;CM1|CM2;sciences;Port;CC-BY;https://a.example/1"


@pytest.mark.django_db(transaction=True)
def test_a_table_becomes_resources_and_the_same_one_again_changes_nothing(
    run_tasks: Callable[[], list[str]],
) -> None:
    run = write(receive(table(GOOD)), run_tasks)
    assert (run.state, run.counts) == (
        "applied",
        {CREATE: 1, UPDATE: 0, UNCHANGED: 0, REJECTED: 0},
    )
    assert bytes(run.data) == b"", "the table has served"
    made = Resource.objects.get(external_identifier="x:1")
    assert (made.identifier, made.state, made.language) == ("x-1", "validated", "fr")
    assert {term.code for term in made.levels.all()} == {"CM1", "CM2"}
    assert made.licence is not None
    assert made.licence.code == "cc-by"
    assert " mare" in made.search_text
    _table, again = runs.try_out(receive(table(GOOD)))
    assert again.counts[UNCHANGED] == 1


@pytest.mark.django_db(transaction=True)
def test_a_blank_cell_keeps_what_is_there_and_a_changed_one_is_shown(
    run_tasks: Callable[[], list[str]],
) -> None:
    write(receive(table(GOOD)), run_tasks)
    run = receive(table("x:1;Les marées de printemps;;;;;;;;"))
    _table, plan = runs.try_out(run)
    assert plan.lines[0].changes == {"title": ("Les marées", "Les marées de printemps")}
    write(run, run_tasks)
    kept = Resource.objects.get(external_identifier="x:1")
    assert (kept.title, kept.description) == ("Les marées de printemps", "Pourquoi la mer monte.")
    assert kept.levels.count() == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";Sans clé;;;;;;;;", "identifiant"),
        ("x:2;;;;;;;;;", "titre"),
        ("x:3;Lien;;;;;;;;javascript:alert(1)", "https://"),
        ("x:4;Langue;;français courant;;;;;;", "deux lettres"),
        ("x:5;Niveau;;;;terminale;;;;", "terminale"),
    ],
)
def test_a_line_that_cannot_be_read_is_rejected_alone_and_says_why(line: str, words: str) -> None:
    _table, plan = runs.try_out(receive(table(GOOD, line)))
    assert plan.counts == {CREATE: 1, UPDATE: 0, UNCHANGED: 0, REJECTED: 1}
    assert words in " ".join(text for _column, text in plan.lines[1].problems)


def test_an_identifier_that_comes_twice_rejects_both_lines_naming_each_other() -> None:
    _table, plan = runs.try_out(receive(table(GOOD, GOOD.replace("marées", "vagues"))))
    assert plan.counts[REJECTED] == 2
    assert "3" in plan.lines[0].problems[0][1]
    assert "2" in plan.lines[1].problems[0][1]


def test_what_an_editor_explains_is_remembered_for_the_supplier() -> None:
    line = GOOD.replace("sciences", "océanographie|poésie marine")
    run = receive(table(line))
    _table, plan = runs.try_out(run)
    assert plan.counts[REJECTED] == 1
    assert {unknown.value for unknown in plan.unknown} == {"océanographie", "poésie marine"}
    answers = {"domains:oceanographie": "sciences.terre", "domains:poesie marine": ""}
    runs.decide(by=SYSTEM, run=run, columns={}, values=answers)
    _table, plan = runs.try_out(receive(table(line)))
    assert plan.counts[CREATE] == 1
    _table, other = runs.try_out(receive(table(line), supplier="Un autre"))
    assert other.counts[REJECTED] == 1


def test_columns_named_otherwise_are_chosen_once() -> None:
    data = table("x:9;Titre à part", header="code maison;intitulé")
    run = receive(data)
    assert runs.try_out(run)[1].counts[REJECTED] == 1
    runs.decide(by=SYSTEM, run=run, columns={"key": "code maison", "title": "intitulé"}, values={})
    assert runs.try_out(receive(data))[1].counts[CREATE] == 1
    assert ImportProfile.objects.get().columns["title"] == "intitulé"


@pytest.mark.django_db(transaction=True)
def test_what_was_not_shown_is_not_written(run_tasks: Callable[[], list[str]]) -> None:
    run = receive(table(GOOD))
    digest = runs.try_out(run)[1].digest
    ResourceFactory(external_identifier="x:1", title="Arrivée entre-temps")
    with pytest.raises(RuleBroken) as refused:
        runs.start(by=SYSTEM, run=run, digest=digest, publish=False)
    assert refused.value.code == "changed"
    fresh = runs.try_out(run)[1].digest
    runs.start(by=SYSTEM, run=run, digest=fresh, publish=False)
    Resource.objects.filter(external_identifier="x:1").update(title="Changée encore")
    run_tasks()
    run.refresh_from_db()
    assert run.state == "failed"
    assert Resource.objects.get(external_identifier="x:1").title == "Changée encore"


def test_a_word_explained_otherwise_makes_another_plan() -> None:
    """A new resource's levels and domains are of the plan, as much as its title."""
    run = receive(table(GOOD.replace("sciences", "océans")))
    seen = set()
    for domain in ("sciences.terre", "sciences.vivant"):
        runs.decide(by=SYSTEM, run=run, columns={}, values={"domains:oceans": domain})
        seen.add(runs.try_out(run)[1].digest)
    assert len(seen) == 2


@pytest.mark.django_db(transaction=True)
def test_a_lost_message_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from resources.catalogue.tasks import sweep_imports

    monkeypatch.setattr("core.queueing.send", lambda *_args, **_kwargs: None)
    run = receive(table(GOOD))
    runs.start(by=SYSTEM, run=run, digest=runs.try_out(run)[1].digest, publish=False)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2)):
        assert sweep_imports() == 1
        assert sweep_imports() == 0
    assert Resource.objects.get(external_identifier="x:1").state == "draft"


def test_what_cannot_be_written_is_given_up_keeps_no_other_and_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from resources.catalogue.tasks import apply_import, sweep_imports

    who = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    vocabularies()
    one, two = (
        runs.receive(by=Actor(user=who), data=table(line), filename="t.csv", supplier="Port")
        for line in (GOOD, GOOD.replace("x:1", "x:2"))
    )
    for run in (one, two):
        runs.start(by=SYSTEM, run=run, digest=runs.try_out(run)[1].digest, publish=False)
    real, tried = runs.write, []

    def heavy(plan: Any, **kwargs: Any) -> Any:
        if plan.lines[0].key == "x:2":
            return real(plan, **kwargs)
        tried.append(clock.now())
        raise MemoryError

    monkeypatch.setattr(runs, "write", heavy)
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(100):
            watch.shift(dt.timedelta(minutes=5))
            sweep_imports()
    assert len(tried) == 4
    for run in (one, two):
        run.refresh_from_db()
    assert (one.state, two.state) == ("failed", "applied")
    assert "trop lourd" in one.problem
    assert project.HELP_PHONE in one.problem.replace("\u00a0", " ")
    told = Message.objects.get(kind="catalogue_interrupted")
    assert told.recipient == who
    assert one.problem in told.body
    monkeypatch.setattr(runs, "write", real)
    runs.start(by=SYSTEM, run=one, digest=runs.try_out(one)[1].digest, publish=False)
    assert apply_import(one.pk)


def test_a_table_says_files_days_and_accesses_too(run_tasks: Callable[[], list[str]]) -> None:
    header = "id;titre;poids;image;ouverte du;ouverte au;acces achetes;acces par"
    run = receive(
        table(
            "x:1;Les marées;12,5 Mo;https://a.example/1.png;01/09/2026;2027-07-05;30;pupil",
            "x:2;Le phare;lourd;ftp://a;demain;;zéro;école",
            "x:3;Le port;;;2027-01-02;2027-01-01;;",
            header=header,
        )
    )
    _table, plan = runs.try_out(run)
    wrong = {line.key: [name for name, _why in line.problems] for line in plan.lines}
    assert wrong == {
        "x:1": [],
        "x:2": ["Adresse de l’image", "Nombre d’accès achetés", "Poids", "Qui prend un accès",
                "Ouverte à partir du"],
        "x:3": ["Ouverte jusqu’au"],
    }  # fmt: skip
    facts = plan.lines[0].facts
    assert facts["size_bytes"] == 12_500_000
    assert facts["thumbnail_url"] == "https://a.example/1.png"
    assert (facts["open_from"], facts["open_to"]) == (dt.date(2026, 9, 1), dt.date(2027, 7, 5))
    assert (facts["licence_seats"], facts["licence_unit"]) == (30, "pupil")


@pytest.mark.parametrize("export", [resources_csv, resources_xlsx])
def test_what_is_exported_comes_back_unchanged(export: Any) -> None:
    vocabularies()
    ResourceFactory.create_batch(3)
    ResourceFactory(title="=1+1", keywords=["l'eau", "mer"], url="https://a.example/x", cost="paid")
    run = runs.receive(
        by=SYSTEM, data=export(Resource.objects.all()), filename="catalogue", supplier="nous"
    )
    _table, plan = runs.try_out(run)
    changed = {line.key: line.changes for line in plan.lines if line.outcome != UNCHANGED}
    assert not changed, changed
    assert plan.counts[UNCHANGED] == 4


def test_only_editors_see_the_tables(client: Client) -> None:
    run = receive(table(GOOD))
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    assert client.get(reverse("catalogue:import_run", args=[run.public_id])).status_code == 403


def test_an_editor_does_it_all_from_the_page(client: Client) -> None:
    vocabularies()
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    upload = SimpleUploadedFile("tableau.csv", table(GOOD.replace("sciences", "océans")))
    sent = client.post(
        reverse("catalogue:import_start"), {"supplier": "Port", "file": upload}, follow=True
    )
    page = sent.content.decode()
    assert "océans" in page
    assert "n’est pas connu" in page
    run = ImportRun.objects.get()
    address = reverse("catalogue:import_run", args=[run.public_id])
    answer = client.post(address, {"v:domains:oceans": "sciences.terre"}, follow=True)
    digest = runs.try_out(ImportRun.objects.get())[1].digest
    assert digest in answer.content.decode()
    client.post(reverse("catalogue:import_act", args=[run.public_id]), {"digest": digest})
    run.refresh_from_db()
    assert run.state == "applying"
    wrong = client.post(
        reverse("catalogue:import_start"),
        {"supplier": "Port", "file": SimpleUploadedFile("photo.xlsx", b"\x89PNG\r\n")},
    )
    assert wrong.status_code == 422
    assert "ni un tableau" in wrong.content.decode()


@pytest.mark.postgres  # long, and no row of it depends on the engine
@pytest.mark.django_db(transaction=True)
def test_the_1600_real_resources_come_in_with_their_flaws_named(
    run_tasks: Callable[[], list[str]],
) -> None:
    here = Path(project.BASE_DIR)
    path = next((p / REAL for p in (here.parent, here.parent.parent) if (p / REAL).is_file()), None)
    if path is None:
        pytest.skip(f"{REAL} is not here")
    data = path.read_bytes()
    run = receive(data, "Trois collections libres")
    _table, plan = runs.try_out(run)
    strange = {unknown.value for unknown in plan.unknown}
    assert strange <= {"histoire et géographie"}, strange
    decisions = {"domains:histoire et geographie": "histoire"}
    runs.decide(by=SYSTEM, run=run, columns={}, values=decisions)
    done = write(run, run_tasks)
    assert done.counts[CREATE] + done.counts[REJECTED] == 1600
    assert all(line.problems for line in plan.lines if line.outcome == REJECTED)
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    no_address = sum(1 for line in lines if line["url"] and not line["url"].startswith("http"))
    assert done.counts[REJECTED] == no_address
    assert Resource.objects.filter(state="validated").count() > 1400
    _table, again = runs.try_out(receive(data, "Trois collections libres"))
    assert again.counts[UNCHANGED] == done.counts[CREATE]
