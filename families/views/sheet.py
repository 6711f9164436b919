"""A household's sheet, for the agents who work on families."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST

from core.access import allow, signed_in
from core.journal import Actor, record_read
from families.access.desk import DESK_AGENTS
from families.desk.sheet import Sheet, sheet_of
from families.models import Household


def visible_household(request: HttpRequest, reference: str) -> Household:
    """Return a household by its number, or the one that speaks for it; 404 out of reach."""
    found = (
        Household.objects.visible_to(signed_in(request))
        .select_related("street", "merged_into__street")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(*DESK_AGENTS)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Show everything an agent needs on one page; reading the custody links is journalled."""
    household = visible_household(request, reference)
    if household.merged_into is not None:
        return redirect("families:sheet", reference=household.merged_into.reference)
    gathered = sheet_of(household, signed_in(request))
    by = Actor.of(request)
    for row in gathered.children:
        record_read(by, "custody", row.child, reason="family_sheet")
    return _page(request, gathered)


@allow(*DESK_AGENTS)
@require_POST
def quotient(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the quotient itself, which the sheet keeps back; the reading is journalled."""
    household = visible_household(request, reference)
    gathered = sheet_of(household, signed_in(request))
    if gathered.income is not None:
        record_read(Actor.of(request), "income", gathered.income, reason="family_sheet")
    return _page(request, gathered, quotient=True)


def _page(request: HttpRequest, gathered: Sheet, *, quotient: bool = False) -> HttpResponse:
    response = render(
        request,
        "families/desk/sheet.html",
        {"sheet": gathered, "household": gathered.household, "quotient": quotient},
    )
    add_never_cache_headers(response)
    return response
