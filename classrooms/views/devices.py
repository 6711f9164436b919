"""The list of devices, one device's sheet, exports."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classrooms import actions, exports, exports_tools, extras
from classrooms.access import FLEET_READERS, FLEET_STAFF, runs_at
from classrooms.forms import DeviceFilterForm
from classrooms.holding import held_among
from classrooms.models import Device, HandOutItem, Incident
from classrooms.panels import device_acts, device_room, list_acts, note_events
from classrooms.queries.devices import devices_for, history_of
from classrooms.views.common import page_of, schools_within_reach, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.journal import Actor
from core.spreadsheets import csv_response, xlsx_response


@allow(*FLEET_READERS)
@require_GET
def device_list(request: HttpRequest) -> HttpResponse:
    """Show the devices one may see, filtered, searched, page by page."""
    user = signed_in(request)
    form = DeviceFilterForm(request.GET, user=user, schools=schools_within_reach(user))
    page = page_of(request, devices_for(user, form.wanted()), form.per_page)
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "devices.html",
        "devices",
        form=form,
        page=page,
        query=query.urlencode(),
        acts=list_acts.panels(request, query.urlencode()),
    )


@allow(*FLEET_READERS)
@require_GET
def device_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download the list as filtered on screen, as a workbook or as CSV."""
    user = signed_in(request)
    filters = DeviceFilterForm(request.GET, user=user, schools=schools_within_reach(user))
    rows = devices_for(user, filters.wanted())
    name = f"parc-{clock.today():%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(exports.devices_csv(rows), name)
    return xlsx_response(exports.devices_xlsx(rows), name)


@allow(*FLEET_STAFF)
@require_GET
def device_export_for(request: HttpRequest, tool: str) -> HttpResponse:
    """Download the list as filtered on screen, as another tool reads it."""
    if tool not in exports_tools.TOOLS:
        raise Http404
    user = signed_in(request)
    filters = DeviceFilterForm(request.GET, user=user, schools=schools_within_reach(user))
    data = exports_tools.csv_for(tool, devices_for(user, filters.wanted()))
    return csv_response(data, f"parc-{tool}-{clock.today():%Y-%m-%d}.csv")


@allow(*FLEET_READERS)
@require_GET
def device_sheet(request: HttpRequest, tag: str) -> HttpResponse:
    """Show all about one device, and its life."""
    user = signed_in(request)
    device: Device = get_visible(
        Device.objects.with_holder().select_related(
            "model__category", "cart__school", "cart__depot", "school", "depot"
        ),
        user,
        asset_tag=tag,
    )
    item = (
        HandOutItem.objects.out()
        .filter(device=device)
        .select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
        .first()
    )
    incident = Incident.objects.open().filter(device=device).select_related("reporter").first()
    events = history_of(user, device)
    note_events(request, events)
    return show(
        request,
        "device.html",
        "devices",
        may_act=runs_at(user, device.current_school),
        device=device,
        item=item,
        incident=incident,
        away=bool(held_among([device.pk])),
        own=extras.sheet(device.model.category.fields, device.extra),
        events=events,
        device_acts=device_acts.panels(request, device),
        device_panels=device_room.panels(request, device),
        today=clock.today(),
    )


@allow(*FLEET_STAFF)
@require_POST
def device_found(request: HttpRequest, tag: str) -> HttpResponse:
    """Say that a device that was lost or stolen is there again."""
    device: Device = get_visible(Device.objects.all(), signed_in(request), asset_tag=tag)
    found = actions.found_again(by=Actor.of(request), device=device)
    if found.state in (Device.State.IN_USE, Device.State.SPARE):
        messages.success(request, _("C’est noté : il est retrouvé, et il sert de nouveau."))
    else:
        messages.success(
            request, _("C’est noté : il est retrouvé. Faites-le vérifier avant qu’il ne serve.")
        )
    return redirect("classrooms:device", tag=device.asset_tag)
