"""The month's billing: start, look, confirm, watch."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from families.models import Child
from payments.actions import billing
from payments.forms import MonthForm
from payments.models import BillingRun

#: How many months back one may still bill.
_MONTHS_BACK = 6


def _open_months() -> list[dt.date]:
    """Months that have begun and may still be billed, the last full one first.

    None before a month already billed: what such a month left behind goes with the next one.
    """
    today = clock.today()
    months, month = [], today.replace(day=1)
    for _step in range(_MONTHS_BACK):
        months.append(month)
        month = (month - dt.timedelta(days=1)).replace(day=1)
    last = BillingRun.objects.order_by("-month").values_list("month", flat=True).first()
    return [m for m in (*months[1:], months[0]) if last is None or m > last]


@allow(Role.REVENUE_OFFICER)
def runs(request: HttpRequest) -> HttpResponse:
    """List the months billed, and start the next one."""
    user = signed_in(request)
    form = MonthForm(request.POST or None, months=_open_months())
    if request.method == "POST" and form.is_valid():
        run = billing.start_run(by=Actor.of(request), month=form.cleaned_data["month"])
        return redirect("payments:run", run.public_id)
    listed = BillingRun.objects.visible_to(user).order_by("-month")
    return render(
        request,
        "payments/office/runs.html",
        {"form": form, "runs": list(listed[:24]), "here": "runs"},
    )


@allow(Role.REVENUE_OFFICER)
def run(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show where a month's billing stands: progress, preview to confirm, or result."""
    found: BillingRun = get_visible(BillingRun.objects, signed_in(request), public_id=public_id)
    orphans = Child.objects.filter(pk__in=found.preview.get("no_payer_children", [])).order_by(
        "family_name", "given_name", "pk"
    )
    return render(
        request,
        "payments/office/run.html",
        {
            "run": found,
            "preview": found.preview,
            "orphans": list(orphans),
            "steps": [
                _("Rassembler les repas"),
                _("Vérifier"),
                _("Émettre les factures"),
                _("Terminé"),
            ],
            "step": {"collecting": 1, "ready": 2, "invoicing": 3, "done": 5}[found.state],
            "unfinished": found.state == "ready" and found.month >= clock.today().replace(day=1),
            "moving": found.state in {"collecting", "invoicing"},
            "here": "runs",
        },
    )


@allow(Role.REVENUE_OFFICER)
def act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Confirm a preview, or have it computed again."""
    found: BillingRun = get_visible(BillingRun.objects, signed_in(request), public_id=public_id)
    if request.method == "POST":
        if "again" in request.POST:
            billing.recompute(by=Actor.of(request), run=found)
            messages.success(request, _("Le calcul recommence."))
        else:
            billing.confirm(by=Actor.of(request), run=found)
    return redirect("payments:run", found.public_id)
