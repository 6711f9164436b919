"""Scanning anything: what it is, and what one can do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.audits import rules
from classrooms.audits.queries.finding import thing_named
from classrooms.models import Cart, Incident
from classrooms.views.common import show
from core.access import allow, signed_in

_WORKER = Path(__file__).parent.parent / "static" / "audits" / "worker.js"


@allow(*FLEET_READERS)
@require_GET
def scanner(request: HttpRequest) -> HttpResponse:
    """Show where to scan or type, and what was found last."""
    return show(request, "audits/scanner.html", "scanner", **_found(request))


@allow(*FLEET_READERS)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Answer a scan with the part of the page that says what was found."""
    may_act = signed_in(request).has_role(*FLEET_STAFF)
    response = render(request, "audits/_found.html", {**_found(request), "may_act": may_act})
    response["Cache-Control"] = "private, no-store"
    return response


def _found(request: HttpRequest) -> dict[str, Any]:
    code = rules.printable(request.GET.get("code", ""))
    thing = thing_named(signed_in(request), code) if code else None
    if thing is None:
        return {"code": code}
    if isinstance(thing, Cart):
        return {"code": code, "cart": thing}
    incident = Incident.objects.open().filter(device=thing).first()
    return {"code": code, "device": thing, "incident": incident}


@allow(*FLEET_READERS)
@cache_control(private=True, max_age=0)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the script that keeps counts open without a network; it minds these pages only."""
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
