"""The forecast of renewals: five budget years, what the fleet is worth, forecasts kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms import charts
from classrooms.access import FLEET_MANAGERS
from classrooms.models import Device
from classrooms.planning import exports
from classrooms.planning.actions import drop_forecast, keep_forecast
from classrooms.planning.forms import RefreshForm
from classrooms.planning.models import Forecast
from classrooms.planning.queries.refresh import Fleet, read_fleet
from classrooms.planning.rules.depreciation import Asset, charge_of, value_on
from classrooms.planning.rules.refresh import (
    Assumptions,
    CeilingTooLow,
    Outlook,
    forecast,
    totals,
)
from classrooms.views.common import show
from core import clock
from core.access import allow, get_visible, signed_in
from core.journal import Actor
from core.once import once
from core.spreadsheets import csv_response, xlsx_response

_TONES = ("sea", "sun", "sage", "coral", "deep", "plain", "dark")


class Asked:
    """A forecast as an address asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.form = RefreshForm(request.GET, user=signed_in(request))
        self.given: Assumptions = self.form.assumptions()
        self.category = self.form.chosen_category
        self.fleet: Fleet = read_fleet(self.category)
        try:
            self.outlook: Outlook = forecast(self.fleet.units, self.given)
        except CeilingTooLow:
            self.form.add_error(
                "ceiling", _("Ce plafond ne paie pas un seul appareil : il n’est pas appliqué.")
            )
            self.given = Assumptions(**{**vars(self.given), "ceiling_cents": None})
            self.outlook = forecast(self.fleet.units, self.given)

    @property
    def assets(self) -> list[Asset]:
        """Everything that was bought, alike things together."""
        return self.fleet.assets

    @property
    def labels(self) -> tuple[list[tuple[object, str]], list[tuple[object, str]]]:
        """What results are counted by: categories, ways of funding."""
        by_name = sorted(self.fleet.categories.items(), key=lambda item: item[1])
        return list(by_name), [(str(f), str(f.label)) for f in Device.Funding]

    def tables(self) -> list[dict[str, Any]]:
        """Return the five years by category and by funding."""
        titles = (("categories", _("Par catégorie")), ("financements", _("Par financement")))
        found = []
        for part, ((key, title), labels) in enumerate(zip(titles, self.labels, strict=True)):
            rows = totals(self.outlook, part, labels)
            most = max(rows, key=lambda row: row[3], default=None)
            gist = _("Le plus : %(label)s") % {"label": most[0]} if most else ""
            found.append({"key": key, "title": title, "rows": rows, "gist": gist})
        return found

    def bars(self) -> dict[str, Any]:
        """Return each year's cost as a bar, by category."""
        names = self.labels[0]
        tones = [
            (str(key), label, tone) for (key, label), tone in zip(names, _TONES * 4, strict=False)
        ]
        rows = []
        for year in self.outlook.years:
            cents: dict[str, int] = {}
            for (category, _funding), (_count, cost) in year.bought.items():
                cents[str(category)] = cents.get(str(category), 0) + cost
            rows.append((year, cents))
        return {"bars": charts.bars(rows, tones), "legend": tones if len(tones) > 1 else []}

    def worth(self) -> list[dict[str, Any]]:
        """Return what the fleet is worth at each year's start and loses in it."""
        found, start = [], None
        for year in range(clock.today().year, self.given.years[-1] + 1):
            if start is None:
                start = value_on(self.assets, dt.date(year - 1, 12, 31))
            end = value_on(self.assets, dt.date(year, 12, 31))
            charge = charge_of(self.assets, year)
            found.append({"year": year, "start": start, "charge": charge, "end": end})
            start = end
        return found


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def refresh(request: HttpRequest) -> HttpResponse:
    """Show the forecast that the address asks for; a POST keeps it under a name."""
    asked, today = Asked(request), clock.today()
    if request.method == "POST":
        kept = keep_forecast(
            by=Actor.of(request),
            name=request.POST.get("name", "").replace("\x00", ""),
            on=today,
            given=asked.given,
            outlook=asked.outlook,
            category=asked.category,
        )
        messages.success(request, _("Prévision « %(name)s » gardée.") % {"name": kept.name})
        return redirect(reverse("planning:refresh") + f"?{request.GET.urlencode()}")
    user = signed_in(request)
    return show(
        request,
        "planning/refresh.html",
        "refresh",
        form=asked.form,
        given=asked.given,
        outlook=asked.outlook,
        fleet=asked.fleet,
        chart=asked.bars(),
        tables=asked.tables(),
        worth=asked.worth(),
        value=value_on(asked.assets, asked.form.day),
        day=asked.form.day,
        kept=Forecast.objects.visible_to(user).select_related("author")[:20],
        query=request.GET.urlencode(),
        today=today,
    )


@allow(*FLEET_MANAGERS)
@require_GET
def refresh_export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """Download the forecast by year, or the devices due, one a line."""
    if what not in {"budget", "appareils"} or form not in {"csv", "xlsx"}:
        raise Http404
    asked, today = Asked(request), clock.today()
    name = f"renouvellement-{what}-{today:%Y-%m-%d}.{form}"
    if what == "budget":
        table = exports.budget(asked.outlook, *asked.labels)
    else:
        table = exports.due_devices(asked.outlook, asked.given, today)
    if form == "csv":
        return csv_response(table.csv(), name)
    return xlsx_response(table.xlsx(), name)


@allow(*FLEET_MANAGERS)
@require_POST
def forecast_drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget a forecast one kept."""
    kept = get_visible(Forecast.objects, signed_in(request), public_id=public_id)
    drop_forecast(by=Actor.of(request), forecast=kept)
    messages.success(request, _("Prévision effacée."))
    return redirect("planning:refresh")
