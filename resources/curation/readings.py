"""What a person reads of a collection: the resources they may open, the rest explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.accounts.models import User
from resources.catalogue.models import Favourite, Resource
from resources.curation.access import openable
from resources.curation.models import Collection, CollectionItem


@dataclass(frozen=True)
class Line:
    """An item as one reads it: ``resource`` is None where it may not be opened, then ``why``."""

    item: CollectionItem
    number: int
    resource: Resource | None
    why: str = ""


def lines_of(collection: Collection, user: User | None, *, explain: bool = False) -> list[Line]:
    """Return the items that a person may open, numbered as they see them.

    With ``explain``, for who keeps the collection, those that cannot be opened stay in their
    place, without a word of what they are. Five queries, however many items.
    """
    items = list(
        CollectionItem.objects.filter(collection=collection)
        .select_related(
            "resource__pedagogical_type", "resource__document_type", "resource__licence"
        )
        .prefetch_related("resource__levels", "resource__domains")
        .order_by("position")
    )
    open_now = set(
        openable(user)
        .filter(pk__in=[item.resource_id for item in items])
        .values_list("pk", flat=True)
    )
    found: list[Line] = []
    for item in items:
        if item.resource_id in open_now:
            found.append(Line(item, len(found) + 1, item.resource))
        elif explain:
            found.append(Line(item, len(found) + 1, None, why_closed(item.resource)))
    return found


def why_closed(resource: Resource) -> str:
    """Say why a resource cannot be opened, naming nothing of it."""
    today = clock.today()
    if resource.state != Resource.State.VALIDATED:
        return _("Elle n’est plus au catalogue.")
    if resource.open_from and resource.open_from > today:
        return _("Elle ouvrira le %(day)s.") % {
            "day": date_format(resource.open_from, "DATE_FORMAT")
        }
    if resource.open_to and resource.open_to < today:
        return _("Elle n’est plus ouverte depuis le %(day)s.") % {
            "day": date_format(resource.open_to, "DATE_FORMAT")
        }
    return _("Elle est réservée à d’autres écoles ou à d’autres classes.")


def favourites_of(user: User, lines: list[Line]) -> set[int]:
    """Return which of the resources shown one keeps at hand."""
    shown = [line.resource.pk for line in lines if line.resource is not None]
    kept = Favourite.objects.filter(user=user, resource__in=shown)
    return set(kept.values_list("resource", flat=True))


def credit(collection: Collection, user: User | None) -> str:
    """Say whose a collection is, as far as a reader may know."""
    if collection.reach == Collection.Reach.CITY:
        if collection.school is not None:
            return _("Les documentalistes, d’après %(school)s") % {"school": collection.school.name}
        return _("Les documentalistes de la Ville")
    if collection.owner_id is not None and user is not None and collection.owner_id == user.pk:
        return _("Vous")
    return collection.owner.get_full_name() if collection.owner else ""


def printed_credit(collection: Collection, user: User) -> str:
    """Return whose a collection is, on paper: one's own name instead of "you"."""
    if collection.owner_id == user.pk:
        return user.get_full_name()
    return credit(collection, user)


def origin(collection: Collection, user: User) -> dict[str, Any] | None:
    """Return what a collection is based on: its name and address only if one may read it."""
    if collection.based_on_id is None:
        return None
    source = Collection.objects.visible_to(user).filter(pk=collection.based_on_id).first()
    return {"collection": source}
