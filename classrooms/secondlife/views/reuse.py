"""How much of what left service serves again, by year."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classrooms import charts
from classrooms.access import FLEET_MANAGERS
from classrooms.secondlife import exports
from classrooms.secondlife.queries.reuse import reuse
from classrooms.views.common import show
from core import clock
from core.access import allow, signed_in
from core.spreadsheets import xlsx_response


@allow(*FLEET_MANAGERS)
@require_GET
def reuse_page(request: HttpRequest) -> HttpResponse:
    """Show the rates of the last years: ours and the decree's, charted and explained."""
    years = reuse(signed_in(request), clock.today())
    tones = [
        ("renewed", _("de nouveau en service en ville"), "success"),
        ("given", _("donnés"), "info"),
        ("recycled", _("recyclés"), "warning"),
    ]
    bars = charts.bars(
        [
            (
                str(row.year),
                {
                    "renewed": row.all.renewed,
                    "given": row.all.given,
                    "recycled": row.all.recycled,
                },
            )
            for row in years
        ],
        tones,
    )
    return show(
        request,
        "secondlife/reuse.html",
        "reuse",
        years=list(zip(years, bars, strict=True)),
        now=years[0],
        last=years[1],
        legend=tones,
    )


@allow(*FLEET_MANAGERS)
@require_GET
def reuse_export(request: HttpRequest) -> HttpResponse:
    """Download the rates by year and kind."""
    years = reuse(signed_in(request), clock.today())
    return xlsx_response(exports.reuse_xlsx(years), f"reemploi-{clock.today():%Y-%m-%d}.xlsx")
