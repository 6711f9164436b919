"""The catalogue for programs: search, and one resource by its identifier."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from core.accounts.models import User
from core.api import allow_api
from core.partners import PartnerToken
from resources.catalogue import asking, finding
from resources.catalogue.access import READERS, Window, near_levels, window_of
from resources.catalogue.models import Resource

router = Router(tags=["catalogue"])


class ResourceOut(Schema):
    """A resource under the names of ScoLOMFR's core."""

    identifier: str
    title: str
    description: str
    keywords: list[str]
    language: str
    levels: list[str] = Field(description="Codes from TPS to CM2")
    domains: list[str] = Field(description="Codes such as maths.nombres")
    pedagogical_type: str | None
    document_type: str | None
    audience: str
    duration_minutes: int | None
    cost: str
    licence: str | None
    personal_data_level: str
    url: str
    published_on: dt.date | None


class SearchOut(Schema):
    """One page of results and the count of each facet's values."""

    total: int
    page: int
    pages: int
    items: list[ResourceOut]
    facets: dict[str, dict[str, int]]
    corrected: str = Field(description="The query as understood when words were corrected")
    understood: list[dict[str, str]] = Field(description="Words that were read as filters")


def _out(resource: Resource) -> dict[str, Any]:
    return {
        "identifier": resource.identifier,
        "title": resource.title,
        "description": resource.description,
        "keywords": resource.keywords,
        "language": resource.language,
        "levels": [term.code for term in resource.shown_levels],
        "domains": [term.code for term in resource.shown_domains],
        "pedagogical_type": resource.pedagogical_type.code if resource.pedagogical_type else None,
        "document_type": resource.document_type.code if resource.document_type else None,
        "audience": resource.audience,
        "duration_minutes": resource.duration_minutes,
        "cost": resource.cost,
        "licence": resource.licence.code if resource.licence else None,
        "personal_data_level": resource.personal_data_level,
        "url": resource.url,
        "published_on": resource.published_on,
    }


def _window(request: HttpRequest) -> Window:
    """Partner systems find what teachers find; people what they find on the pages."""
    caller = getattr(request, "auth", None)
    if isinstance(caller, PartnerToken):
        return window_of(None)
    user = request.user
    return window_of(user if isinstance(user, User) else None)


@router.get("/", response=SearchOut, summary="Chercher dans le catalogue")
@allow_api(*READERS, scope="catalogue:read")
def search_resources(  # noqa: PLR0917
    request: HttpRequest,
    q: str = "",
    niveau: str = "",
    domaine: str = "",
    type: str = "",  # noqa: A002
    cout: str = "",
    tri: str = "pertinence",
    page: int = 1,
) -> dict[str, Any]:
    """Search by words and facets; a parameter may be repeated for several values.

    Words such as "CM1", "jeu" or "gratuit" in ``q`` are read as filters and listed in
    ``understood``.
    """
    user = request.user
    levels = near_levels(user) if isinstance(user, User) else ()
    window = _window(request)
    ask, number = asking.ask_of(request.GET, near_levels=levels, near_places=window.schools)
    found = finding.find(ask, window)
    answer = found.answer
    return {
        "total": answer.total,
        "page": number,
        "pages": max(1, -(-answer.total // asking.PAGE_SIZE)),
        "items": [_out(resource) for resource in found.resources],
        "facets": answer.facets,
        "corrected": answer.corrected,
        "understood": [
            {"facet": chip.facet, "value": chip.value, "words": chip.written}
            for chip in answer.chips
        ],
    }


@router.get("/{identifier}", response=ResourceOut, summary="Une ressource")
@allow_api(*READERS, scope="catalogue:read")
def resource_by_identifier(request: HttpRequest, identifier: str) -> dict[str, Any]:
    """Return one resource, or 404 when it may not be seen."""
    visible = Resource.objects.within(_window(request)).select_related(
        "pedagogical_type", "document_type", "licence"
    )
    found = visible.filter(identifier=identifier).first()
    if found is None:  # perhaps a duplicate that gave way: its heir answers, under its own name
        found = get_object_or_404(visible, replaced__identifier=identifier)
    return _out(found)
