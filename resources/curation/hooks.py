"""What curation puts on the pages of the catalogue and of class spaces."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.access import signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.templatetags.ui import icon
from enrolment.schools.models import ClassGroup
from resources.catalogue import panels as rooms
from resources.catalogue.addresses import address_of
from resources.catalogue.models import Resource
from resources.catalogue.panels import Panel
from resources.curation.access import CURATORS, openable
from resources.curation.models import ClassShare, Collection, CollectionItem, Review
from resources.workspace import panels as class_rooms

#: Comments read at once on a resource's page, and those that unfold.
FIRST_COMMENTS, MAX_COMMENTS = 4, 40
#: Collections shown at once in a class space, and resources of each.
SHOWN, FIRST_RESOURCES = 6, 3


def _curates(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.has_role(*CURATORS)


def add_act(request: HttpRequest, resource: Resource) -> Panel | None:
    """Offer to put a resource into a collection."""
    if not _curates(request):
        return None
    return Panel("curation/parts/add_act.html", {"resource": resource}, order=20)


def card_act(request: HttpRequest, resource: Resource) -> SafeString | str:
    """Offer it from a list, and lead back there."""
    if not _curates(request):
        return ""
    return format_html(
        '<a class="card-act" href="{}{}">{}<span class="visually-hidden">{}</span></a>',
        address_of("curation:add", resource.identifier),
        _back_here(request),
        icon("folder"),
        _("Ajouter « %(title)s » à une collection") % {"title": resource.title},
    )


def _back_here(request: HttpRequest) -> str:
    """Return where to come back to, as a query; written once for all the rows of a page."""
    known: str | None = getattr(request, "_curation_back", None)
    if known is None:
        here = request.get_full_path() if request.method == "GET" else ""
        known = f"?{urlencode({'next': here})}" if here else ""
        request._curation_back = known  # type: ignore[attr-defined]
    return known


def suggest_panel(request: HttpRequest, _subject: Any) -> Panel | None:
    """Offer to suggest what was not found."""
    if not _curates(request):
        return None
    return Panel("curation/parts/suggest.html")


def favourites_act(request: HttpRequest, page: Any) -> Panel | None:
    """Offer to make a collection of what one keeps at hand."""
    if not _curates(request) or not page.paginator.count:
        return None
    return Panel("curation/parts/favourites_act.html", {"count": page.paginator.count})


def reviews_panel(request: HttpRequest, resource: Resource) -> Panel | None:
    """Show what teachers think of a resource; pupils neither see nor give stars."""
    if not _curates(request):
        return None
    user = signed_in(request)
    shown = Review.objects.shown().filter(resource=resource)
    comments = list(
        shown.exclude(comment="")
        .exclude(author=user)
        .select_related("school")
        .order_by("-updated_at", "-pk")[:MAX_COMMENTS]
    )
    context = {
        "resource": resource,
        "own": Review.objects.filter(resource=resource, author=user).first(),
        "first": comments[:FIRST_COMMENTS],
        "others": comments[FIRST_COMMENTS:],
    }
    return Panel("curation/parts/reviews.html", context, order=70)


def problem_act(request: HttpRequest, resource: Resource) -> Panel | None:
    """Offer to say that something is wrong with a resource."""
    pupil = signed_in(request).has_role(Role.PUPIL)
    return Panel("curation/parts/problem_act.html", {"resource": resource, "pupil": pupil}, 90)


def _shown_in(request: HttpRequest, class_group: ClassGroup) -> list[dict[str, Any]]:
    """Return the class's collections, each with its first resources that one may open.

    Three queries, however many collections.
    """
    user = signed_in(request)
    resources = openable(user)
    shares = ClassShare.objects.visible_to(user).filter(class_group=class_group)
    found = Collection.objects.filter(pk__in=shares.values("collection"))
    listed = found.counted_for(resources).order_by("-updated_at", "-pk")
    if user.has_role(Role.PUPIL):
        listed = listed.filter(shown_count__gt=0)
    collections = list(listed[: SHOWN + 1])
    firsts: dict[int, list[Resource]] = {}
    items = CollectionItem.objects.filter(
        collection__in=collections[:SHOWN], resource__in=resources.values("pk")
    ).select_related("resource__document_type")
    for item in items.order_by("collection", "position"):
        firsts.setdefault(item.collection_id, []).append(item.resource)
    return [
        {"collection": found, "firsts": firsts.get(found.pk, [])[:FIRST_RESOURCES]}
        for found in collections
    ]


def class_panel(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Show the class's collections to its teacher."""
    found = _shown_in(request, class_group)
    context = {"rows": found[:SHOWN], "more": len(found) > SHOWN}
    return Panel("curation/parts/class_panel.html", context, order=60)


def pupil_panel(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Show the class's collections to a pupil."""
    found = _shown_in(request, class_group)
    if not found:
        return None
    return Panel("curation/parts/pupil_panel.html", {"rows": found[:SHOWN]}, order=60)


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    from resources.catalogue.replacing import register_follower
    from resources.curation.actions import collections, reviews

    register_follower("curation.Review.resource", reviews.follow_resource)
    register_follower("curation.CollectionItem.resource", collections.follow_resource)
    rooms.register_resource_acts(add_act)
    rooms.register_resource_acts(problem_act)
    rooms.register_resource_panel(reviews_panel)
    rooms.register_sheet_panel(problem_act)
    rooms.register_card_acts(card_act)
    rooms.register_favourites_acts(favourites_act)
    rooms.register_results_panel(suggest_panel)
    class_rooms.register_class_panel(class_panel)
    class_rooms.register_pupil_panel(pupil_panel)
