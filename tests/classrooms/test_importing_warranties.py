"""Warranties given as lengths of time: from the purchase on, each cell by what it is."""

from __future__ import annotations

import calendar
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from classrooms.importing.cells import Cells
from classrooms.importing.reading import Told
from classrooms.models import Device
from core.spreadsheets.durations import Doubtful, months_of, unit_of
from tests.classrooms.tables import applied, lines_of, reasons, table, tried
from tests.factories.classrooms import DeviceFactory, DeviceModelFactory
from tests.factories.schools import SchoolFactory

HEAD = "N° de série;N° inventaire;Modèle;UAI;Acheté le;Garantie"


@pytest.mark.parametrize(
    ("text", "unit", "months"),
    [
        ("36", "", 36), ("036", "", 36), ("36 mois", "", 36), ("36mois", "", 36), ("3 ans", "", 36),
        ("1 an", "", 12), ("3", "years", 36), ("6", "months", 6), ("6 mois", "", 6), ("0", "", 0),
        ("2 ans et 6 mois", "", 30), ("2,5 années", "", 30), ("Garantie 3 ans sur site", "", 36),
        ("3 ans J+1", "", 36), ("36 MONTHS", "", 36), ("240", "", 240), ("241", "", None),
        ("1 an + 2 ans", "", None), ("3 ans dès le 01/02/2024", "", None), ("45292", "", None),
        ("31/08/2029", "", None), ("12 mai 2029", "", None), ("à vie", "", None), ("-36", "", None),
        ("36,5", "", None),
    ],
)  # fmt: skip
def test_lengths_of_time_as_suppliers_write_them(text, unit, months):
    assert months_of(text, unit) == months


def test_a_small_number_alone_may_be_years():
    for text in ("1", "3", "11"):
        with pytest.raises(Doubtful):
            months_of(text)
    titles = {"Garantie": "", "Garantie (mois)": "months", "Durée de garantie en années": "years"}
    assert {title: unit_of(title) for title in titles} == titles


@pytest.mark.django_db
def test_each_cell_of_a_mixed_column_is_taken_for_what_it_is():
    DeviceModelFactory(maker="Pomme", name="Ardoise", warranty_months=24)
    uai, old = SchoolFactory().uai, DeviceFactory(purchased_on="2024-02-29", warranty_end=None)
    data = table(
        f"A1;T1;Ardoise;{uai};31/08/2026;36",
        f"A2;T2;Ardoise;{uai};31/08/2026;6 mois",
        f"A3;T3;Ardoise;{uai};31/08/2026;30/09/2030",
        f"A4;T4;Ardoise;{uai};31/08/2026;",
        f"A5;T5;Ardoise;{uai};31/08/2026;0",
        f"{old.serial};;;;;3 ans",
        f"A6;T6;Ardoise;{uai};;36 mois",
        f"A7;T7;Ardoise;{uai};31/08/2026;3",
        f"A8;T8;Ardoise;{uai};31/08/2026;à vie",
        head=HEAD,
    )
    run = tried(data)
    told = lines_of(run)
    assert told[0]["w"].endswith("garantie jusqu’au 31/08/2029")
    assert told[5]["c"] == [["Fin de garantie", "rien", "28/02/2027"]]
    assert [row["o"] for row in told[6:]] == ["rejected"] * 3
    for words in (
        "se compte depuis l’achat",
        "« 3 mois » ou « 3 ans »",
        "ni une date ni une durée",
    ):
        assert words in reasons(run)
    applied(run)
    ends = dict(Device.objects.values_list("asset_tag", "warranty_end"))
    assert {tag: str(ends[tag]) for tag in ("T1", "T2", "T3", "T4", "T5", old.asset_tag)} == {
        "T1": "2029-08-31", "T2": "2027-02-28", "T3": "2030-09-30", "T4": "2028-08-31",
        "T5": "None", old.asset_tag: "2027-02-28",
    }  # fmt: skip
    assert tried(data).counts == {"create": 0, "update": 0, "unchanged": 6, "rejected": 3}


@pytest.mark.django_db
def test_a_workbook_s_numbers_count_what_their_title_says():
    DeviceModelFactory(maker="Pomme", name="Ardoise")
    uai, book, out = SchoolFactory().uai, Workbook(), io.BytesIO()
    book.active.append(["N° de série", "N° inventaire", "Modèle", "UAI", "Date d’achat",
                        "Durée de garantie (ans)"])  # fmt: skip
    book.active.append(["A1", "T1", "Ardoise", uai, dt.date(2024, 2, 29), 1])
    book.active.append(["A2", "T2", "Ardoise", uai, dt.date(2024, 2, 29), 4.0])
    book.save(out)
    applied(tried(out.getvalue()))
    ends = Device.objects.order_by("asset_tag").values_list("warranty_end", flat=True)
    assert list(ends) == [dt.date(2025, 2, 28), dt.date(2028, 2, 29)]


class Nothing:
    """A world in which a line's warranty depends on nothing."""


@given(
    bought=st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)), months=st.integers(12, 240),
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_shorter_months_last(bought, months):
    cells = Cells(
        1, [f"{bought:%d/%m/%Y}", str(months)], {"purchased_on": 0, "warranty_end": 1}, {}
    )
    told = Told(cells, Nothing(), {}, {}, None)
    facts = told._alone()
    told._warranty(facts)
    ends = dt.date.fromisoformat(facts["warranty_end"])
    assert (ends.year * 12 + ends.month) - (bought.year * 12 + bought.month) == months
    last = calendar.monthrange(ends.year, ends.month)[1]
    assert ends.day == min(bought.day, last)
    assert not told.problems
