"""Paying: to the provider's page and back, and what the provider tells us."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.access import ANYONE, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from payments.actions.cards import start_payment
from payments.actions.events import process
from payments.actions.settle import refresh
from payments.models import Invoice, PaymentAttempt
from payments.provider import BadNotification, ProviderDown, ProviderRefused, get_provider
from payments.queries import payer_of

#: A notification is a few kilobytes.
_LARGEST_NOTIFICATION = 500_000


@allow(Role.GUARDIAN)
def pay(request: HttpRequest) -> HttpResponse:
    """Open the provider's page for one or several of one's own bills, and go there."""
    if request.method != "POST":
        return redirect("payments:home")
    user = signed_in(request)
    payer = payer_of(user)
    wanted = request.POST.getlist("invoice")[:100]
    try:
        mine = Invoice.objects.of_person(user).filter(public_id__in=wanted)
        invoices = list(mine.visible_to(user).order_by("pk"))
    except ValidationError:
        invoices = []
    back = ("payments:invoice", invoices[0].public_id) if len(invoices) == 1 else ("payments:home",)
    if payer is None or not invoices:
        messages.error(request, _("Choisissez au moins une facture à payer."))
        return redirect("payments:home")
    try:
        attempt = start_payment(by=Actor.of(request), payer=payer, invoices=invoices)
    except RuleBroken as broken:
        tone = messages.success if broken.code == "already_paid" else messages.error
        tone(request, broken.message)
        return redirect(*back)
    return redirect(attempt.hosted_url)


@allow(Role.GUARDIAN)
def come_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Welcome somebody back from the provider's page: read how the payment stands there.

    Does not trust the address; works whether the notification came before or not yet.
    """
    user = signed_in(request)
    attempt: PaymentAttempt = get_visible(
        PaymentAttempt.objects.of_person(user), user, public_id=public_id
    )
    unreachable = False
    if attempt.is_pending:
        try:
            attempt = refresh(attempt, by=SYSTEM)
        except (ProviderDown, ProviderRefused):
            unreachable = True
    if not attempt.is_pending and attempt.state != PaymentAttempt.State.ANOMALY:
        return redirect("payments:payment", attempt.public_id)
    if request.GET.get("annule") and attempt.state == PaymentAttempt.State.OPEN:
        messages.info(request, _("Vous n’avez pas payé : rien n’a été débité."))
        return redirect("payments:home")
    return _show(request, attempt, unreachable=unreachable)


@allow(Role.GUARDIAN, Role.REVENUE_OFFICER)
def payment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a card payment and its receipt."""
    attempt: PaymentAttempt = get_visible(
        PaymentAttempt.objects, signed_in(request), public_id=public_id
    )
    return _show(request, attempt, unreachable=False)


def _show(request: HttpRequest, attempt: PaymentAttempt, *, unreachable: bool) -> HttpResponse:
    return render(
        request,
        "payments/payment.html",
        {
            "attempt": attempt,
            "lines": attempt.lines.select_related("invoice").order_by("pk"),
            "refunds": attempt.refunds.exclude(state="failed").order_by("created_at"),
            "unreachable": unreachable,
            "mine": PaymentAttempt.objects.of_person(signed_in(request))
            .filter(pk=attempt.pk)
            .exists(),
        },
    )


@allow(ANYONE)
@csrf_exempt
@require_POST
def notification(request: HttpRequest) -> HttpResponse:
    """Hear the provider: 400 when it is not it, 200 when done or done before, 500 to hear again."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST_NOTIFICATION:
        return JsonResponse({"code": "too_large"}, status=413)
    provider = get_provider()
    try:
        note = provider.parse_notification(request.body, request.headers)
    except BadNotification as bad:
        return JsonResponse({"code": str(bad)}, status=400)
    try:
        fresh = process(provider, note)
    except (ProviderDown, RuleBroken):
        return JsonResponse({"code": "later"}, status=500)
    return JsonResponse({"received": True, "new": fresh})
