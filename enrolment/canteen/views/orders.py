"""The canteen manager's pages: what each kitchen cooks, freezing and sending, PAI trays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, journal
from core.access import ANYONE, allow, get_visible, signed_in
from core.dates import date_format
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets import Column, write_xlsx, xlsx_response
from enrolment.canteen import access
from enrolment.canteen.actions import orders as acts
from enrolment.canteen.forms import DayField, ReasonForm
from enrolment.canteen.models import Booking, Diet, Kitchen, KitchenOrder, Refectory
from enrolment.canteen.queries import load_service
from enrolment.canteen.rules.orders import Quantities, differences
from enrolment.canteen.words import limit_in_words
from families.models import HealthCarePlan
from families.models.health import allergen_names


@dataclass(frozen=True)
class KitchenDay:
    """What a kitchen has to cook on a day, and what it was told."""

    kitchen: Kitchen
    totals: dict[str, int]
    sent: KitchenOrder | None
    changed: int

    @property
    def rows(self) -> list[tuple[str, int]]:
        """Name and number of each diet."""
        return [(str(Diet(code).label), meals) for code, meals in self.totals.items()]

    @property
    def total(self) -> int:
        """Meals of all diets."""
        return sum(self.totals.values())


def order_day(asked: dt.date | None) -> dt.date:
    """Return the day asked for, else the next service day after today."""
    calendar = load_service().calendar
    return asked or calendar.next_after(clock.today()) or clock.today()


@allow(*access.SERVICE_STAFF)
def orders(request: HttpRequest) -> HttpResponse:
    """Show a day's meals per kitchen and diet, and what is left to send."""
    signed_in(request)
    day = order_day(DayField.read(request.GET))
    service = load_service()
    kitchens = [_kitchen_day(kitchen, day) for kitchen in Kitchen.objects.all()]
    served = service.calendar.is_served(day)
    limit = service.cutoff(day) if served else None
    by_diet = [
        (
            label,
            [column.totals[code] for column in kitchens],
            sum(column.totals[code] for column in kitchens),
        )
        for code, label in Diet.choices
    ]
    context = {
        "day": day,
        "served": served,
        "closure": service.calendar.why_closed(day),
        "kitchens": kitchens,
        "by_diet": by_diet,
        "grand_total": sum(column.total for column in kitchens),
        "limit_words": limit_in_words(limit) if limit else "",
        "is_closed": limit is not None and clock.now() >= limit,
        "is_past": day < clock.today(),
        "unsent": sum(column.sent is None and column.total > 0 for column in kitchens),
        "previous": service.calendar.before(day),
        "following": service.calendar.next_after(day),
    }
    return render(request, "canteen/orders.html", context)


def _kitchen_day(kitchen: Kitchen, day: dt.date) -> KitchenDay:
    counted = acts.quantities(kitchen, day)
    sent = acts.last_order(kitchen, day)
    changed = len(differences(acts.quantities_of(sent), counted)) if sent else 0
    return KitchenDay(kitchen, acts.totals_by_diet(counted), sent, changed)


@require_POST
@allow(*access.SERVICE_STAFF)
def send(request: HttpRequest, code: str, day: dt.date) -> HttpResponse:
    """Freeze and send one kitchen's order, or its correction."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    before = acts.last_order(kitchen, day)
    try:
        order = acts.freeze_and_send(by=Actor.of(request), kitchen=kitchen, day=day)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        words = {"kitchen": kitchen.name, "total": order.total, "version": order.version}
        if before is not None and before.pk == order.pk:
            messages.info(request, _("Rien n’a changé depuis la version %(version)s.") % words)
        else:
            messages.success(
                request,
                _("Commande envoyée à %(kitchen)s : %(total)s repas (version %(version)s).")
                % words,
            )
    return redirect("canteen:order", code, day)


def _by_school(kitchen: Kitchen, counted: Quantities, before: Quantities) -> list[dict[str, Any]]:
    """Rows of the delivery list, by route and stop."""
    places = list(
        Refectory.objects.filter(kitchen=kitchen)
        .select_related("school")
        .order_by("route", "stop", "pk")
    )
    changes = {(row.school_id, row.diet): row.change for row in differences(before, counted)}
    rows = []
    for place in places:
        cells = [
            (
                code,
                label,
                counted.get((place.school_id, code), 0),
                changes.get((place.school_id, code), 0),
            )
            for code, label in Diet.choices
        ]
        rows.append(
            {
                "place": place,
                "school": place.school,
                "cells": cells,
                "total": sum(cell[2] for cell in cells),
                "changed": any(cell[3] for cell in cells),
            }
        )
    return rows


@allow(*access.SERVICE_STAFF)
def order(request: HttpRequest, code: str, day: dt.date) -> HttpResponse:
    """Show a kitchen's delivery list; ``?version=`` an order as it was sent."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    service = load_service()
    sent = list(
        KitchenOrder.objects.filter(kitchen=kitchen, day=day)
        .select_related("sent_by")
        .order_by("-version")
    )
    asked = request.GET.get("version", "")
    shown = next((row for row in sent if str(row.version) == asked), None)
    counted = acts.quantities_of(shown) if shown else acts.quantities(kitchen, day)
    earlier = (
        next((row for row in sent if row.version == shown.version - 1), None)
        if shown
        else next(iter(sent), None)
    )
    before = acts.quantities_of(earlier) if earlier else counted
    limit = service.cutoff(day) if service.calendar.is_served(day) else None
    rows = _by_school(kitchen, counted, before)
    totals = acts.totals_by_diet(counted)
    context = {
        "kitchen": kitchen,
        "day": day,
        "rows": rows,
        "totals": [(label, totals[code]) for code, label in Diet.choices],
        "total": sum(totals.values()),
        "versions": sent,
        "shown": shown,
        "earlier": earlier,
        "has_changes": any(row["changed"] for row in rows),
        "limit_words": limit_in_words(limit) if limit else "",
        "can_send": limit is not None and clock.now() >= limit and day >= clock.today(),
    }
    return render(request, "canteen/order.html", context)


