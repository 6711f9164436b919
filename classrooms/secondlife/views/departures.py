"""Devices on their way out: proposed, received in the workshop, followed to the end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.models import Device
from classrooms.queries.devices import identify
from classrooms.secondlife import actions, exports
from classrooms.secondlife.forms import OldSystemForm, ProposeForm, ReceiveForm
from classrooms.secondlife.models import Departure, OldSystem
from classrooms.secondlife.queries.departures import STEPS, candidates, counts, departures
from classrooms.views.common import number, page_of, show
from classrooms.views.ticking import ticks
from core import clock, journal
from core.access import allow, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.spreadsheets import xlsx_response

_STEPS = {
    "collect": gettext_lazy("À rapporter"),
    "bench": gettext_lazy("À l’atelier"),
    "verify": gettext_lazy("À vérifier"),
    "decided": gettext_lazy("Réformés, à sortir"),
    "gone": gettext_lazy("Sortis"),
    "kept": gettext_lazy("Gardés"),
}
#: Steps at which something is to be done: one lands at the first that has any.
_WAITING = ("collect", "bench", "verify", "decided")
#: Reasons that point devices out by themselves.
LISTED = (Departure.Reason.AGE, Departure.Reason.SYSTEM, Departure.Reason.LOST)


@allow(*FLEET_STAFF)
@require_GET
def departure_list(request: HttpRequest) -> HttpResponse:
    """Show the devices of one step, and how many stand at each."""
    user = signed_in(request)
    step, text = _asked(request)
    found = counts(user)
    if "step" not in request.GET and not text:
        step = next((code for code in _WAITING if found[code]), step)
    page = page_of(request, departures(user, step, text))
    return show(
        request,
        "secondlife/departures.html",
        "departures",
        page=page,
        ticks=ticks(
            request,
            "pick",
            [row for row in page if not row.device.is_missing] if step == "collect" else (),
            value=lambda row: row.pk,
            by=[lambda row: (row.device.place, row.device.place)],
        ),
        step=step,
        text=text,
        steps=[(code, label, found[code]) for code, label in _STEPS.items()],
        receive=ReceiveForm(),
    )


def _asked(request: HttpRequest) -> tuple[str, str]:
    step = request.GET.get("step", "")
    return step if step in STEPS else "collect", request.GET.get("q", "")[:60]


@allow(*FLEET_STAFF)
@require_GET
def departure_export(request: HttpRequest) -> HttpResponse:
    """Download the devices of one step."""
    step, text = _asked(request)
    rows = departures(signed_in(request), step, text)
    name = f"seconde-vie-{step}-{clock.today():%Y-%m-%d}.xlsx"
    return xlsx_response(exports.departures_xlsx(rows), name)


def picked(request: HttpRequest, name: str = "pick") -> list[int]:
    """Return the numbers ticked in a list."""
    found = (number(text) for text in request.POST.getlist(name)[:200])
    return [pk for pk in found if pk is not None]


@allow(*FLEET_STAFF)
@require_POST
def departure_receive(request: HttpRequest) -> HttpResponse:
    """Note that the devices ticked are in the workshop now."""
    user = signed_in(request)
    form = ReceiveForm(request.POST)
    chosen = Departure.objects.visible_to(user).filter(pk__in=picked(request))
    if not form.is_valid() or not chosen:
        messages.error(request, _("Cochez les appareils que vous avez rapportés."))
        return redirect("secondlife:departures")
    came = actions.receive(
        by=Actor.of(request), departures=chosen, depot=form.cleaned_data["depot"]
    )
    messages.success(
        request,
        ngettext(
            "%(count)d appareil est à l’atelier.",
            "%(count)d appareils sont à l’atelier.",
            len(came),
        )
        % {"count": len(came)},
    )
    return redirect("secondlife:departures")


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Show what a reason points out; propose what is ticked, typed or scanned."""
    user = signed_in(request)
    asked = request.GET.get("reason", "")
    reason = asked if asked in LISTED else Departure.Reason.AGE
    form = ProposeForm(request.POST or None, initial={"reason": reason})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _proposed(request, form)
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
        reason = form.data.get("reason", reason)
        reason = reason if reason in LISTED else Departure.Reason.AGE
    page = page_of(request, candidates(user, reason, clock.today()))
    return show(
        request,
        "secondlife/propose.html",
        "departures",
        status=status,
        form=form,
        reason=reason,
        reasons=[(code, code.label) for code in LISTED],
        page=page,
        ticks=ticks(
            request,
            "pick",
            page,
            value=lambda row: row.pk,
            by=[lambda row: (row.place, row.place), lambda row: (row.model_id, row.model)],
        ),
        systems=OldSystem.objects.visible_to(user).select_related("category"),
        system_form=OldSystemForm(),
        may_decide=user.has_role(*FLEET_MANAGERS),
    )


def _proposed(request: HttpRequest, form: ProposeForm) -> HttpResponse:
    user = signed_in(request)
    devices = list(Device.objects.visible_to(user).live().filter(pk__in=picked(request)))
    if typed := form.cleaned_data["typed"].strip():
        device = identify(user, typed)
        if device is None:
            raise RuleBroken(
                "typed", _("Aucun appareil de votre parc ne porte ce numéro."), "typed"
            )
        devices.append(device)
    if not devices:
        raise RuleBroken("typed", _("Cochez des appareils, ou tapez un numéro."), "typed")
    made = actions.propose(
        by=Actor.of(request),
        devices=devices,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    if not made:
        raise RuleBroken("known", _("C’est déjà proposé : la séance en décidera."), "typed")
    messages.success(
        request,
        ngettext("%(count)d appareil proposé.", "%(count)d appareils proposés.", len(made))
        % {"count": len(made)},
    )
    return redirect("secondlife:departures")


@allow(*FLEET_MANAGERS)
@require_POST
def old_system(request: HttpRequest) -> HttpResponse:
    """Add a system without updates to the list, or take one off it."""
    if pk := number(request.POST.get("drop", "")):
        row = OldSystem.objects.filter(pk=pk).first()
        if row is not None:
            journal.record(Actor.of(request), "old_system.drop", row)
            row.delete()
        return _to_systems()
    form = OldSystemForm(request.POST)
    if form.is_valid():
        journal.record(Actor.of(request), "old_system.add", form.save())
        messages.success(request, _("Les appareils sous ce système sont maintenant signalés."))
    else:
        messages.error(request, _("Ce système est déjà dans la liste, ou il manque un mot."))
    return _to_systems()


def _to_systems() -> HttpResponse:
    response: HttpResponse = redirect("secondlife:propose")
    response["Location"] += "?reason=system"
    return response
