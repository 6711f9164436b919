"""API operations of the schools app."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from core.access import SIGNED_IN
from core.api import allow_api
from core.paging import PAGE_PARAMETERS, Page, paginate
from enrolment.schools import queries
from enrolment.schools.catchment import schools_for
from enrolment.schools.models import School, SchoolYear
from enrolment.schools.schemas import CatchmentOut, CatchmentQuery, SchoolOut
from families.models import Street

router = Router(tags=["schools"])


@router.get("", response=Page[SchoolOut], openapi_extra=PAGE_PARAMETERS, summary="List the schools")
@allow_api(SIGNED_IN, scope="schools:read")
def schools(request: HttpRequest) -> dict[str, Any]:
    """Return the open schools by UAI."""
    return paginate(School.objects.filter(is_open=True), request, order=("uai",))


@router.get("/catchment", response=CatchmentOut, summary="Find the school of an address")
@allow_api(SIGNED_IN, scope="schools:read")
def catchment(request: HttpRequest, query: Query[CatchmentQuery]) -> dict[str, Any]:
    """Return the schools whose area holds a street and number in a school year."""
    street = Street.objects.filter(code=query.street).first()
    year = (
        SchoolYear.objects.filter(start_year=query.start_year).first()
        if query.start_year
        else queries.current_year()
    )
    if street is None or year is None:
        raise Http404
    found = schools_for(street, query.number, year, query.level or None)
    outcome = "none" if not found else "found" if len(found) == 1 else "several"
    return {"outcome": outcome, "school_year": str(year), "schools": found}


@router.get("/{uai}", response=SchoolOut, summary="Read a school")
@allow_api(SIGNED_IN, scope="schools:read")
def school(request: HttpRequest, uai: str) -> School:
    """Return one open school."""
    found = School.objects.filter(is_open=True, uai=uai).first()
    if found is None:
        raise Http404
    return found
