"""A device's sheet by hand: entered, corrected."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classrooms import actions
from classrooms.access import FLEET_STAFF
from classrooms.forms_devices import PlaceForm, SheetForm
from classrooms.models import Cart, Device, DeviceCategory
from classrooms.queries.places import all_places
from classrooms.views.common import show
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once


def _refuse(broken: RuleBroken, *forms: Any) -> None:
    """Show a refusal beside the field it is about, or above all."""
    for form in forms:
        if broken.field in form.fields:
            show_broken(form, broken)
            return
    forms[0].add_error(None, broken.message)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
@once
def device_new(request: HttpRequest) -> HttpResponse:
    """Enter a device: its category first, then its sheet."""
    user = signed_in(request)
    categories = DeviceCategory.objects.filter(is_active=True, device_models__is_active=True)
    categories = categories.distinct().order_by("name")
    category = categories.filter(code=request.GET.get("category", "")[:20]).first()
    given = {name: request.GET.get(name, "")[:20] for name in ("cart", "slot")}
    if category is None:
        return show(request, "device_new.html", "devices", categories=list(categories), given=given)
    form = SheetForm(request.POST or None, category=category)
    place = PlaceForm(request.POST or None, user=user, places=all_places(user), initial=given)
    if request.method == "POST" and all([form.is_valid(), place.is_valid()]):
        try:
            device = actions.enter(
                by=Actor.of(request),
                place=place.cleaned_data["where"],
                extra=form.extra(),
                **form.facts(),
            )
        except RuleBroken as broken:
            _refuse(broken, form, place)
        else:
            messages.success(request, _("%(tag)s est entré dans le parc.") % {"tag": device})
            return redirect("classrooms:device", device.asset_tag)
    return _shown(request, form, place=place, category=category)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
@once
def device_edit(request: HttpRequest, tag: str) -> HttpResponse:
    """Correct a device's sheet."""
    rows = Device.objects.select_related("model__category")
    device: Device = get_visible(rows, signed_in(request), asset_tag=tag)
    form = SheetForm(request.POST or None, category=device.model.category, device=device)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.correct(
                by=Actor.of(request), device=device, extra=form.extra(), **form.facts()
            )
        except RuleBroken as broken:
            _refuse(broken, form)
        else:
            said = _("Fiche corrigée.") if changed else _("Rien n’a changé.")
            messages.success(request, said)
            return redirect("classrooms:device", device.asset_tag)
    return _shown(request, form, device=device, category=device.model.category)


def _shown(request: HttpRequest, form: SheetForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return show(request, "device_edit.html", "devices", status, form=form, **context)


@allow(*FLEET_STAFF)
@require_POST
def cart_charging(request: HttpRequest, code: str) -> HttpResponse:
    """Note what one sees of a cart's plug."""
    cart: Cart = get_visible(Cart.objects, signed_in(request), code=code)
    actions.note_charging(
        by=Actor.of(request), cart=cart, charging=request.POST.get("charging", "")
    )
    messages.success(request, _("Charge notée."))
    return redirect("classrooms:cart", code)
