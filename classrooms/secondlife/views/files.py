"""One device's file: its bench sheet, its wipes, what may be done with it now."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.secondlife import actions
from classrooms.secondlife.actions.withdrawals import may_withdraw
from classrooms.secondlife.forms import BenchPartForm, TriageForm, VerifyForm, WipeForm
from classrooms.secondlife.models import Departure, LotLine, Triage, Wipe
from classrooms.secondlife.uses import clean_wipe, known_tools, must_destroy, parts_of, since_of
from classrooms.views.common import show
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor


@allow(*FLEET_STAFF)
@require_GET
def departure_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a device's file."""
    return file_page(request, departure_of(request, public_id))


def departure_of(request: HttpRequest, public_id: uuid.UUID) -> Departure:
    """Return a file that one sees."""
    departure: Departure = get_visible(
        Departure.objects.select_related(
            "device__model__category",
            "device__cart__school",
            "device__cart__depot",
            "device__school",
            "device__depot",
            "sitting",
            "incident",
            "decided_by",
            "proposed_by",
        ),
        signed_in(request),
        public_id=public_id,
    )
    return departure


def file_page(
    request: HttpRequest, departure: Departure, status: int = 200, **forms: Any
) -> HttpResponse:
    """Show a file; ``forms`` are those with something to correct."""
    user = signed_in(request)
    device = departure.device
    since = since_of(departure)
    rows = list(
        Wipe.objects.filter(device=device).select_related("done_by", "verified_by", "withdrawn_by")
    )
    waiting = next((row for row in rows if row.result == Wipe.Result.WAITING), None)
    at_workshop = device.current_school is None
    present = departure.ended_at is None and at_workshop
    triage = Triage.objects.filter(departure=departure).select_related("done_by").first()
    destroy_only = must_destroy(device, since)
    context: dict[str, Any] = {
        "departure": departure,
        "device": device,
        "triage": triage,
        "tests": _tests(triage),
        "since": since,
        "wipes": [
            (row, since is None or row.done_at > since, may_withdraw(user, row)) for row in rows
        ],
        "waiting": waiting,
        "works": triage is not None and triage.grade != Triage.Grade.D,
        "clean": departure.media == "none"
        or clean_wipe(device, leaving=False, since=since) is not None,
        # Before the decision the bench looks first; what is decided only has to be clean.
        "wipe_first": triage is not None or departure.state != Departure.State.PROPOSED,
        "erased": clean_wipe(
            device, leaving=departure.state == Departure.State.DECIDED, since=since
        )
        is not None,
        "own": waiting is not None and waiting.done_by_id == user.pk,
        "destroy_only": destroy_only,
        "present": present,
        "line": LotLine.objects.standing().filter(device=device).select_related("lot").first(),
        "may_decide": user.has_role(*FLEET_MANAGERS),
        "triage_form": TriageForm(departure=departure) if present else None,
        "wipe_form": (
            WipeForm(destroy_only=destroy_only, media=departure.media)
            if present and waiting is None and departure.media != "none"
            else None
        ),
        "pieces": parts_of(departure),
        "part_form": BenchPartForm(device=device) if present and triage is not None else None,
        "tools": known_tools() if present else [],
        "verify_form": VerifyForm() if waiting is not None else None,
    }
    return show(request, "secondlife/file.html", "departures", status=status, **(context | forms))


def _tests(triage: Triage | None) -> list[tuple[Any, Any, str]]:
    """Return name, mark and code of each test that was made."""
    if triage is None:
        return []
    marks = dict(Triage.Mark.choices)
    return [
        (label, marks.get(triage.tests.get(code)), triage.tests.get(code, ""))
        for code, label in Triage.Test.choices
        if triage.tests.get(code) in marks
    ]


@allow(*FLEET_STAFF)
@require_http_methods(["POST"])
def grade(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note what the bench found."""
    departure = departure_of(request, public_id)
    form = TriageForm(request.POST, departure=departure)
    if not form.is_valid():
        return file_page(request, departure, 422, triage_form=form)
    actions.grade(by=Actor.of(request), departure=departure, **form.facts())
    messages.success(request, _("Diagnostic enregistré."))
    return _back(departure)


@allow(*FLEET_STAFF)
@require_http_methods(["POST"])
def wipe(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note that one has removed the device's data."""
    departure = departure_of(request, public_id)
    destroy_only = must_destroy(departure.device, since_of(departure))
    form = WipeForm(request.POST, destroy_only=destroy_only, media=departure.media)
    if not form.is_valid():
        return file_page(request, departure, 422, wipe_form=form)
    given = form.cleaned_data
    try:
        actions.record_wipe(
            by=Actor.of(request),
            departure=departure,
            media=given["storage"],
            technique=given["technique"],
            tool=given["tool"],
            tool_version=given["tool_version"],
            media_serial=given["media_serial"],
        )
    except RuleBroken as broken:
        show_broken(form, broken)
        return file_page(request, departure, 409, wipe_form=form)
    messages.success(request, _("Effacement noté. Il reste à le vérifier."))
    return _back(departure)


@allow(*FLEET_STAFF)
@require_http_methods(["POST"])
def verify(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what verifying the wipe that waits found."""
    departure = departure_of(request, public_id)
    waiting = Wipe.objects.filter(device=departure.device_id, result=Wipe.Result.WAITING).first()
    form = VerifyForm(request.POST)
    if waiting is None:
        raise RuleBroken("state", _("Aucun effacement n’attend d’être vérifié."))
    if not form.is_valid():
        return file_page(request, departure, 422, verify_form=form)
    try:
        done = actions.verify_wipe(by=Actor.of(request), wipe=waiting, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return file_page(request, departure, 409, verify_form=form)
    if done.result == Wipe.Result.PASSED:
        messages.success(request, _("Effacement vérifié. Le certificat est prêt."))
    else:
        messages.warning(request, _("Échec noté : la mémoire doit maintenant être détruite."))
    return _back(departure)


@allow(*FLEET_STAFF)
@require_POST
def to_reserve(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a reconditioned device back into the reserve."""
    departure = departure_of(request, public_id)
    actions.back_to_reserve(by=Actor.of(request), departure=departure)
    messages.success(
        request,
        _("%(tag)s est de nouveau en réserve.") % {"tag": departure.device.asset_tag},
    )
    return _back(departure)


@allow(*FLEET_MANAGERS)
@require_POST
def keep(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Refuse a proposal: the device is kept."""
    departure = departure_of(request, public_id)
    actions.refuse(by=Actor.of(request), departure=departure)
    messages.success(request, _("Proposition écartée : l’appareil reste au parc."))
    return _back(departure)


def _back(departure: Departure) -> HttpResponse:
    return redirect("secondlife:file", public_id=departure.public_id)
