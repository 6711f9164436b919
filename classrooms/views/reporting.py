"""What a teacher meets: her carts, "signaler une panne" in three taps, and the QR label."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms import actions
from classrooms.access import FLEET_READERS, REPORTERS, runs_at
from classrooms.forms_incidents import KIND_ICONS, DetailsForm, ReportForm
from classrooms.models import Cart, Device, Incident, IncidentNote
from classrooms.photos import PHOTO
from classrooms.queries.incidents import SHOWN, hand_outs_of, reported_by
from classrooms.queries.people import teachers_of
from classrooms.queries.slots import slots_of
from core import documents
from core.access import ANYONE, allow, get_visible, reach_of, signed_in
from core.accounts.models import User
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor

_PLACE = ("model__category", "cart__school", "cart__depot", "school", "depot")


@allow(*REPORTERS)
@require_GET
def report_start(request: HttpRequest) -> HttpResponse:
    """Show what one's classes have, the carts of the school, and what one reported."""
    user = signed_in(request)
    outs = hand_outs_of(user)
    mine = {hand_out.cart_id for hand_out in outs if hand_out.cart_id}
    anywhere = reach_of(user, *FLEET_READERS).city
    carts = [] if anywhere else _carts_nearby(user, mine)
    return render(
        request,
        "classrooms/report_start.html",
        {"outs": outs, "carts": carts, "reports": reported_by(user), "anywhere": anywhere}
        | {"several": len({cart.school_id for cart in carts}) > 1},
    )


def _carts_nearby(user: User, mine: set[int]) -> list[Cart]:
    carts = Cart.objects.visible_to(user).filter(school__isnull=False).exclude(pk__in=mine)
    return list(carts.select_related("school").order_by("school__name", "name", "pk")[:30])


@allow(*REPORTERS)
@require_GET
def report_cart(request: HttpRequest, code: str) -> HttpResponse:
    """Show the slots of a cart, large, to choose the one with the trouble."""
    cart: Cart = get_visible(
        Cart.objects.select_related("school", "depot"), signed_in(request), code=code
    )
    return render(request, "classrooms/report_cart.html", {"cart": cart, "slots": slots_of(cart)})


@allow(*REPORTERS)
@require_http_methods(["GET", "POST"])
def report_device(request: HttpRequest, tag: str) -> HttpResponse:
    """Ask what is wrong with a device: six large drawings, one tap."""
    device: Device = get_visible(
        Device.objects.select_related(*_PLACE), signed_in(request), asset_tag=tag
    )
    return _report(request, device)


def _report(request: HttpRequest, device: Device) -> HttpResponse:
    user = signed_in(request)
    may_act = runs_at(user, device.current_school)
    people = teachers_of(device.current_school) if may_act else ()
    form = ReportForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        incident, is_new = actions.report(
            by=Actor.of(request),
            device=device,
            kind=form.cleaned_data["kind"],
            reporter=form.said_by(),
        )
        if is_new:
            messages.success(request, _("C’est signalé. Merci !"))
        else:
            messages.info(
                request,
                _("Merci. Une panne était déjà signalée pour cet appareil : elle est suivie."),
            )
        if may_act:
            return redirect("classrooms:incident", public_id=incident.public_id)
        return redirect("classrooms:report", public_id=incident.public_id)
    known = Incident.objects.open().filter(device=device).first()
    kinds = [(value, label, KIND_ICONS[value]) for value, label in Incident.Kind.choices]
    return render(
        request,
        "classrooms/report_device.html",
        {"device": device, "form": form, "kinds": kinds, "known": known, "people": people},
        status=422 if form.is_bound else 200,
    )


@allow(*REPORTERS)
@require_GET
def report_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the reporter where her report stands."""
    return _report_page(request, _own_report(request, public_id), DetailsForm())


@allow(*REPORTERS)
@require_POST
def report_details(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a few words or a photo to one's own report."""
    incident = _own_report(request, public_id)
    form = DetailsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _report_page(request, incident, form, status=422)
    try:
        actions.describe(
            by=Actor.of(request),
            incident=incident,
            description=form.cleaned_data["description"],
            photo=store_photo(request, form.cleaned_data["photo"]),
        )
    except RuleBroken as broken:
        form.add_error("photo" if broken.field == "file" else None, broken.message)
        return _report_page(request, incident, form, status=409)
    messages.success(request, _("Précision ajoutée."))
    return redirect("classrooms:report", public_id=public_id)


