"""The ministry's directory as the list of schools, and the fleet that stands on it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from classrooms.importing import runs
from classrooms.models import Device, ImportRun
from classrooms.queries.figures import school_figures
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.spreadsheets import Column, write_xlsx
from enrolment.schools.actions.directory import import_directory
from enrolment.schools.models import School
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import DeviceModelFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

HEAD = (
    "\ufeffIdentifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;"
    "Statut_public_prive;Nom_commune;Code_commune;Code postal;Ecole_maternelle;"
    "Ecole_elementaire;Telephone;Appartenance_Education_Prioritaire;latitude;longitude;etat"
)
ROW = "0990101A;École des Pins;Ecole;Public;Port-Mistral;13999;13400;1;0;0491;REP+;43.3;5.4;OUVERT"
#: Open data kept beside the repository, never inside it.
PLACES = [
    folder / "shared/data/schools/annuaire-education-35.csv"
    for folder in Path(__file__).resolve().parents
]
REAL = next((place for place in PLACES if place.exists()), PLACES[0])


def take(*rows, head=HEAD, **options):
    lines = [head, *rows]
    return import_directory(by=SYSTEM, lines=lines, commune="port-mistral", **options)


def test_a_school_comes_in_once_and_follows_the_directory():
    assert len(take(ROW, dry_run=True).created) == 1
    assert not School.objects.exists(), "a trial writes nothing"
    take(ROW, ROW)
    school = School.objects.get()
    assert (school.kind, school.priority, school.latitude) == ("kindergarten", "REP+", 43.3)
    assert take(ROW).unchanged == 1
    School.objects.update(name="Les Pins", district="La Madrague")
    moved = ROW.replace("REP+", "").replace(";43.3;5.4;OUVERT", ";;;FERME").replace("0491", "")
    assert len(take(moved).updated) == 1
    school.refresh_from_db()
    assert (school.name, school.district) == ("Les Pins", "La Madrague"), "the city's own words"
    assert (school.latitude, school.phone) == (43.3, "0491"), "blank keeps"
    assert (school.priority, school.is_open) == ("", False)


def test_what_cannot_be_a_school_is_refused_with_its_line():
    report = take(
        ROW.replace("0990101A", "99"),
        ROW.replace("13400;1;0", "13400;0;0"),
        ROW.replace("REP+", "ZEP"),
        ROW.replace("43.3;", "143.3;"),
        ROW.replace("Public", "Privé"),
        ROW.replace("Port-Mistral", "Ailleurs"),
    )
    assert [line for line, _text in report.refused] == [2, 3, 4, 5]
    assert (report.elsewhere, School.objects.count()) == (1, 0)
    other = HEAD.replace("Code postal", "Code_postal").replace(
        "Nom_etablissement", "NOM ÉTABLISSEMENT"
    )
    assert len(take(ROW, head=other).created) == 1, "another edition"
    with pytest.raises(RuleBroken, match="identifiantdeletablissement"):
        take(ROW, head="a;b")


@pytest.mark.skipif(not REAL.exists(), reason="the open data file is not here")
def test_a_fleet_stands_on_a_real_towns_schools(client, capsys):
    """Rennes: its list, its map, a table of devices that names its schools by their codes."""
    call_command("import_schools", str(REAL), commune="35238")
    assert "77 créées" in capsys.readouterr().out
    call_command("import_schools", str(REAL), commune="Rennes")
    assert "0 créées, 0 mises à jour, 77 inchangées" in capsys.readouterr().out
    manager = UserFactory(roles=[Role.IT_MANAGER])
    assert len(school_figures(manager)) == School.objects.count() == 77
    networks = School.objects.exclude(priority="").count()
    sign_in_client(client, manager)
    board = client.get(reverse("classrooms:board"))
    assert (len(board.context["map"].dots), board.context["map"].missing) == (77, 0)
    assert sum(n["schools"] for n in board.context["networks"]) == 77
    assert 0 < networks < 77
    model, by = DeviceModelFactory(), Actor(manager)
    schools = list(School.objects.order_by("uai")[:3])
    titles = ("N° de série", "N° inventaire", "Catégorie", "Marque", "Modèle", "UAI", "Statut")
    rows = [
        (
            f"R{n:05}",
            f"RE-{n:05}",
            model.category.name,
            model.maker,
            model.name,
            s.uai,
            "En service",
        )
        for n, s in enumerate(schools)
    ]
    data = write_xlsx("Parc", [Column(title) for title in titles], rows)
    run = runs.receive(by=by, data=data, filename="parc.xlsx", supplier="Essai")
    assert runs.try_out(run.pk)
    run = ImportRun.objects.get(pk=run.pk)
    assert run.counts["create"] == 3
    runs.start(by=by, run=run, version=run.version, digest=run.digest)
    assert runs.apply(run.pk)
    assert [d.school for d in Device.objects.order_by("asset_tag")] == schools
    equipped = [row.school for row in school_figures(manager) if row.is_equipped]
    assert sorted(equipped, key=lambda s: s.uai) == schools


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("import_schools", str(tmp_path / "rien.csv"), commune="Rennes")
