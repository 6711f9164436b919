"""Menus from a file: a trial writes nothing, a bad line stops all of it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.spreadsheets import Column, write_xlsx
from enrolment.canteen.models import Course, Menu

HEAD = ("Date", "Type", "Plat", "Pour", "Allergènes", "Labels")


@pytest.fixture
def send(canteen, client):
    client.force_login(canteen.manager)
    url = reverse("canteen:menu_import", args=[canteen.kitchen.code])

    def post(rows, **data):
        book = write_xlsx("Menus", [Column(name) for name in HEAD], rows)
        return client.post(url, data | {"file": SimpleUploadedFile("menus.xlsx", book)})

    assert client.get(url).status_code == 200
    return post


def rows(day):
    return [
        (day.isoformat(), "Plat", "Daube provençale", "", "Céleri, sulfites", "Local"),
        (f"{day:%d/%m/%Y}", "plat", "Omelette", "Sans viande", "œufs", "végétarien; bio"),
        (day.isoformat(), "Dessert", "=1+1", "", "", ""),
    ]


def test_a_trial_writes_nothing_and_then_the_file_is_written(canteen, send):
    answer = send(rows(canteen.open_day))
    assert "Essai réussi : 3 plats sur un jour" in answer.content.decode().replace("\u00a0", " ")
    assert not Menu.objects.exists()
    assert send(rows(canteen.open_day), write="on").status_code == 302
    main = Course.objects.get(kind="main", diet="")
    assert (main.name, main.allergens, main.labels) == (
        "Daube provençale",
        ["celery", "sulphites"],
        ["local"],
    )
    assert Course.objects.get(diet="no_meat").labels == ["organic", "vegetarian"]
    assert Course.objects.get(kind="dessert").name == "=1+1", "text stays text"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("32/13/2026", "Plat", "X", "", "", ""), "date illisible"),
        (("DAY", "Apéritif", "X", "", "", ""), "type de plat inconnu"),
        (("DAY", "Entrée", "", "", "", ""), "nom du plat vide"),
        (("DAY", "Entrée", "X", "Pirate", "", ""), "régime inconnu"),
        (("DAY", "Entrée", "X", "", "kryptonite", ""), "mots inconnus"),
        (("DAY", "Plat", "Encore", "", "", ""), "déjà donné"),
        (("2000-01-01", "Plat", "X", "", "", ""), "fermée"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(canteen, send, wrong, says):
    day = canteen.open_day
    bad = tuple(day.isoformat() if cell == "DAY" else cell for cell in wrong)
    answer = send([*rows(day), bad], write="on")
    assert says in answer.content.decode()
    assert "Ligne 5" in answer.content.decode().replace("\u00a0", " ")
    assert not Menu.objects.exists()


def test_missing_columns_and_other_files_are_refused(canteen, client, send):
    url = reverse("canteen:menu_import", args=[canteen.kitchen.code])
    for name, data in (("a.csv", b"jour;quoi\n1;2\n"), ("a.pdf", b"%PDF-1.4"), ("a.csv", b"")):
        answer = client.post(url, {"file": SimpleUploadedFile(name, data), "write": "on"})
        assert answer.status_code == 422
    assert not Menu.objects.exists()