@allow(*REPORTERS)
@require_POST
def report_works(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that it works again: nobody needs to come."""
    incident = _own_report(request, public_id)
    actions.works_again(by=Actor.of(request), incident=incident)
    messages.success(request, _("Tant mieux ! Personne ne se déplacera pour rien."))
    return redirect("classrooms:report", public_id=public_id)


def store_photo(request: HttpRequest, upload: UploadedFile[Any] | None) -> Document | None:
    """Keep the photo of a fault, if one came. Raises RuleBroken for what is no photo."""
    if upload is None:
        return None
    return documents.store(upload, by=Actor.of(request), kind=PHOTO.code)


def _own_report(request: HttpRequest, public_id: uuid.UUID) -> Incident:
    user = signed_in(request)
    mine = Q(reporter=user) | Q(pk__in=user.followed_incidents.values("incident"))
    incident: Incident = get_visible(
        Incident.objects.filter(mine).select_related(*SHOWN), user, public_id=public_id
    )
    return incident


def _report_page(
    request: HttpRequest, incident: Incident, form: DetailsForm, status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    notes = incident.notes.filter(author=user, kind=IncidentNote.Kind.DETAIL)
    return render(
        request,
        "classrooms/report.html",
        {
            "incident": incident,
            "form": form,
            "steps": _steps(incident),
            "words": incident.description if incident.reporter_id == user.pk else "",
            "notes": notes.select_related("photo"),
            "may_work": incident.state in (Incident.State.REPORTED, Incident.State.IN_PROGRESS),
        },
        status=status,
    )


def _steps(incident: Incident) -> list[dict[str, object]]:
    """Return the report's way as a timeline."""
    order = [Incident.State.REPORTED, Incident.State.IN_PROGRESS, Incident.State.CLOSED]
    reached = {"reported": 0, "in_progress": 1, "swapped": 1, "closed": 2}[incident.state]
    texts = {
        Incident.State.REPORTED: _("Le technicien de votre école a reçu votre signalement."),
        Incident.State.IN_PROGRESS: (
            _("Un autre appareil a pris sa place : vous pouvez continuer.")
            if incident.swapped_with_id
            else incident.get_pause_display()
            if incident.pause
            else _("Le technicien s’en occupe.")
        ),
        Incident.State.CLOSED: incident.get_outcome_display() if incident.outcome else "",
    }
    when = {
        Incident.State.REPORTED: incident.reported_at,
        Incident.State.IN_PROGRESS: incident.swapped_at or incident.answered_at,
        Incident.State.CLOSED: incident.closed_at,
    }
    steps: list[dict[str, object]] = []
    for index, state in enumerate(order):
        done = index < reached or incident.state == Incident.State.CLOSED
        steps.append(
            {
                "title": state.label,
                "state": "done" if done else "current" if index == reached else "upcoming",
                "at": when.get(state) if index <= reached else None,
                "text": texts[state] if index <= reached else "",
            }
        )
    return steps


@allow(ANYONE)
@require_GET
def label(request: HttpRequest, token: str) -> HttpResponse:
    """Answer whoever scanned a label, according to who they are.

    Staff reach the sheet, teachers of the place the report page. Everybody else learns
    whom to call and nothing more: neither what it is nor where it belongs.
    """
    user = request.user
    if isinstance(user, User):
        device = Device.objects.visible_to(user).filter(label_token=token).first()
        cart = Cart.objects.visible_to(user).filter(label_token=token).first()
        reader = user.has_role(*FLEET_READERS)
        if device is not None:
            name = "classrooms:device" if reader else "classrooms:report_device"
            return redirect(name, tag=device.asset_tag)
        if cart is not None:
            return redirect(
                "classrooms:cart" if reader else "classrooms:report_cart", code=cart.code
            )
    known = (
        Device.objects.filter(label_token=token).exists()
        or Cart.objects.filter(label_token=token).exists()
    )
    if not known:
        raise Http404
    return render(request, "classrooms/label.html", {"phone": settings.FLEET_CONTACT_PHONE})
