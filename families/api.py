"""API operations of the families app."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from core import clock
from core.access import SIGNED_IN, signed_in
from core.accounts.roles import Role
from core.acting import Scope, reaches
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from families.actions.care import add_emergency_contact, answer_photos, end_emergency_contact
from families.actions.children import add_child, add_pickup_contact, end_pickup_contact
from families.actions.health import tell_allergies
from families.actions.household import Address
from families.actions.moves import change_address
from families.care_summary import (
    PhotoLine,
    health_of,
    people_to_call,
    people_who_collect,
    photo_lines,
)
from families.models import Child, EmergencyContact, Guardian, PickupContact, Street
from families.queries import quotient_of
from families.schemas import (
    AllergiesIn,
    CareOut,
    ChildIn,
    ChildOut,
    ContactIn,
    ContactOut,
    HealthOut,
    HouseholdOut,
    MoveIn,
    MoveOut,
    PhotoOut,
    PhotosIn,
    StreetOut,
    StreetQuery,
)
from families.streets import find_streets

router = Router(tags=["families"])
Contact = PickupContact | EmergencyContact


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
        raise RuleBroken("no_household", _("Créez d’abord votre foyer."))
    child = add_child(by=actor_of(request), guardian=guardian, **body.dict())
    return 201, child


def _own_child(request: HttpRequest, reference: str) -> tuple[Guardian, Child]:
    """Return the caller and one of the children over whom they hold authority, or 404."""
    child = Child.objects.of_guardian(signed_in(request)).filter(reference=reference).first()
    if child is None:
        raise Http404
    return _guardian(request), child


def _contact(contact: Contact, guardian: Guardian) -> dict[str, Any]:
    mine = contact.added_by_id == guardian.pk
    return {
        "id": contact.pk,
        "name": contact.name,
        "relation": contact.relation,
        "phone": contact.phone if mine else None,
    }


def _care(request: HttpRequest, guardian: Guardian, child: Child) -> dict[str, Any]:
    links, collectors = people_who_collect(child)
    _links, contacts = people_to_call(child)
    return {
        "collected_by": [link.guardian.full_name for link in links],
        "pickup_contacts": [_contact(contact, guardian) for contact in collectors],
        "emergency_contacts": [_contact(contact, guardian) for contact in contacts],
        "photos": photo_lines([child], guardian)[child.pk],
        "health": _health(child) if reaches(signed_in(request), Scope.HEALTH) else None,
    }


def _health(child: Child) -> dict[str, Any]:
    told = health_of(child)
    return {
        "plan_allergens": told.plan.allergens if told.plan else [],
        "plan_ends_on": told.plan.ends_on if told.plan else None,
        "plan_to_confirm": told.to_confirm is not None,
        "brings_packed_lunch": bool(told.plan and told.plan.brings_packed_lunch),
        "told_allergens": told.allergy.allergens if told.allergy else [],
    }


@router.get("/children/{reference}/care", response=CareOut, summary="My child's care")
@allow_api(Role.GUARDIAN, scope="")
def get_care(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Return who collects, whom to call, pictures, health; never another parent's telephone."""
    return _care(request, *_own_child(request, reference))


@router.post(
    "/children/{reference}/pickup-contacts",
    response={201: ContactOut},
    summary="Let somebody collect my child",
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def post_pickup(
    request: HttpRequest, reference: str, body: ContactIn
) -> tuple[int, dict[str, Any]]:
    """Name somebody who may collect the child; the school asks them for an identity card."""
    guardian, child = _own_child(request, reference)
    contact = add_pickup_contact(
        by=actor_of(request), guardian=guardian, child=child, **body.dict()
    )
    return 201, _contact(contact, guardian)


@router.delete(
    "/children/{reference}/pickup-contacts/{int:pk}",
    response={204: None},
    summary="Take that permission back",
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def delete_pickup(request: HttpRequest, reference: str, pk: int) -> tuple[int, None]:
    """End a permission from today on, whoever of the parents gave it."""
    _guardian_found, child = _own_child(request, reference)
    contact = child.pickup_contacts.filter(pk=pk).first()
    if contact is None:
        raise Http404
    end_pickup_contact(by=actor_of(request), contact=contact)
    return 204, None


@router.post(
    "/children/{reference}/emergency-contacts",
    response={201: ContactOut},
    summary="Name somebody to call for my child",
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def post_emergency(
    request: HttpRequest, reference: str, body: ContactIn
) -> tuple[int, dict[str, Any]]:
    """Add somebody to call when the parents do not answer; five at most."""
    guardian, child = _own_child(request, reference)
    contact = add_emergency_contact(
        by=actor_of(request), guardian=guardian, child=child, **body.dict()
    )
    return 201, _contact(contact, guardian)


@router.delete(
    "/children/{reference}/emergency-contacts/{int:pk}",
    response={204: None},
    summary="Take somebody off the list of people to call",
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def delete_emergency(request: HttpRequest, reference: str, pk: int) -> tuple[int, None]:
    """End it from today on."""
    _guardian_found, child = _own_child(request, reference)
    contact = child.emergency_contacts.filter(pk=pk).first()
    if contact is None:
        raise Http404
    end_emergency_contact(by=actor_of(request), contact=contact)
    return 204, None


@router.put(
    "/children/{reference}/photo-answers",
    response=list[PhotoOut],
    summary="Say where pictures of my child may be shown",
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def put_photos(request: HttpRequest, reference: str, body: PhotosIn) -> list[PhotoLine]:
    """Answer for some uses; one no is a no, what is published needs a yes of each parent."""
    guardian, child = _own_child(request, reference)
    given = {use: said for use, said in body.dict(by_alias=True).items() if said is not None}
    answer_photos(by=actor_of(request), guardian=guardian, child=child, answers=given)
    return photo_lines([child], guardian)[child.pk]


@router.put(
    "/children/{reference}/allergies", response=HealthOut, summary="Tell my child's allergies"
)
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def put_allergies(request: HttpRequest, reference: str, body: AllergiesIn) -> dict[str, Any]:
    """Replace what was told; without a care plan the kitchen cannot adapt the tray."""
    guardian, child = _own_child(request, reference)
    if not reaches(signed_in(request), Scope.HEALTH):
        raise Http404
    tell_allergies(by=actor_of(request), guardian=guardian, child=child, **body.dict())
    return _health(child)


@router.post("/me/moves", response={201: MoveOut}, summary="Declare a new address")
@allow_api(Role.GUARDIAN, scope="")
@idempotent
def post_move(request: HttpRequest, body: MoveIn) -> tuple[int, dict[str, Any]]:
    """Declare an address from a day on, for the household or for oneself alone.

    It never changes a school place: the children in ``asked`` stay where they are until the
    family says otherwise.
    """
    street = Street.objects.filter(code=body.street).first() if body.street else None
    if body.street and street is None:
        raise RuleBroken("street", _("Cette voie n’est pas dans le registre."), "street")
    if street is None and not (body.street_text and body.postcode and body.city):
        raise RuleBroken("address", _("Complétez l’adresse."), "street_text")
    declared = Address(
        street=street,
        **body.dict(include={"street_text", "number", "suffix", "complement", "postcode", "city"}),
    )
    home = change_address(
        by=actor_of(request),
        guardian=_guardian(request),
        address=declared,
        city=settings.CITY_NAME,
        alone=body.alone,
        starts_on=body.starts_on,
    )
    asked = home.questions.filter(answer="").order_by("pk").values_list("child__reference")
    return 201, {
        "address": home.lines,
        "starts_on": home.starts_on,
        "in_force": home.applied_at is not None,
        "asked": [reference for (reference,) in asked],
    }
