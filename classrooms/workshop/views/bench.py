"""The board of the workshop, one repair and what is done to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_STAFF
from classrooms.models import Depot, Device, Incident
from classrooms.queries.incidents import others_told
from classrooms.views.common import number, page_of, show
from classrooms.workshop import actions, papers
from classrooms.workshop.exports import repairs_csv, repairs_xlsx
from classrooms.workshop.forms import (
    EndedForm,
    FinishForm,
    GiveUpForm,
    MoveForm,
    OpenForm,
    PartForm,
    QuoteForm,
    WorkForm,
    brings,
)
from classrooms.workshop.models import Claim, Repair, RepairPart
from classrooms.workshop.queries.repairs import SHOWN, advice_for, board_for, ended_for
from classrooms.workshop.words import explain
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response
from core.spreadsheets import csv_response, xlsx_response


@allow(*FLEET_STAFF)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show what is on the bench, step by step, the longest there first."""
    depots = list(Depot.objects.order_by("name"))
    columns = board_for(signed_in(request), number(request.GET.get("depot", "")))
    return show(
        request,
        "workshop/board.html",
        "workshop",
        columns=columns,
        total=sum(len(rows) for _state, rows in columns),
        depots=depots if len(depots) > 1 else [],
        chosen=request.GET.get("depot", ""),
    )


@allow(*FLEET_STAFF)
@require_GET
def ended(request: HttpRequest) -> HttpResponse:
    """Show the repairs that ended, and what they cost."""
    rows, form = _ended(request)
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "workshop/ended.html",
        "workshop",
        form=form,
        page=page_of(request, rows),
        query=query.urlencode(),
    )


@allow(*FLEET_STAFF)
@require_GET
def ended_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download them as filtered on screen."""
    rows, _form = _ended(request)
    name = f"reparations-{clock.today():%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(repairs_csv(rows), name)
    return xlsx_response(repairs_xlsx(rows), name)


def _ended(request: HttpRequest) -> tuple[Any, EndedForm]:
    form = EndedForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    rows = ended_for(signed_in(request), given.get("q", ""), given.get("state", ""))
    return rows, form


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def open_repair(request: HttpRequest, tag: str) -> HttpResponse:
    """Take a device to the bench."""
    user = signed_in(request)
    device: Device = get_visible(
        Device.objects.select_related("model", "cart__school", "cart__depot", "school", "depot"),
        user,
        asset_tag=tag,
    )
    incident = Incident.objects.open().filter(device=device).first()
    if incident is not None:
        get_visible(Incident.objects, user, pk=incident.pk)
    form = OpenForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            repair = actions.open_repair(
                by=Actor.of(request), device=device, bring=form.cleaned_data["bring"]
            )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = 409
        else:
            messages.success(request, _("Réparation ouverte."))
            return redirect("workshop:repair", public_id=repair.public_id)
    return show(
        request,
        "workshop/open.html",
        "workshop",
        status=status,
        device=device,
        incident=incident,
        form=form,
        brings=brings(device),
    )


@allow(*FLEET_STAFF)
@require_GET
def repair_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a repair: what was found, done, spent, and whether it is worth it."""
    return _page(request, _repair(request, public_id))


