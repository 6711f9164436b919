"""The technician's queue: look, take on, swap, settle."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms import actions
from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.forms import CloseForm, IncidentFilterForm, SwapForm
from classrooms.models import HandOutItem, Incident
from classrooms.queries.devices import spares_for
from classrooms.queries.incidents import SHOWN, queue_for
from classrooms.views.common import page_of, schools_within_reach, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor


@allow(*FLEET_READERS)
@require_GET
def incident_list(request: HttpRequest) -> HttpResponse:
    """Show what is to be settled, most pressing first."""
    user = signed_in(request)
    form = IncidentFilterForm(request.GET, schools=schools_within_reach(user))
    form.is_valid()
    given = form.cleaned_data
    rows = queue_for(
        user,
        school=given.get("school"),
        priority=given.get("priority"),
        state=given.get("state", ""),
        order=given.get("sort", ""),
    )
    return show(
        request,
        "incidents.html",
        "incidents",
        form=form,
        page=page_of(request, rows),
        today=clock.today(),
    )


@allow(*FLEET_READERS)
@require_GET
def incident_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a fault and the acts it calls for."""
    return _page(request, _incident(request, public_id))


@allow(*FLEET_STAFF)
@require_POST
def incident_take_on(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a fault on."""
    incident = _incident(request, public_id)
    actions.take_on(by=Actor.of(request), incident=incident)
    messages.success(request, _("C'est noté : vous vous en occupez."))
    return redirect("classrooms:incident", public_id=public_id)


@allow(*FLEET_STAFF)
@require_http_methods(["POST"])
def incident_swap(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a spare in the place of what is broken."""
    incident = _incident(request, public_id)
    form = SwapForm(request.POST, user=signed_in(request))
    if not form.is_valid():
        return _page(request, incident, swap=form, status=422)
    spare = form.cleaned_data["device"]
    try:
        actions.swap(by=Actor.of(request), incident=incident, spare=spare)
    except RuleBroken as broken:
        form.add_error("typed" if broken.field == "spare" else None, broken.message)
        return _page(request, incident, swap=form, status=409)
    messages.success(
        request,
        _("%(spare)s a pris la place de %(broken)s. Emportez l'appareil en panne à l'atelier.")
        % {"spare": spare.asset_tag, "broken": incident.device.asset_tag},
    )
    return redirect("classrooms:incident", public_id=public_id)


@allow(*FLEET_STAFF)
@require_http_methods(["POST"])
def incident_close(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Settle a fault."""
    incident = _incident(request, public_id)
    form = CloseForm(request.POST, incident=incident)
    if not form.is_valid():
        return _page(request, incident, close=form, status=422)
    try:
        actions.close(by=Actor.of(request), incident=incident, outcome=form.cleaned_data["outcome"])
    except RuleBroken as broken:
        form.add_error(broken.field, broken.message)
        return _page(request, incident, close=form, status=409)
    messages.success(request, _("Panne réglée. La personne qui l'a signalée est prévenue."))
    return redirect("classrooms:incidents")


def _incident(request: HttpRequest, public_id: uuid.UUID) -> Incident:
    incident: Incident = get_visible(
        Incident.objects.select_related(
            *SHOWN, "device__cart__school", "device__school", "device__depot", "device__cart__depot"
        ),
        signed_in(request),
        public_id=public_id,
    )
    return incident


def _page(
    request: HttpRequest,
    incident: Incident,
    *,
    swap: SwapForm | None = None,
    close: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    may_swap = (
        incident.state in (Incident.State.REPORTED, Incident.State.IN_PROGRESS)
        and incident.device.current_school is not None
        and user.has_role(*FLEET_STAFF)
    )
    item = (
        HandOutItem.objects.out()
        .filter(device=incident.device)
        .select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
        .first()
    )
    return show(
        request,
        "incident.html",
        "incidents",
        status=status,
        incident=incident,
        device=incident.device,
        item=item,
        may_swap=may_swap,
        spares=spares_for(user, incident.device) if may_swap else [],
        swap=swap or SwapForm(user=user),
        close=close or CloseForm(incident=incident),
        today=clock.today(),
    )
