"""Pieces from the stock, on a device's file."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classrooms.access import FLEET_STAFF
from classrooms.secondlife import actions
from classrooms.secondlife.forms import BenchPartForm
from classrooms.secondlife.uses import parts_of
from classrooms.secondlife.views.files import departure_of, file_page
from core.access import allow
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor


@allow(*FLEET_STAFF)
@require_POST
def part(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a piece of the stock into the device."""
    departure = departure_of(request, public_id)
    form = BenchPartForm(request.POST, device=departure.device)
    if not form.is_valid():
        return file_page(request, departure, 422, part_form=form)
    given = form.cleaned_data
    try:
        actions.use_part(
            by=Actor.of(request),
            departure=departure,
            item=given["item"],
            quantity=given["quantity"],
            ref=given["ref"].hex,
        )
    except RuleBroken as broken:
        show_broken(form, broken)
        return file_page(request, departure, 409, part_form=form)
    messages.success(request, _("Pièce posée, et sortie du stock."))
    return redirect("secondlife:file", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def part_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a piece back on the shelf."""
    departure = departure_of(request, public_id)
    asked = request.POST.get("part", "")
    found = next((row for row in parts_of(departure) if str(row.pk) == asked), None)
    if found is not None:
        actions.put_back(by=Actor.of(request), departure=departure, movement=found)
        messages.success(request, _("Pièce remise en stock."))
    return redirect("secondlife:file", public_id=public_id)
