"""Carts: the slot grid, handing out, taking back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from classrooms import actions
from classrooms.access import FLEET_READERS, FLEET_STAFF, runs_at
from classrooms.forms import DeviceHandOutForm, HandOutForm, TakeBackForm
from classrooms.models import Cart, Device, HandOut, HandOutItem, Incident
from classrooms.panels import cart_acts, cart_room
from classrooms.queries.slots import slots_of, summary
from classrooms.views.common import number, page_of, schools_within_reach, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.dates import date_format
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor

_HELD = ("class_group", "teacher", "school", "handed_by")


@allow(*FLEET_READERS)
@require_GET
def cart_list(request: HttpRequest) -> HttpResponse:
    """Show the carts one may see: where they stand, what is fit, who has them."""
    user = signed_in(request)
    schools = schools_within_reach(user)
    chosen = request.GET.get("school", "")
    open_ones = HandOut.objects.open().filter(cart=OuterRef("pk")).values("pk")[:1]
    carts = (
        Cart.objects.visible_to(user)
        .select_related("school", "depot")
        .annotate(
            inside=Count("devices"),
            faulty=Count("devices", filter=~Q(devices__state="in_use")),
            open_hand_out=Subquery(open_ones),
        )
        .order_by("school__name", "code")
    )
    if school := number(chosen):
        carts = carts.filter(school=school)
    page = page_of(request, carts)
    outs = HandOut.objects.select_related(*_HELD).in_bulk(
        [cart.open_hand_out for cart in page if cart.open_hand_out]
    )
    rows = [(cart, outs.get(cart.open_hand_out)) for cart in page]
    return show(
        request,
        "carts.html",
        "carts",
        page=page,
        rows=rows,
        schools=schools,
        chosen=chosen,
        today=clock.today(),
    )


@allow(*FLEET_READERS)
@require_GET
def cart_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a cart slot by slot, who has it, and what one can do with it."""
    user = signed_in(request)
    cart = _cart(request, code)
    slots = slots_of(cart)
    current = HandOut.objects.open().filter(cart=cart).select_related(*_HELD).first()
    past = (
        HandOut.objects.visible_to(user)
        .filter(cart=cart, state=HandOut.State.CLOSED)
        .select_related(*_HELD)[:5]
    )
    return show(
        request,
        "cart.html",
        "carts",
        may_act=runs_at(user, cart.school),
        cart=cart,
        slots=slots,
        counts=summary(slots),
        fit=sum(slot.is_fit for slot in slots),
        hand_out=current,
        past=list(past),
        charging=Cart.Charging.choices[1:],
        cart_acts=cart_acts.panels(request, cart),
        cart_panels=cart_room.panels(request, cart),
        today=clock.today(),
    )


@allow(*FLEET_READERS)
@require_GET
def hand_out_list(request: HttpRequest) -> HttpResponse:
    """Show what is out, with whom and until when; the late ones first."""
    user = signed_in(request)
    today = clock.today()
    rows = (
        HandOut.objects.visible_to(user)
        .open()
        .select_related("cart", *_HELD)
        .annotate(count=Count("items", filter=Q(items__returned_at__isnull=True)))
        .prefetch_related(
            Prefetch(
                "items",
                HandOutItem.objects.out().select_related("device__model"),
                to_attr="still_out",
            )
        )
        .order_by("due_on", "pk")
    )
    late = request.GET.get("late") == "1"
    if late:
        rows = rows.late(today)
    page = page_of(request, rows)
    for hand_out in page:
        hand_out.may_act = runs_at(user, hand_out.school)
    return show(request, "hand_outs.html", "hand_outs", page=page, late=late, today=today)


