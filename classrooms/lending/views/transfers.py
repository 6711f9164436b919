"""Transfers: the list, planning one, sending it off, confirming what arrived."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.lending import slips
from classrooms.lending.actions import transfers as actions
from classrooms.lending.forms import (
    CancelForm,
    OriginForm,
    Places,
    ReceiptForm,
    TransferFilterForm,
    TransferForm,
)
from classrooms.lending.models import Transfer, TransferItem
from classrooms.lending.queries.transfers import PLACES, load_of, meant, transfers_for
from classrooms.models import Depot
from classrooms.views.common import number, page_of, schools_within_reach, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response

_PEOPLE = ("planned_by", "dispatched_by", "ended_by")


@allow(*FLEET_READERS)
@require_GET
def transfer_list(request: HttpRequest) -> HttpResponse:
    """Show what moves from place to place: to prepare, on its way, arrived."""
    user = signed_in(request)
    form = TransferFilterForm(request.GET, schools=schools_within_reach(user))
    page = page_of(request, transfers_for(user, form.wanted()))
    return show(
        request, "lending/transfers.html", "transfers", form=form, page=page, today=clock.today()
    )


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def transfer_plan(request: HttpRequest) -> HttpResponse:
    """Say where from; then what, where to and why."""
    user = signed_in(request)
    places = Places(schools_within_reach(user), list(Depot.objects.visible_to(user)))
    start = request.GET.get("start", "")
    place = places.by_key.get(start)
    if place is None:
        return show(
            request,
            "lending/transfer_from.html",
            "transfers",
            form=OriginForm(places=places),
        )
    load = load_of(user, place)
    form = TransferForm(
        request.POST or None,
        user=user,
        load=load,
        start=start,
        places=places,
        initial={
            "carts": request.GET.getlist("cart"),
            "devices": request.GET.getlist("device"),
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                transfer = actions.plan_transfer(by=Actor.of(request), **form.content())
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
            else:
                messages.success(request, _("Transfert prêt : il reste à le faire partir."))
                return redirect("lending:transfer", public_id=transfer.public_id)
    return show(
        request,
        "lending/transfer_plan.html",
        "transfers",
        status=status,
        form=form,
        place=place,
        load=load,
    )


@allow(*FLEET_READERS)
@require_GET
def transfer_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one transfer: what is in it, where it stands, what one can do."""
    return _page(request, _transfer(request, public_id))


@allow(*FLEET_STAFF)
@require_POST
def transfer_dispatch(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send a transfer off."""
    transfer = _transfer(request, public_id, Transfer.objects.sendable_by(signed_in(request)))
    try:
        actions.dispatch(by=Actor.of(request), transfer=transfer)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C’est parti. L’école qui reçoit est prévenue."))
    return redirect("lending:transfer", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def transfer_cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a transfer up."""
    transfer = _transfer(request, public_id, Transfer.objects.sendable_by(signed_in(request)))
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, transfer, cancelling=form, status=422)
    actions.cancel(by=Actor.of(request), transfer=transfer, why=form.cleaned_data["why"])
    messages.success(request, _("Transfert annulé."))
    return redirect("lending:transfer", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def transfer_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Leave one device out of a transfer that has not left."""
    transfer = _transfer(request, public_id, Transfer.objects.sendable_by(signed_in(request)))
    item = transfer.items.filter(pk=number(request.POST.get("item", "")) or 0).first()
    if item is not None:
        actions.remove_item(by=Actor.of(request), item=item)
        messages.success(request, _("Appareil retiré du transfert."))
    return redirect("lending:transfer", public_id=public_id)


@allow(*FLEET_READERS)
@require_http_methods(["GET", "POST"])
def transfer_receive(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Confirm what arrived: all in one tap, device by device, or by scanning."""
    transfer = _transfer(request, public_id, Transfer.objects.receivable_by(signed_in(request)))
    items = _items(transfer)
    waiting = [item for item in items if item.is_open]
    everything = request.method == "POST" and "all" in request.POST
    form = ReceiptForm(
        request.POST if request.method == "POST" and not everything else None, items=waiting
    )
    if everything or (request.method == "POST" and form.is_valid()):
        outcomes = (
            {pk: "good" for text in request.POST.getlist("item") if (pk := number(text))}
            if everything
            else form.outcomes()
        )
        try:
            actions.receive(by=Actor.of(request), transfer=transfer, outcomes=outcomes)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect("lending:transfer", public_id=public_id)
        messages.success(request, _said(outcomes))
        return redirect("lending:transfer", public_id=public_id)
    return show(
        request,
        "lending/transfer_receive.html",
        "transfers",
        status=422 if form.is_bound else 200,
        transfer=transfer,
        form=form,
        items=waiting,
        seen=sum(item.seen_at is not None for item in waiting),
    )


@allow(*FLEET_READERS)
@require_POST
def transfer_scan(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note one scanned or typed code as arrived, and wait for the next."""
    transfer = _transfer(request, public_id, Transfer.objects.receivable_by(signed_in(request)))
    code = request.POST.get("code", "")[:200]
    thing = meant(transfer, code)
    if thing is None:
        messages.error(
            request, _("« %(code)s » ne fait pas partie de ce transfert.") % {"code": code[:40]}
        )
    else:
        try:
            count = actions.note_seen(by=Actor.of(request), transfer=transfer, thing=thing)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        else:
            said = _("%(name)s : vu.") if count else _("%(name)s : déjà noté.")
            messages.success(request, said % {"name": thing})
    page = reverse("lending:transfer_receive", args=[public_id])
    return redirect(f"{page}?scan=1#scan")


@allow(*FLEET_READERS)
@require_GET
def transfer_slip(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the delivery slip that goes with the devices."""
    transfer = _transfer(request, public_id)
    return pdf_response(slips.delivery(transfer, _items(transfer)), f"bon-{transfer}.pdf")


def _page(
    request: HttpRequest,
    transfer: Transfer,
    *,
    cancelling: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    same: dict[str, Any] = {"pk": transfer.pk}
    return show(
        request,
        "lending/transfer.html",
        "transfers",
        status=status,
        transfer=transfer,
        items=_items(transfer),
        carts=list(transfer.carts.select_related("cart").order_by("cart__code")),
        may_send=Transfer.objects.sendable_by(user).filter(**same).exists(),
        may_receive=Transfer.objects.receivable_by(user).filter(**same).exists(),
        cancelling=cancelling or CancelForm(),
        today=clock.today(),
    )


def _transfer(request: HttpRequest, public_id: uuid.UUID, rows: Any = None) -> Transfer:
    queryset = Transfer.objects.all() if rows is None else rows
    transfer: Transfer = get_visible(
        queryset.select_related(*PLACES, *_PEOPLE), signed_in(request), public_id=public_id
    )
    return transfer


def _items(transfer: Transfer) -> list[TransferItem]:
    return list(
        transfer.items.select_related("device__model", "cart").order_by(
            "cart__code", "slot", "device__asset_tag"
        )
    )


def _said(outcomes: dict[int, str]) -> str:
    arrived = sum(outcome != TransferItem.Outcome.MISSING for outcome in outcomes.values())
    said = ngettext("%(count)d appareil arrivé.", "%(count)d appareils arrivés.", arrived) % {
        "count": arrived
    }
    faults = sum(outcome != TransferItem.Outcome.GOOD for outcome in outcomes.values())
    if faults:
        said += " " + ngettext("%(count)d panne ouverte.", "%(count)d pannes ouvertes.", faults) % {
            "count": faults
        }
    return said