@allow(*FLEET_STAFF)
@require_GET
def ticket(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the ticket that stays with the device."""
    repair = _repair(request, public_id)
    return pdf_response(papers.ticket(repair), f"reparation-{repair}.pdf")


@allow(*FLEET_STAFF)
@require_POST
def repair_act(request: HttpRequest, public_id: uuid.UUID, act: str) -> HttpResponse:
    """Do one thing to a repair: move, work, part, quote, finish, give up."""
    repair = _repair(request, public_id)
    if act not in _ACTS:
        raise Http404
    form = _form(act, repair, request.POST)
    if not form.is_valid():
        return _page(request, repair, status=422, **{act: form})
    try:
        said = _ACTS[act](Actor.of(request), repair, form.cleaned_data)
    except RuleBroken as broken:
        show_broken(form, broken)
        return _page(request, repair, status=409, **{act: form})
    messages.success(request, said)
    return redirect("workshop:repair", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def part_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take pieces out of a repair again."""
    repair = _repair(request, public_id)
    pk = number(request.POST.get("part", "")) or 0
    part = RepairPart.objects.filter(repair=repair, pk=pk).select_related("repair").first()
    if part is None:
        raise RuleBroken("changed", _("Cette pièce n’y est plus : rechargez la page."))
    actions.put_back(by=Actor.of(request), part=part)
    messages.success(request, _("La pièce est retirée."))
    return redirect("workshop:repair", public_id=public_id)


def _move(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.move(by=by, repair=repair, to=given["to"], text=given["text"])
    return _("C’est noté.")


def _work(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.log_work(by=by, repair=repair, minutes=given["minutes"], text=given["text"])
    return _("Le travail est noté.")


def _part(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.use_part(
        by=by,
        repair=repair,
        quantity=given["quantity"],
        item=given["item"],
        label=given["label"],
        unit_cents=given["price"] or 0,
        ref=str(given["ref"]),
    )
    return _("La pièce est notée.")


def _quote(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.quote(
        by=by,
        repair=repair,
        supplier=given["supplier"],
        cents=given["price"],
        ref=given["number"],
    )
    return _("Le devis est noté.")


def _finish(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.finish(by=by, repair=repair, back=bool(given["back"]), text=given["text"])
    if others_told(repair.incident, by.user):
        return _("Réparé. La personne qui avait signalé la panne est prévenue.")
    return _("Réparé.")


def _give_up(by: Actor, repair: Repair, given: dict[str, Any]) -> str:
    actions.give_up(by=by, repair=repair, text=given["text"])
    return _("Réparation abandonnée : la réforme de l’appareil est proposée.")


_ACTS: dict[str, Callable[[Actor, Repair, dict[str, Any]], str]] = {
    "move": _move,
    "work": _work,
    "part": _part,
    "quote": _quote,
    "finish": _finish,
    "give_up": _give_up,
}


def _form(act: str, repair: Repair, data: Any = None) -> forms.Form:
    if act == "move":
        return MoveForm(data, repair=repair)
    if act == "part":
        return PartForm(data, repair=repair, initial={"ref": uuid.uuid4()})
    if act == "quote":
        first = {
            "supplier": repair.quote_supplier,
            "price": repair.quote_cents,
            "number": repair.quote_ref,
        }
        return QuoteForm(data, initial=first)
    simple: dict[str, type[forms.Form]] = {
        "work": WorkForm,
        "finish": FinishForm,
        "give_up": GiveUpForm,
    }
    return simple[act](data)


def _repair(request: HttpRequest, public_id: uuid.UUID) -> Repair:
    repair: Repair = get_visible(
        Repair.objects.select_related(
            *SHOWN,
            *("incident__reporter", "device__cart__school", "device__cart__depot"),
            *("device__school", "device__depot"),
        ),
        signed_in(request),
        public_id=public_id,
    )
    return repair


def _page(
    request: HttpRequest, repair: Repair, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    cost, worth = advice_for(repair)
    shown = {act: given.get(act) or _form(act, repair) for act in _ACTS}
    return show(
        request,
        "workshop/repair.html",
        "workshop",
        status=status,
        repair=repair,
        device=repair.device,
        incident=repair.incident,
        cost=cost,
        worth=worth,
        advice=explain(worth),
        used=list(repair.parts.select_related("author")),
        entries=list(repair.entries.select_related("author")),
        claim=Claim.objects.visible_to(signed_in(request))
        .open()
        .filter(device=repair.device)
        .first(),
        bound=next(iter(given), ""),
        acts=shown,
        broken=list(given.values()),
        today=clock.today(),
    )
