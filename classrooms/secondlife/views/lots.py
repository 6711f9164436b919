"""Lots and those who receive them: prepared, proposed, accepted, handed over."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.models import Device
from classrooms.secondlife import actions, papers
from classrooms.secondlife.forms import HandOverForm, LotForm, RecipientForm
from classrooms.secondlife.models import Lot, LotLine, Recipient
from classrooms.secondlife.queries.departures import ready_for
from classrooms.secondlife.views.departures import picked
from classrooms.views.common import number, page_of, show
from classrooms.views.ticking import ticks
from core import documents
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.pdf import pdf_response

_DESTINATION = {"gift": "give", "recycling": "recycle"}
#: What a button does to a lot, by the value it sends, and what is said then.
_STEPS = {
    "offer": actions.offer,
    "accept": actions.accept,
    "reopen": actions.reopen,
    "cancel": actions.cancel,
}


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
@once
def lot_list(request: HttpRequest) -> HttpResponse:
    """Show the lots, open ones first, and start one."""
    user = signed_in(request)
    form = LotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lot = actions.open_lot(by=Actor.of(request), recipient=form.cleaned_data["recipient"])
        return redirect("secondlife:lot", public_id=lot.public_id)
    kind = request.GET.get("kind", "")
    lots = (
        Lot.objects.visible_to(user)
        .select_related("recipient")
        .annotate(
            count=Count("lines"), open=Count("pk", filter=~Q(state__in=["gone", "cancelled"]))
        )
        .order_by("-open", "-opened_at", "-pk")
    )
    if kind in Lot.Kind.values:
        lots = lots.filter(kind=kind)
    return show(
        request,
        "secondlife/lots.html",
        "lots",
        status=422 if form.is_bound else 200,
        page=page_of(request, lots),
        form=form,
        kind=kind,
        kinds=Lot.Kind.choices,
    )


def _lot(request: HttpRequest, public_id: uuid.UUID) -> Lot:
    lot: Lot = get_visible(
        Lot.objects.select_related("recipient", "receipt", "handed_by"),
        signed_in(request),
        public_id=public_id,
    )
    return lot


@allow(*FLEET_STAFF)
@require_GET
def lot_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what is in a lot, what may join it, and the next step."""
    return _page(request, _lot(request, public_id))


def _page(
    request: HttpRequest, lot: Lot, form: HandOverForm | None = None, status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    draft = lot.state == Lot.State.DRAFT
    gift = lot.kind == Lot.Kind.GIFT
    ready, dirty = ready_for(user, _DESTINATION[lot.kind]) if draft else ([], [])
    if form is None and lot.state == Lot.State.ACCEPTED:
        form = HandOverForm(gift=gift)
    return show(
        request,
        "secondlife/lot.html",
        "lots",
        status=status,
        lot=lot,
        gift=gift,
        draft=draft,
        lines=list(lot.lines.select_related("device__model__category", "wipe")),
        ready=ready,
        ticks=ticks(
            request,
            "pick",
            ready,
            value=lambda row: row.device_id,
            by=[lambda row: (row.device.model_id, row.device.model)],
        ),
        dirty=dirty,
        form=form if lot.state == Lot.State.ACCEPTED else None,
        may_decide=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_STAFF)
@require_POST
def lot_add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the devices ticked into the lot."""
    lot = _lot(request, public_id)
    devices = list(Device.objects.visible_to(signed_in(request)).filter(pk__in=picked(request)))
    if not devices:
        messages.error(request, _("Cochez les appareils à mettre dans le lot."))
        return redirect("secondlife:lot", public_id=public_id)
    try:
        lines = actions.add(by=Actor.of(request), lot=lot, devices=devices)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("secondlife:lot", public_id=public_id)
    messages.success(
        request,
        ngettext("%(count)d appareil ajouté.", "%(count)d appareils ajoutés.", len(lines))
        % {"count": len(lines)},
    )
    return redirect("secondlife:lot", public_id=public_id)


@allow(*FLEET_STAFF)
@require_POST
def lot_take_out(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a device out of the lot."""
    lot = _lot(request, public_id)
    pk = number(request.POST.get("line", ""))
    line = LotLine.objects.filter(lot=lot, pk=pk or 0).select_related("lot").first()
    if line is not None:
        actions.take_out(by=Actor.of(request), line=line)
    return redirect("secondlife:lot", public_id=public_id)


@allow(*FLEET_MANAGERS)
@require_POST
def lot_step(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Propose the lot, note that it is accepted, reopen it or give it up."""
    lot = _lot(request, public_id)
    step = _STEPS.get(request.POST.get("step", ""))
    if step is not None:
        try:
            step(by=Actor.of(request), lot=lot)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        else:
            said = {
                "offer": _("Lot proposé."),
                "accept": _("Lot accepté : il reste à le remettre."),
                "reopen": _("Lot de nouveau en préparation."),
                "cancel": _("Lot abandonné : ses appareils sont libres."),
            }
            messages.success(request, said[request.POST["step"]])
    return redirect("secondlife:lot", public_id=public_id)


@allow(*FLEET_MANAGERS)
@require_http_methods(["POST"])
def lot_hand_over(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note that the lot left, against a signature or a slip."""
    lot = _lot(request, public_id)
    by, gift = Actor.of(request), lot.kind == Lot.Kind.GIFT
    form = HandOverForm(request.POST, request.FILES, gift=gift)
    if not form.is_valid():
        return _page(request, lot, form, 422)
    given = form.cleaned_data
    try:
        receipt = None
        if given.get("receipt") and lot.state == Lot.State.ACCEPTED:
            receipt = documents.store(given["receipt"], by=by, kind="secondlife.receipt")
        weight = given.get("weight")
        actions.hand_over(
            by=by,
            lot=lot,
            gone_on=given["gone_on"],
            signed_name=given.get("signed_name", ""),
            receipt=receipt,
            slip_number=given.get("slip_number", ""),
            weight_grams=int(weight * 1000) if weight else None,
        )
    except RuleBroken as broken:
        show_broken(form, broken, file="receipt")
        return _page(request, lot, form, 409)
    messages.success(request, _("C’est noté : ce lot est sorti."))
    return redirect("secondlife:lot", public_id=public_id)


@allow(*FLEET_STAFF)
@require_GET
def lot_paper(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the deed of a gift, or the slip's list of a recycling lot."""
    lot = _lot(request, public_id)
    return pdf_response(papers.lot(lot), f"{lot.number}.pdf")


@allow(*FLEET_STAFF)
@require_GET
def recipient_list(request: HttpRequest) -> HttpResponse:
    """Show who may receive devices; managers keep the list."""
    user = signed_in(request)
    rows = (
        Recipient.objects.visible_to(user)
        .annotate(count=Count("lots", filter=Q(lots__state="gone")))
        .order_by("-is_active", "name")
    )
    return show(
        request,
        "secondlife/recipients.html",
        "recipients",
        page=page_of(request, rows),
        may_act=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
def recipient_form(request: HttpRequest, public_id: uuid.UUID | None = None) -> HttpResponse:
    """Enter who may receive devices, or correct it."""
    user = signed_in(request)
    known = get_visible(Recipient.objects, user, public_id=public_id) if public_id else None
    form = RecipientForm(request.POST or None, instance=known)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.save_recipient(by=Actor.of(request), recipient=form.save(commit=False))
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
            else:
                messages.success(request, _("Bénéficiaire enregistré."))
                return redirect("secondlife:recipients")
    return show(
        request,
        "secondlife/recipient.html",
        "recipients",
        status=status,
        form=form,
        recipient=known,
    )
