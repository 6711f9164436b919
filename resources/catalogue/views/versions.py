"""What a resource was: its versions, what each changed, and going back to one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from resources.catalogue import history, restoring
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource, Revision
from resources.catalogue.wording import Wording

PAGE_SIZE = 10


@allow(*EDITORS)
def versions(request: HttpRequest, identifier: str) -> HttpResponse:
    """List the versions of a resource, last first, each with what it changed."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    rows = found.revisions.select_related("by", "bulk").order_by("-number")
    page = page_of(request, rows, PAGE_SIZE)
    shown = list(page)
    before = _befores(found, shown)
    wording = Wording()
    listed = [
        {
            "revision": row,
            "changes": [
                wording.change(change)
                for change in history.differences(before.get(row.number - 1, {}), row.snapshot)
            ]
            if row.number - 1 in before
            else [],
            "is_first": row.number == 1,
            "is_current": row.number == found.revision,
        }
        for row in shown
    ]
    context = {"resource": found, "page_obj": page, "listed": listed}
    return render(request, "catalogue/versions.html", context)


def _befores(resource: Resource, shown: list[Revision]) -> dict[int, history.Snapshot]:
    """Return the snapshots of the versions on the page and of the one before them."""
    found = {row.number: row.snapshot for row in shown}
    if shown:
        last = shown[-1].number - 1
        earlier = resource.revisions.filter(number=last).values_list("number", "snapshot")
        found |= dict(earlier)
    return found


@allow(*EDITORS)
def version(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """Show what going back to a version would change, before doing it."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    row = found.revisions.select_related("by").filter(number=number).first()
    if row is None:
        raise Http404
    current = history.snapshots([found.pk])[found.pk]
    wording = Wording()
    changes = [
        wording.change(change)
        for change in history.differences(current, row.snapshot)
        if change.name not in history.APART
    ]
    context = {"resource": found, "revision": row, "changes": changes}
    return render(request, "catalogue/version.html", context)


@allow(*EDITORS)
@require_POST
def restore(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """Write an earlier version again, as a new one."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    row = found.revisions.filter(number=number).first()
    if row is None:
        raise Http404
    base = request.POST.get("base", "")
    try:
        lost = restoring.restore(
            by=Actor.of(request),
            resource=found,
            revision=row,
            base=int(base) if base.isdecimal() and len(base) < 9 else None,
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("catalogue:version", identifier=identifier, number=number)
    messages.success(request, _("La version %(n)s est rétablie.") % {"n": number})
    if lost:
        messages.warning(
            request,
            _("Ce qui n’existe plus n’a pas pu revenir : %(what)s.") % {"what": ", ".join(lost)},
        )
    return redirect("catalogue:edit", identifier=identifier)
