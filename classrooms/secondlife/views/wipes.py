"""One record of removed data: its certificate, and taking it back when it was a mistake."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classrooms.access import FLEET_STAFF
from classrooms.secondlife import actions, papers
from classrooms.secondlife.actions.withdrawals import may_withdraw
from classrooms.secondlife.forms import WithdrawForm
from classrooms.secondlife.models import Departure, Wipe
from classrooms.views.common import show
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response


@allow(*FLEET_STAFF)
@require_GET
def certificate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the certificate of a verified wipe."""
    found: Wipe = get_visible(
        Wipe.objects.exclude(verified_at=None).select_related(
            "device__model__category", "done_by", "verified_by"
        ),
        signed_in(request),
        public_id=public_id,
    )
    return pdf_response(papers.certificate(found), f"certificat-{found.number}.pdf")


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask why a wipe never was, say what follows, then withdraw it."""
    user = signed_in(request)
    wipe: Wipe = get_visible(
        Wipe.objects.select_related("device__model__category", "done_by", "verified_by"),
        user,
        public_id=public_id,
    )
    last = (
        Departure.objects.visible_to(user)
        .filter(device=wipe.device_id)
        .order_by("-proposed_at", "-pk")
        .first()
    )
    back = (
        redirect("secondlife:file", public_id=last.public_id)
        if last is not None
        else redirect("classrooms:device", tag=wipe.device.asset_tag)
    )
    if wipe.result == Wipe.Result.WITHDRAWN:
        messages.info(request, _("Cet effacement est déjà retiré."))
        return back
    if not may_withdraw(user, wipe):
        raise RuleBroken(
            "not_yours", _("Seule la personne qui l’a noté, ou un responsable, peut le retirer.")
        )
    form, status = WithdrawForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.withdraw_wipe(by=Actor.of(request), wipe=wipe, why=form.cleaned_data["why"])
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
            else:
                messages.success(
                    request, _("Effacement retiré. Les données sont de nouveau à effacer.")
                )
                return back
    return show(
        request,
        "secondlife/withdraw.html",
        "departures",
        status=status,
        wipe=wipe,
        device=wipe.device,
        form=form,
        back=back.url,
        reopens=last is not None and last.state == Departure.State.REUSED,
    )