def _handed_out(
    request: HttpRequest, form: HandOutForm, hand_out: Callable[..., HandOut], **what: Any
) -> tuple[HandOut | None, int]:
    """Hand out as the form says; without a hand-out, the page is to be shown with the status."""
    if request.method != "POST" or not form.is_valid():
        return None, 200
    due_on = form.cleaned_data["due_on"]
    try:
        done = hand_out(by=Actor.of(request), holder=form.receiver(), due_on=due_on, **what)
    except RuleBroken as broken:
        show_broken(form, broken)
        return None, 409
    return done, 200


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def cart_hand_out(request: HttpRequest, code: str) -> HttpResponse:
    """Say what leaves and what stays, ask to whom and until when, hand the cart out."""
    cart = _cart(request, code)
    if cart.school is None:
        raise RuleBroken("other_school", _("Ce chariot est à l’atelier : affectez-le d’abord."))
    form = HandOutForm(request.POST or None, school=cart.school)
    hand_out, status = _handed_out(request, form, actions.hand_out_cart, cart=cart)
    if hand_out is not None:
        count = hand_out.items.count()
        messages.success(
            request,
            ngettext(
                "%(count)d appareil remis à « %(holder)s », à rendre le %(day)s.",
                "%(count)d appareils remis à « %(holder)s », à rendre le %(day)s.",
                count,
            )
            % {
                "count": count,
                "holder": hand_out.holder_name,
                "day": date_format(hand_out.due_on, "j F Y"),
            },
        )
        return redirect("classrooms:cart", code=cart.code)
    slots = slots_of(cart)
    return show(
        request,
        "hand_out.html",
        "carts",
        status=status,
        cart=cart,
        form=form,
        fit=[slot for slot in slots if slot.is_fit],
        unfit=[slot for slot in slots if slot.device and not slot.is_fit],
    )


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def device_hand_out(request: HttpRequest, tag: str) -> HttpResponse:
    """Hand one device out by itself."""
    device: Device = get_visible(
        Device.objects.select_related("model", "cart__school", "school"),
        signed_in(request),
        asset_tag=tag,
    )
    school = device.current_school
    if school is None:
        raise RuleBroken(
            "other_school", _("Cet appareil est à l’atelier : il n’est dans aucune école.")
        )
    form = DeviceHandOutForm(request.POST or None, school=school)
    hand_out, status = _handed_out(request, form, actions.hand_out_device, device=device)
    if hand_out is not None:
        messages.success(
            request, _("Appareil remis à « %(holder)s ».") % {"holder": hand_out.holder_name}
        )
        return redirect("classrooms:device", tag=device.asset_tag)
    return show(request, "hand_out_device.html", "devices", status=status, device=device, form=form)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take devices back: all of them in one tap, or slot by slot."""
    user = signed_in(request)
    hand_out: HandOut = get_visible(
        HandOut.objects.select_related("cart", *_HELD), user, public_id=public_id
    )
    items = list(
        hand_out.items.out()
        .select_related("device__model")
        .order_by("slot", "device__asset_tag", "pk")
    )
    everything = request.method == "POST" and "all" in request.POST
    form = TakeBackForm(
        request.POST if request.method == "POST" and not everything else None, items=items
    )
    status = 200
    if everything or (request.method == "POST" and form.is_valid()):
        outcomes = (
            {
                int(pk): "good"
                for pk in request.POST.getlist("item")
                if pk.isdecimal() and pk.isascii()
            }
            if everything
            else form.outcomes()
        )
        try:
            done = actions.take_back(by=Actor.of(request), hand_out=hand_out, outcomes=outcomes)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect("classrooms:take_back", public_id=public_id)
        if outcomes:
            messages.success(request, _said(done, outcomes))
        else:
            messages.info(request, _("Rien n’est noté : tout est encore dehors."))
        return _after_return(hand_out, items)
    return show(
        request,
        "take_back.html",
        "carts" if hand_out.cart else "devices",
        status=status,
        hand_out=hand_out,
        items=items,
        form=form,
    )


def _after_return(hand_out: HandOut, items: list[HandOutItem]) -> HttpResponse:
    if hand_out.cart is not None:
        return redirect("classrooms:cart", code=hand_out.cart.code)
    if items:
        return redirect("classrooms:device", tag=items[0].device.asset_tag)
    return redirect("classrooms:devices")


def _said(hand_out: HandOut, outcomes: dict[int, str]) -> str:
    bad = [pk for pk, outcome in outcomes.items() if outcome != "good"]
    faults = Incident.objects.open().filter(device__hand_out_items__in=bad).count()
    gone = sum(outcome == "missing" for outcome in outcomes.values())
    parts = []
    if back := len(outcomes) - gone:
        parts.append(
            ngettext("%(count)d appareil rendu.", "%(count)d appareils rendus.", back)
            % {"count": back}
        )
    if gone:
        parts.append(
            ngettext("%(count)d manquant.", "%(count)d manquants.", gone) % {"count": gone}
        )
    if faults:
        parts.append(
            ngettext("%(count)d panne ouverte.", "%(count)d pannes ouvertes.", faults)
            % {"count": faults}
        )
    if left := hand_out.items.out().count():
        parts.append(
            ngettext(
                "%(count)d appareil est encore dehors.",
                "%(count)d appareils sont encore dehors.",
                left,
            )
            % {"count": left}
        )
    return " ".join(parts)


def _cart(request: HttpRequest, code: str) -> Cart:
    cart: Cart = get_visible(
        Cart.objects.select_related("school", "depot"), signed_in(request), code=code
    )
    return cart
