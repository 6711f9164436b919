"""One resource: its page, opening it, keeping it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.journal import Actor
from core.paging import page_of
from resources.catalogue import actions, asking, details, extending, finding, panels, pictures
from resources.catalogue.access import EDITORS, READERS, window_of
from resources.catalogue.models import Favourite, Resource
from resources.catalogue.views.search import favourite_keys


class _Replaced(Exception):
    """The resource gave way to another, at whose address it is found now."""


def _resource(user: User, identifier: str) -> Resource:
    rows = Resource.objects.select_related("pedagogical_type", "document_type", "licence")
    try:
        found: Resource = get_visible(rows, user, identifier=identifier)
    except Http404:
        found = _heir(user, identifier)
        raise _Replaced(found.identifier) from None
    if found.replaced_by_id:
        raise _Replaced(_heir(user, identifier).identifier)
    return found


def _aloud(resource: Resource) -> str:
    """Return what the device reads to a child: the title, then what it is."""
    return f"{resource.title}. {resource.description}"


def _heir(user: User, identifier: str) -> Resource:
    heir: Resource = get_visible(Resource.objects, user, replaced__identifier=identifier)
    return heir


def leads_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send whoever asks for a resource that gave way to the one that stands for it, for good."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except _Replaced as replaced:
            identifier = str(replaced)
            return redirect("catalogue:resource", identifier=identifier, permanent=True)

    return guarded


@allow(*READERS)
@leads_on
def resource(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show what a resource is, and others on the same notion."""
    user = signed_in(request)
    found = _resource(user, identifier)
    related = finding.related(found, window_of(user))
    pupil = user.has_role(Role.PUPIL)
    picture = pictures.BY_CODE.get(request.GET.get("image", ""))
    return render(
        request,
        "catalogue/resource.html",
        {
            "resource": found,
            "credits": found.contributions.all(),
            "picture": picture,
            "drawn": pictures.drawn([found], picture.code)[0] if picture else "",
            "aloud": _aloud(found),
            "related": related,
            "favourites": favourite_keys(user, [found, *related]),
            "is_pupil": pupil,
            "details": [] if pupil else details.details_of(found),
            "kin": [] if pupil else details.kin_of(found, window_of(user)),
            "may_edit": user.has_role(*EDITORS),
            "may_share": user.has_role(Role.TEACHER),
            "elsewhere": asking.opens_elsewhere(found),
            "acts": panels.resource_acts(request, found),
            "panels": panels.resource_panels(request, found),
            "alternates": extending.alternates(found.identifier),
        },
    )


@allow(*READERS)
@require_POST
@leads_on
def open_resource(request: HttpRequest, identifier: str) -> HttpResponse:
    """Count an opening and lead to the resource, by way of a notice when it is elsewhere."""
    user = signed_in(request)
    found = _resource(user, identifier)
    pupil = user.has_role(Role.PUPIL)
    actions.note_opened(
        resource=found,
        audience=Resource.Audience.LEARNER if pupil else Resource.Audience.TEACHER,
        user=user,
    )
    name = "catalogue:leaving" if asking.opens_elsewhere(found) else "catalogue:sheet"
    return redirect(name, identifier=identifier)


@allow(*READERS)
@leads_on
def leaving(request: HttpRequest, identifier: str) -> HttpResponse:
    """Say that the next page belongs to somebody else, and name it."""
    user = signed_in(request)
    found = _resource(user, identifier)
    if not found.url:
        return redirect("catalogue:sheet", identifier=identifier)
    return render(
        request,
        "catalogue/leaving.html",
        {"resource": found, "is_pupil": user.has_role(Role.PUPIL)},
    )


@allow(*READERS)
@leads_on
def sheet(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show a resource that lives here."""
    user = signed_in(request)
    found = _resource(user, identifier)
    return render(
        request,
        "catalogue/sheet.html",
        {
            "resource": found,
            "aloud": _aloud(found),
            "favourites": favourite_keys(user, [found]),
            "panels": panels.sheet_panels(request, found),
            "is_pupil": user.has_role(Role.PUPIL),
        },
    )


@allow(*READERS)
@require_POST
@leads_on
def favourite(request: HttpRequest, identifier: str) -> HttpResponse:
    """Keep a resource at hand, or no longer; htmx gets the button back, others the page."""
    user = signed_in(request)
    found = _resource(user, identifier)
    kept = request.POST.get("kept") == "1"
    actions.set_favourite(by=Actor.of(request), user=user, resource=found, kept=kept)
    if request.htmx:  # type: ignore[attr-defined]
        context: dict[str, Any] = {"resource": found, "favourites": {found.pk} if kept else set()}
        return render(request, "catalogue/_favourite.html", context)
    if kept:
        messages.success(request, _("C'est gardé dans vos favoris."))
    else:
        messages.success(request, _("Ce n'est plus dans vos favoris."))
    return redirect(_back(request, reverse("catalogue:resource", args=[identifier])))


def _back(request: HttpRequest, default: str) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else default


@allow(*READERS)
def favourites(request: HttpRequest) -> HttpResponse:
    """List what a person keeps at hand and may still open, last kept first."""
    user = signed_in(request)
    visible = Resource.objects.visible_to(user)
    kept = (
        Favourite.objects.visible_to(user)
        .filter(resource__in=visible.values("pk"))
        .select_related(
            "resource__pedagogical_type", "resource__document_type", "resource__licence"
        )
        .prefetch_related("resource__levels", "resource__domains")
    )
    page = page_of(request, kept, asking.PAGE_SIZE)
    resources = [line.resource for line in page]
    return render(
        request,
        "catalogue/favourites.html",
        {
            "page_obj": page,
            "acts": panels.favourites_acts(request, page),
            "resources": resources,
            "favourites": {found.pk for found in resources},
            "is_pupil": user.has_role(Role.PUPIL),
            "answer": None,
        },
    )
