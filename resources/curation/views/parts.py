"""What the pages of this app share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from core.access import get_visible
from core.accounts.models import User
from resources.catalogue.models import Resource
from resources.curation.access import EditableCollections
from resources.curation.models import Collection


def back(request: HttpRequest, default: str) -> str:
    """Return where a form says to go next, if that is a page of ours."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else default


def read_collection(user: User, public_id: uuid.UUID) -> Collection:
    """Return a collection that a person may read, or 404."""
    found: Collection = get_visible(
        Collection.objects.select_related("owner", "school"), user, public_id=public_id
    )
    return found


def own_collection(user: User, public_id: uuid.UUID) -> Collection:
    """Return a collection that a person may change, or 404."""
    found: Collection = get_visible(EditableCollections(), user, public_id=public_id)
    return found


def read_resource(user: User, identifier: str) -> Resource:
    """Return a resource that a person may open, or 404."""
    found: Resource = get_visible(
        Resource.objects.select_related("pedagogical_type", "document_type"),
        user,
        identifier=identifier,
    )
    return found


def number_of(data: Any, name: str) -> int:
    """Return a whole number of a form; 0 for nonsense."""
    value = data.get(name, "")[:12]
    return int(value) if value.isascii() and value.isdigit() else 0
