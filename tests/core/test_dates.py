"""Dates read as one says them, through Python and through templates."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import translation

from core.dates import date_format

FIRST = dt.date(2026, 8, 1)


@pytest.mark.parametrize(
    ("language", "day", "style", "said"),
    [
        ("fr", FIRST, "j F Y", "1er août 2026"),
        ("fr", FIRST, "l j F", "samedi 1er août"),
        ("fr", FIRST, None, "1er août 2026"),
        ("fr", FIRST, "d/m/Y", "01/08/2026"),
        ("fr", FIRST, "j", "1"),
        ("fr", FIRST.replace(day=11), "j F", "11 août"),
        ("en", FIRST, "j F Y", "1 August 2026"),
    ],
)
def test_the_first_of_a_month_is_said_in_french(language, day, style, said):
    with translation.override(language):
        assert date_format(day, style) == said
        shown = f'{{{{ day|date:"{style}" }}}}' if style else "{{ day|date }}"
        assert Template(shown).render(Context({"day": day})) == said


def test_an_instant_takes_the_day_it_is_in_paris():
    late = dt.datetime(2026, 7, 31, 22, 30, tzinfo=dt.UTC)
    with translation.override("fr"):
        assert Template('{{ at|date:"j F, H:i" }}').render(Context({"at": late})) == (
            "1er août, 00:30"
        )
        assert Template('{{ at|date:"j F" }}').render(Context({"at": None})) == ""
