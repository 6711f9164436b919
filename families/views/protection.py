"""The protected address: set by the family or an agent, shown to agents for a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor, record_read
from families.actions.protection import protect_address
from families.forms.separation import ReasonForm
from families.models import Guardian, Household
from families.views.base import household_required


@allow(SIGNED_IN)
@household_required
@require_POST
def protect(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Protect one's household's address, or stop."""
    protected = request.POST.get("protected") == "yes"
    protect_address(by=Actor.of(request), household=guardian.household, protected=protected)
    if protected:
        messages.success(request, _("Votre adresse est protégée."))
    else:
        messages.success(request, _("Votre adresse n’est plus protégée."))
    return redirect("families:address")


@allow(Role.ENROLMENT_AGENT)
def household(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a protected address for a stated reason, which is journalled; set or end it."""
    found: Household = get_visible(
        Household.objects.select_related("street"), signed_in(request), reference=reference
    )
    by = Actor.of(request)
    if request.method == "POST" and "protected" in request.POST:
        protect_address(by=by, household=found, protected=request.POST.get("protected") == "yes")
        messages.success(request, _("C’est enregistré."))
        return redirect("families:household_address", reference=found.reference)
    form = ReasonForm(request.POST or None)
    shown = not found.is_protected
    if request.method == "POST" and form.is_valid():
        record_read(by, "address", found, reason=form.cleaned_data["reason"])
        shown = True
    return render(
        request,
        "families/household_address.html",
        {
            "household": found,
            "guardians": found.guardians.order_by("pk"),
            "form": form,
            "shown": shown,
        },
    )
