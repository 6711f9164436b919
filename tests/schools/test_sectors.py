"""Catchment areas by hand and by file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.documents import Document
from core.errors import RuleBroken
from enrolment.schools.actions.sectors import import_segments, read_segments, save_segment
from enrolment.schools.models import School, StreetSegment
from families.models import Street
from families.rules import fold
from tests.factories.registration import build_town
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

HEAD = (
    "libelle_commune;Type_et_Libelle;No_de_voie_debut;No_de_voie_fin;"
    "Parite;Code_RNE;Secteur_unique\n"
)
#: Open data kept beside the repository, never inside it.
PLACES = [
    folder / "shared/data/schools/carte-scolaire-colleges-35.csv"
    for folder in Path(__file__).resolve().parents
]
REAL = next((place for place in PLACES if place.exists()), PLACES[0])


@pytest.fixture
def town(db):
    return build_town()


def file_of(town, *lines):
    return (HEAD + "\n".join(lines)).encode()


def line(town, numbers="1;9999", parity="PI", school=None, street="RUE DES TAMARIS"):
    return f"Port-Mistral;{street};{numbers};{parity};{(school or town.school).uai};N"


def run(town, data, **options):
    return import_segments(
        by=town.by(town.agent),
        data=data,
        filename="carte.csv",
        school_year=town.year,
        city="Port-Mistral",
        **options,
    )


def test_a_file_replaces_the_areas_it_names_and_reading_it_twice_changes_nothing(town):
    data = file_of(town, line(town, "1;99", "I"), line(town, "2;9999", "P", town.other))
    for _ in range(2):
        assert len(run(town, data).segments) == 2
        rows = StreetSegment.objects.filter(school_year=town.year).order_by("number_from")
        assert [(s.parity, s.number_from, s.number_to, s.school) for s in rows] == [
            ("odd", 1, 99, town.school),
            ("even", 2, None, town.other),
        ]


def test_bad_lines_are_named_and_stop_the_import_unless_asked(town):
    data = file_of(
        town,
        line(town),
        line(town, street="RUE INCONNUE"),
        line(town, "9;3"),
        line(town, parity="Z"),
        line(town, "a;b"),
        line(town, school=town.other),
        "Ailleurs;RUE DES TAMARIS;1;9;PI;0000000A;N",
    )
    report = read_segments(data, "x.csv", school_year=town.year, city="Port-Mistral")
    assert [bad.line for bad in report.errors] == [3, 4, 5, 6]
    assert [row.line for row in report.shared] == [7]
    assert report.elsewhere == 1
    with pytest.raises(RuleBroken, match="rien n’a été importé"):
        run(town, data)
    assert len(run(town, data, skip_errors=True).segments) == 2


def test_a_number_has_one_school_for_a_level(town):
    args = {"school_year": town.year, "street": town.street, "parity": "odd"}
    by = town.by(town.agent)
    with pytest.raises(RuleBroken, match="Tamaris"):
        save_segment(by=by, school=town.other, number_from=3, number_to=9, **args)
    save_segment(by=by, school=town.other, number_from=3, number_to=9, shared=True, **args)
    nursery = SchoolFactory(kind=School.Kind.KINDERGARTEN)
    save_segment(by=by, school=nursery, number_from=3, number_to=9, **args)


def test_the_pages_show_a_dry_run_before_anything_is_written(client, town):
    sign_in_client(client, town.agent)
    before = StreetSegment.objects.count()
    data = file_of(town, line(town, "1;9", "I"))
    page = client.post(
        reverse("schools:segments_upload"),
        {"school_year": town.year.pk, "file": SimpleUploadedFile("carte.csv", data)},
    )
    assert page.status_code == 200
    assert StreetSegment.objects.count() == before
    document = Document.objects.get(kind="schools.segments")
    client.post(
        reverse("schools:segments_confirm"),
        {"document": document.public_id, "annee": town.year.start_year},
    )
    assert StreetSegment.objects.get(school_year=town.year).parity == "odd"
    assert not Document.objects.filter(pk=document.pk).exists()


@pytest.mark.skipif(not REAL.exists(), reason="the open data file is not here")
def test_a_real_map_is_read_whole(town):
    with REAL.open(encoding="utf-8-sig") as file:
        rows = [r for r in csv.DictReader(file, delimiter=";") if r["libelle_commune"] == "Rennes"]
    names = {r["Type_et_Libelle"] for r in rows if r["Type_et_Libelle"]}
    Street.objects.bulk_create(
        Street(code=f"R{n}", name=name, search_name=fold(name), postcode="35000", district="x")
        for n, name in enumerate(sorted({fold(name): name for name in names}.values()))
    )
    School.objects.bulk_create(
        School(uai=uai, name=uai, kind="elementary", postcode="35000", district="x")
        for uai in sorted({r["Code_RNE"] for r in rows})
    )
    report = read_segments(REAL.read_bytes(), REAL.name, school_year=town.year, city="Rennes")
    assert len(report.segments) + len(report.errors) == len(rows)
    assert report.elsewhere == 5416 - len(rows)
    assert report.errors == []
    # Rennes shares whole neighbourhoods between schools: an agent chooses there.
    assert 0 < len(report.shared) < len(rows) / 2
