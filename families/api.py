"""API operations of the families app."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from core import clock
from core.access import SIGNED_IN, signed_in
from core.accounts.roles import Role
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from families.actions.children import add_child
from families.models import Child, Guardian, Street
from families.queries import quotient_of
from families.schemas import ChildIn, ChildOut, HouseholdOut, StreetOut, StreetQuery
from families.streets import find_streets

router = Router(tags=["families"])


@router.get("/streets", response=list[StreetOut], summary="Find a street of the register")
@allow_api(SIGNED_IN, scope="addresses:read")
def streets(request: HttpRequest, query: Query[StreetQuery]) -> list[Street]:
    """Return up to 20 streets, best first; misspellings are forgiven."""
    return find_streets(query.q, limit=20)


def _guardian(request: HttpRequest) -> Guardian:
    found = (
        Guardian.objects.filter(user=signed_in(request)).select_related("household__street").first()
    )
    if found is None:
        raise Http404
    return found


@router.get("/me", response=HouseholdOut, summary="My household")
@allow_api(Role.GUARDIAN, scope="")
def me(request: HttpRequest) -> dict[str, Any]:
    """Return one's own household and children; never anything of the other parent."""
    guardian = _guardian(request)
    household = guardian.household
    return {
        "reference": household.reference,
        "guardian": guardian.full_name,
        "address": household.address_lines,
        "family_quotient": quotient_of(household, clock.today()),
        "children": list(
            Child.objects.of_guardian(signed_in(request)).order_by("birth_date", "pk")
        ),
    }


@router.post("/children", response={201: ChildOut}, summary="Add a child to my family")
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def post_child(request: HttpRequest, body: ChildIn) -> tuple[int, Child]:
    """Add a child; the same child sent twice is the same child."""
    guardian = Guardian.objects.filter(user=signed_in(request)).first()
    if guardian is None:
        raise RuleBroken("no_household", _("Créez d'abord votre foyer."))
    child = add_child(by=actor_of(request), guardian=guardian, **body.dict())
    return 201, child
