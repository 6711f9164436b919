"""Warranty claims: the list, one claim, its letter."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_STAFF
from classrooms.models import Device, Incident
from classrooms.views.common import page_of, show
from classrooms.workshop import actions, papers
from classrooms.workshop.forms import AnswerForm, ClaimFilterForm, ClaimForm, SendForm
from classrooms.workshop.models import Claim, Repair
from classrooms.workshop.queries.claims import claims_for
from classrooms.workshop.queries.terms import terms_on
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response


@allow(*FLEET_STAFF)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """Show the claims: what waits for the maker, since when, and what came of the others."""
    form = ClaimFilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    today = clock.today()
    page = page_of(
        request, claims_for(signed_in(request), given.get("state", ""), given.get("q", ""))
    )
    patience = terms_on(today).claim_days
    rows = [(claim, claim.waits_since(today)) for claim in page]
    return show(
        request,
        "workshop/claims.html",
        "claims",
        form=form,
        page=page,
        rows=rows,
        patience=patience,
    )


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def open_claim(request: HttpRequest, tag: str) -> HttpResponse:
    """Prepare the claim of a device."""
    user = signed_in(request)
    device: Device = get_visible(
        Device.objects.select_related("model", "cart__school", "school"), user, asset_tag=tag
    )
    incident = Incident.objects.open().filter(device=device).first()
    repair = Repair.objects.open().filter(device=device).first()
    if incident is not None:
        get_visible(Incident.objects, user, pk=incident.pk)
    if repair is not None:
        get_visible(Repair.objects, user, pk=repair.pk)
    known = Claim.objects.open().filter(device=device).first()
    if known is not None:
        get_visible(Claim.objects, user, pk=known.pk)
        return redirect("workshop:claim", public_id=known.public_id)
    words = repair.diagnosis if repair is not None and repair.diagnosis else ""
    if incident is not None and not words:
        words = incident.description or incident.get_kind_display()
    form = ClaimForm(request.POST or None, initial={"fault": words})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            claim = actions.open_claim(
                by=Actor.of(request), device=device, fault=form.cleaned_data["fault"]
            )
        except RuleBroken as broken:
            form.add_error(broken.field if broken.field == "fault" else None, broken.message)
            status = 409
        else:
            messages.success(request, _("La demande est prête : imprimez la lettre."))
            return redirect("workshop:claim", public_id=claim.public_id)
    return show(
        request, "workshop/claim_open.html", "claims", status=status, device=device, form=form
    )


@allow(*FLEET_STAFF)
@require_GET
def claim_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a claim and what can be noted of it."""
    return _page(request, _claim(request, public_id))


@allow(*FLEET_STAFF)
@require_GET
def claim_letter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the letter to the maker."""
    claim = _claim(request, public_id)
    return pdf_response(papers.letter(claim), f"garantie-{claim}.pdf")


@allow(*FLEET_STAFF)
@require_POST
def claim_send(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note that it left."""
    claim = _claim(request, public_id)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, claim, send=form, status=422)
    try:
        actions.send(by=Actor.of(request), claim=claim, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(broken.field if broken.field == "sent_on" else None, broken.message)
        return _page(request, claim, send=form, status=409)
    messages.success(request, _("C’est noté : le fabricant a la main."))
    return redirect("workshop:claim", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def claim_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note what the maker answered."""
    claim = _claim(request, public_id)
    form = AnswerForm(request.POST, claim=claim)
    if not form.is_valid():
        return _page(request, claim, answer=form, status=422)
    try:
        _answer(Actor.of(request), claim, form.cleaned_data)
    except RuleBroken as broken:
        show_broken(form, broken)
        return _page(request, claim, answer=form, status=409)
    messages.success(request, _("La réponse est notée."))
    return redirect("workshop:claim", public_id=public_id)


def _answer(by: Actor, claim: Claim, given: dict[str, Any]) -> None:
    if given["answer"] == Claim.State.REPLACED:
        actions.replaced(
            by=by,
            claim=claim,
            serial=given["serial"],
            new_tag=given["new_tag"],
            text=given["text"],
        )
    else:
        actions.answer(by=by, claim=claim, state=given["answer"], text=given["text"])


@allow(*FLEET_STAFF)
@require_POST
def claim_withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give it up."""
    actions.withdraw(by=Actor.of(request), claim=_claim(request, public_id))
    messages.success(request, _("La demande est abandonnée."))
    return redirect("workshop:claim", public_id=public_id)


def _claim(request: HttpRequest, public_id: uuid.UUID) -> Claim:
    claim: Claim = get_visible(
        Claim.objects.select_related(
            *("device__model", "school", "opened_by", "repair", "incident", "replacement")
        ),
        signed_in(request),
        public_id=public_id,
    )
    return claim


def _page(
    request: HttpRequest,
    claim: Claim,
    *,
    send: SendForm | None = None,
    answer: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clock.today()
    return show(
        request,
        "workshop/claim.html",
        "claims",
        status=status,
        claim=claim,
        send=send or SendForm(),
        answer=answer or AnswerForm(claim=claim),
        waits=claim.waits_since(today),
        patience=terms_on(today).claim_days,
        may_withdraw="withdrawn" in Claim.MOVES[claim.state],
        may_answer=claim.state in ("sent", "accepted"),
    )
