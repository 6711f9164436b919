"""Internet lines as a table, and their last days of notice as a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from classrooms.models import InternetLine
from core import clock
from core.spreadsheets import Column, write_csv, write_xlsx
from enrolment.schools.models import School

#: Bytes of a line of a calendar, its end apart (RFC 5545, 3.1).
_FOLD = 75


def _columns() -> list[Column]:
    return [
        Column(_("UAI"), width=11),
        Column(_("École"), width=40),
        Column(_("Référence"), width=22),
        Column(_("Opérateur"), width=22),
        Column(_("Technologie"), width=18),
        Column(_("Descendant (Mbit/s)"), "integer", width=18),
        Column(_("Montant (Mbit/s)"), "integer", width=16),
        Column(_("Très haut débit"), width=14),
        Column(_("Par mois"), "money", width=12),
        Column(_("En service depuis"), "date", width=16),
        Column(_("Fin du contrat"), "date", width=14),
        Column(_("Préavis (mois)"), "integer", width=14),
        Column(_("À dénoncer avant"), "date", width=16),
        Column(_("Résiliée le"), "date", width=12),
    ]


def _rows(lines: Iterable[InternetLine]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        yield (
            *(line.school.uai, line.school.name, line.reference, line.operator),
            *(str(line.get_technology_display()), line.down_mbps, line.up_mbps),
            _("oui") if line.is_very_high_speed else _("non"),
            *(line.monthly_cents, line.starts_on, line.contract_end),
            *(line.notice_months, line.notice_by),
            line.closed_on,
        )


def lines_xlsx(lines: Iterable[InternetLine]) -> bytes:
    """Return the lines as a workbook."""
    return write_xlsx(_("Lignes"), _columns(), _rows(lines))


def lines_csv(lines: Iterable[InternetLine]) -> bytes:
    """Return the lines as CSV."""
    return write_csv(_columns(), _rows(lines))


def gaps_xlsx(schools: Iterable[School]) -> bytes:
    """Return the schools that wait for a fast line as a workbook."""
    columns = [
        Column(_("UAI"), width=11),
        Column(_("École"), width=40),
        Column(_("Quartier"), width=24),
        Column(_("Éducation prioritaire"), width=20),
        Column(_("Meilleur débit (Mbit/s)"), "integer", width=22),
    ]
    rows = (
        (s.uai, s.name, s.district, s.get_priority_display(), getattr(s, "best", None))
        for s in schools
    )
    return write_xlsx(_("Sans très haut débit"), columns, rows)


def calendar(lines: Iterable[InternetLine], host: str) -> bytes:
    """Return the last days of notice as an iCalendar file (RFC 5545)."""
    stamp = clock.now().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    told = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{host}//Escale//FR"]
    for line in lines:
        words = _("Dernier jour de préavis : %(operator)s, %(school)s (%(reference)s)") % {
            "operator": line.operator,
            "school": line.school.name,
            "reference": line.reference,
        }
        told += [
            "BEGIN:VEVENT",
            f"UID:line-{line.pk}-{line.contract_end:%Y%m%d}@{host}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{line.notice_by:%Y%m%d}",
            f"SUMMARY:{_escaped(words)}",
            "END:VEVENT",
        ]
    told.append("END:VCALENDAR")
    return b"".join(_folded(text) for text in told)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def _folded(text: str) -> bytes:
    """Cut a line so that none is too long, never within a character."""
    lines: list[bytes] = []
    current = b""
    for char in text:
        part = char.encode()
        if len(current) + len(part) > _FOLD - bool(lines):
            lines.append(current)
            current = b""
        current += part
    return b"\r\n ".join([*lines, current]) + b"\r\n"
