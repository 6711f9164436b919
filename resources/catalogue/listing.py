"""Which resources an editor's list holds: the same for the page and for what is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.accounts.models import User
from resources.catalogue.models import Resource
from resources.search.analysis import stems

#: What may be missing, or want looking at, in a description.
LACKS = {
    "description": _("Sans description"),
    "levels": _("Sans niveau"),
    "domains": _("Sans domaine"),
    "licence": _("Sans licence"),
    "url": _("Sans adresse"),
    "cover": _("Sans image"),
    "link": _("Lien mort ou déplacé"),
    "closed": _("Plus ouverte"),
}
#: Parameters of the list's address that filter it.
FILTERS = ("q", "etat", "niveau", "domaine", "licence", "cout", "donnees", "manque")
_KNOWN: dict[str, frozenset[str]] = {
    "etat": frozenset(Resource.State.values),
    "cout": frozenset(Resource.Cost.values),
    "donnees": frozenset(Resource.PersonalData.values),
    "manque": frozenset(LACKS),
}


def filters_of(params: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address, trimmed; unknown choices are left out."""
    found = {}
    for name in FILTERS:
        value = params.get(name, "").replace("\x00", "").strip()[:120]
        found[name] = value if name not in _KNOWN or value in _KNOWN[name] else ""
    return found


def is_narrowed(filters: Mapping[str, str]) -> bool:
    """Tell whether anything but the state filters the list."""
    return any(value for name, value in filters.items() if name != "etat")


def matching(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Return what ``user`` may see of the resources that the filters leave, in any state."""
    found: QuerySet[Any] = Resource.objects.visible_to(user)
    for stem in stems(filters.get("q", "")):
        found = found.filter(search_text__contains=f" {stem}")
    for name in FILTERS[2:]:
        if filters.get(name):
            found = found.filter(_condition(name, filters[name]))
    return found


def listed(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Return the resources of the list, in no order yet."""
    found = matching(user, filters)
    return found.filter(state=filters["etat"]) if filters.get("etat") else found


def _condition(name: str, value: str) -> Q:
    if name == "niveau":
        levels = Resource.levels.through.objects
        return Q(pk__in=levels.filter(term__code=value).values("resource"))
    if name == "domaine":
        domains = Resource.domains.through.objects
        wanted = Q(term__code=value) | Q(term__code__startswith=f"{value}.")
        return Q(pk__in=domains.filter(wanted).values("resource"))
    if name == "manque":
        return _lack(value)
    field = {"licence": "licence__code", "cout": "cost", "donnees": "personal_data_level"}[name]
    return Q(**{field: value})


def _lack(value: str) -> Q:
    if value in {"levels", "domains"}:
        through: Any = getattr(Resource, value).through
        return ~Q(Exists(through.objects.filter(resource=OuterRef("pk"))))
    return {
        "description": Q(description=""),
        "licence": Q(licence__isnull=True),
        "url": Q(url=""),
        "cover": Q(thumbnail_digest=""),
        "link": Q(link_state__in=[Resource.LinkState.BROKEN, Resource.LinkState.MOVED]),
        "closed": Q(open_to__lt=clock.today()),
    }[value]