@allow(*access.SERVICE_STAFF)
def order_xlsx(request: HttpRequest, code: str, day: dt.date) -> HttpResponse:
    """Download a kitchen's delivery list: the version asked for, else the present figures."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    asked = request.GET.get("version", "")
    sent = (
        KitchenOrder.objects.filter(kitchen=kitchen, day=day, version=asked).first()
        if asked.isdecimal()
        else None
    )
    counted = acts.quantities_of(sent) if sent else acts.quantities(kitchen, day)
    suffix = f"-v{sent.version}" if sent else ""
    return xlsx_response(
        order_file(kitchen, day, counted), f"commande-{code}-{day:%Y-%m-%d}{suffix}.xlsx"
    )


@allow(ANYONE)
def linked_file(request: HttpRequest, token: str) -> HttpResponse:
    """Give the workbook of an order to whoever holds the link its kitchen was sent.

    It holds numbers by school and never a name; the link dies after two weeks.
    """
    try:
        pk = signing.loads(token, salt=acts.FILE_SALT, max_age=acts.FILE_LIFE)
    except signing.BadSignature as error:
        raise Http404 from error
    sent = get_object_or_404(KitchenOrder.objects.select_related("kitchen"), pk=pk)
    name = f"commande-{sent.kitchen.code}-{sent.day:%Y-%m-%d}-v{sent.version}.xlsx"
    return xlsx_response(order_file(sent.kitchen, sent.day, acts.quantities_of(sent)), name)


def order_file(kitchen: Kitchen, day: dt.date, counted: Quantities) -> bytes:
    """Return a kitchen's delivery list as a workbook."""
    columns = [
        Column(_("Tournée")),
        Column(_("Passage"), kind="integer"),
        Column(_("UAI")),
        Column(_("École"), width=44),
        *(Column(str(label), kind="integer") for label in Diet.labels),
        Column(_("Total"), kind="integer"),
    ]
    rows = [
        [
            row["place"].route,
            row["place"].stop,
            row["school"].uai,
            row["school"].name,
            *(cell[2] for cell in row["cells"]),
            row["total"],
        ]
        for row in _by_school(kitchen, counted, counted)
    ]
    by_route: dict[str, list[int]] = {}
    for row in rows:
        sums = by_route.setdefault(row[0], [0] * len(row[4:]))
        by_route[row[0]] = [a + b for a, b in zip(sums, row[4:], strict=True)]
    totals = [
        [route, None, None, _("Total de la tournée"), *sums] for route, sums in by_route.items()
    ]
    whole = [sum(column) for column in zip(*by_route.values(), strict=True)]
    if whole:
        totals.append([None, None, None, _("Total"), *whole])
    return write_xlsx(date_format(day, "d-m-Y"), columns, rows, totals)


@allow(*access.SERVICE_STAFF)
def trays(request: HttpRequest, code: str, day: dt.date) -> HttpResponse:
    """Show who gets a PAI tray, by name: only after saying why, which the journal keeps."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    form = ReasonForm(request.POST or None)
    rows: list[dict[str, Any]] | None = None
    if request.method == "POST" and form.is_valid():
        journal.record_read(
            Actor.of(request),
            "health_care_plans",
            kitchen,
            reason=f"{form.cleaned_data['reason']} {day:%Y-%m-%d}",
        )
        rows = _trays(kitchen, day)
        children = [row["booking"].child for row in rows]
        journal.record_reads(Actor.of(request), "health_plan", children, reason="meals")
    context = {"kitchen": kitchen, "day": day, "form": form, "rows": rows}
    return render(request, "canteen/trays.html", context)


def _trays(kitchen: Kitchen, day: dt.date) -> list[dict[str, Any]]:
    """Children booked that day who have a health care plan in force. 2 queries."""
    plans = {plan.child_id: plan for plan in HealthCarePlan.objects.in_force(day)}
    bookings = (
        Booking.objects.expected()
        .filter(day=day, school__refectory__kitchen=kitchen, child__in=plans)
        .select_related("child", "school__refectory")
        .order_by("school__refectory__route", "school__refectory__stop", "child__given_name", "pk")
    )
    return [
        {
            "booking": row,
            "allergens": allergen_names(plans[row.child_id].allergens),
        }
        for row in bookings
    ]
