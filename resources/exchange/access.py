"""What anybody at all may know of the catalogue."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from resources.catalogue.access import window_of
from resources.catalogue.models import Resource


def public_resources() -> QuerySet[Any]:
    """Return the resources whose notices are open: validated, open today, for every school.

    The same window as a partner system's. A draft, a withdrawn resource and one kept for
    some schools or classes are in it for nobody.
    """
    found: QuerySet[Any] = Resource.objects.within(window_of(None))
    return found
