"""What a campaign found, as a workbook."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classrooms.audits.models import AuditLine
from classrooms.audits.queries.campaigns import Report
from core.spreadsheets import Column, write_xlsx


def report_xlsx(report: Report) -> bytes:
    """Return every device counted and every code that nobody knew, school by school."""
    columns = [
        Column(_("UAI"), width=11),
        Column(_("École"), width=36),
        Column(_("Chariot"), width=11),
        Column(_("Emplacement"), "integer", width=13),
        Column(_("Numéro d’inventaire"), width=18),
        Column(_("Numéro de série"), width=20),
        Column(_("Modèle"), width=28),
        Column(_("Constat"), width=28),
        Column(_("Compté le"), "datetime", width=18),
    ]
    words = dict(AuditLine.Verdict.choices)
    rows = [
        (
            line["audit__school__uai"],
            line["audit__school__name"],
            line["audit__cart__code"] or "",
            line["slot"],
            line["device__asset_tag"],
            line["device__serial"],
            f"{line['device__model__maker']} {line['device__model__name']}",
            str(words[line["verdict"]]),
            line["audit__closed_at"],
        )
        for line in report.lines
    ]
    rows += [
        (
            scan.audit.school.uai if scan.audit.school else "",
            scan.audit.place,
            scan.audit.cart.code if scan.audit.cart else "",
            None,
            scan.text,
            "",
            "",
            _("Code inconnu"),
            scan.at,
        )
        for scan in report.unknown
    ]
    return write_xlsx(_("Contrôle"), columns, rows)
