"""One fault and the acts it calls for: look, take on, entrust, wait, swap, settle."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms import actions
from classrooms.access import FLEET_READERS, FLEET_STAFF, runs_at
from classrooms.forms_incidents import (
    AssignForm,
    CloseForm,
    DetailsForm,
    PauseForm,
    PriorityForm,
    ReplaceForm,
    SwapForm,
)
from classrooms.models import HandOutItem, Incident
from classrooms.panels import incident_acts, incident_room
from classrooms.queries.devices import identify, spares_for
from classrooms.queries.incidents import SHOWN, others_told
from classrooms.queries.people import technicians_of
from classrooms.views.common import show
from classrooms.views.reporting import store_photo
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor


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
    messages.success(request, _("C’est noté : vous vous en occupez."))
    return redirect("classrooms:incident", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
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
    return _swapped(request, spare.asset_tag, incident)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest) -> HttpResponse:
    """Swap with two codes, whether the fault was reported before or not."""
    user = signed_in(request)
    first = {"broken": request.GET.get("sortie", ""), "kind": request.GET.get("motif", "")}
    form = ReplaceForm(request.POST or None, user=user, initial=first)
    known = identify(user, first["broken"]) if first["broken"] else None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        given = form.cleaned_data
        try:
            incident = actions.replace(
                by=Actor.of(request),
                device=given["broken_device"],
                spare=given["spare_device"],
                kind=given["kind"],
            )
        except RuleBroken as broken:
            form.add_error(broken.field if broken.field == "spare" else None, broken.message)
            status = 409
        else:
            return _swapped(request, given["spare_device"].asset_tag, incident)
    return show(
        request,
        "replace.html",
        "incidents",
        status=status,
        form=form,
        known=known,
        spares=spares_for(user, known) if known else [],
    )


def _swapped(request: HttpRequest, spare: str, incident: Incident) -> HttpResponse:
    messages.success(
        request,
        _("%(spare)s a pris la place de %(broken)s. Emportez l’appareil en panne à l’atelier.")
        % {"spare": spare, "broken": incident.device.asset_tag},
    )
    return redirect("classrooms:incident", public_id=incident.public_id)


@allow(*FLEET_STAFF)
@require_POST
def incident_close(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Settle a fault."""
    incident = _incident(request, public_id)
    form = CloseForm(request.POST, incident=incident)

    def settle(given: dict[str, Any]) -> None:
        actions.close(by=Actor.of(request), incident=incident, outcome=given["outcome"])

    done = (
        _("Panne réglée. La personne qui l’a signalée est prévenue.")
        if others_told(incident, signed_in(request))
        else _("Panne réglée.")
    )
    return _act(request, incident, "close", form, settle, done=done, then="classrooms:incidents")


@allow(*FLEET_STAFF)
@require_POST
def incident_assign(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Entrust a fault to somebody who looks after its school."""
    incident = _incident(request, public_id)
    form = AssignForm(request.POST, people=technicians_of(incident.school))

    def entrust(given: dict[str, Any]) -> None:
        actions.assign(by=Actor.of(request), incident=incident, to=given["assignee"])

    return _act(request, incident, "assign", form, entrust, done=_("C’est confié."))


@allow(*FLEET_STAFF)
@require_POST
def incident_priority(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make a fault more or less pressing, with a ground."""
    incident = _incident(request, public_id)
    form = PriorityForm(request.POST)

    def change(given: dict[str, Any]) -> None:
        actions.set_priority(by=Actor.of(request), incident=incident, **given)

    return _act(request, incident, "priority", form, change, done=_("Priorité changée."))


@allow(*FLEET_STAFF)
@require_POST
def incident_pause(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop the clock while something is awaited."""
    incident = _incident(request, public_id)
    form = PauseForm(request.POST)

    def wait(given: dict[str, Any]) -> None:
        actions.pause(by=Actor.of(request), incident=incident, **given)

    return _act(request, incident, "pause", form, wait, done=_("Le délai est suspendu."))


@allow(*FLEET_STAFF)
@require_POST
def incident_resume(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the clock go on."""
    actions.resume(by=Actor.of(request), incident=_incident(request, public_id))
    messages.success(request, _("Le délai court de nouveau."))
    return redirect("classrooms:incident", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def incident_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add words or a photo to a fault."""
    incident = _incident(request, public_id)
    form = DetailsForm(request.POST, request.FILES)

    def add(given: dict[str, Any]) -> None:
        actions.describe(
            by=Actor.of(request),
            incident=incident,
            description=given["description"],
            photo=store_photo(request, given["photo"]),
        )

    return _act(request, incident, "details", form, add, done=_("Précision ajoutée."))


def _act(
    request: HttpRequest,
    incident: Incident,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], None],
    *,
    done: str,
    then: str = "",
) -> HttpResponse:
    """Do what a form of the page asks for, or show the page with what is wrong."""
    if not form.is_valid():
        return _page(request, incident, status=422, **{name: form})
    try:
        act(form.cleaned_data)
    except RuleBroken as broken:
        field = broken.field if broken.field in form.fields else None
        form.add_error(field or ("photo" if broken.field == "file" else None), broken.message)
        return _page(request, incident, status=409, **{name: form})
    messages.success(request, done)
    if then:
        return redirect(then)
    return redirect("classrooms:incident", public_id=incident.public_id)


def _incident(request: HttpRequest, public_id: uuid.UUID) -> Incident:
    incident: Incident = get_visible(
        Incident.objects.select_related(
            *SHOWN,
            *("device__cart__school", "device__school", "device__depot", "device__cart__depot"),
            "entered_by",
        ),
        signed_in(request),
        public_id=public_id,
    )
    return incident


def _page(
    request: HttpRequest, incident: Incident, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    user = signed_in(request)
    may_act = runs_at(user, incident.school)
    may_swap = (
        may_act
        and incident.state in (Incident.State.REPORTED, Incident.State.IN_PROGRESS)
        and incident.device.current_school is not None
    )
    item = (
        HandOutItem.objects.out()
        .filter(device=incident.device)
        .select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
        .first()
    )
    shown: dict[str, Any] = {
        "swap": SwapForm(user=user),
        "close": CloseForm(incident=incident),
        "priority": PriorityForm(initial={"priority": incident.priority}),
        "pause": PauseForm(),
        "details": DetailsForm(),
        "assign": AssignForm(people=technicians_of(incident.school)),
    }
    shown |= given
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
        notes=incident.notes.select_related("author", "assignee", "photo"),
        followers=incident.followers.select_related("user"),
        bound=next(iter(given), ""),
        may_wait=incident.state in (Incident.State.IN_PROGRESS, Incident.State.SWAPPED),
        acts=incident_acts.panels(request, incident) if may_act else [],
        panels=incident_room.panels(request, incident),
        today=clock.today(),
        **shown,
    )
