"""What a pupil does with what is given: one tap to open it, one to say it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from resources.assignments.actions import progress
from resources.assignments.models import Assignment, AssignmentItem
from resources.catalogue import asking
from resources.catalogue.models import Resource
from resources.workspace.models import PupilAccount


def _given(user: User, pk: int) -> tuple[PupilAccount, AssignmentItem]:
    """Return a pupil's account and what is given to them, or answer 404.

    The resource must still be open to the pupil: rights come first, whatever was given.
    """
    account = (
        PupilAccount.objects.visible_to(user)
        .filter(user=user, state=PupilAccount.State.ACTIVE)
        .select_related("user")
        .first()
    )
    item = (
        AssignmentItem.objects.filter(
            pk=pk,
            assignment__in=Assignment.objects.for_pupil(user).values("pk"),
            resource__in=Resource.objects.visible_to(user).values("pk"),
        )
        .select_related("resource", "assignment__class_group")
        .first()
    )
    if account is None or item is None:
        raise Http404
    return account, item


@allow(Role.PUPIL)
@require_POST
def open_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the opening and lead to the resource."""
    account, item = _given(signed_in(request), pk)
    try:
        progress.open_item(account=account, item=item)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("workspace:my_class")
    name = "leaving" if asking.opens_elsewhere(item.resource) else "sheet"
    return redirect(f"catalogue:{name}", identifier=item.resource.identifier)


@allow(Role.PUPIL)
@require_POST
def finish_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that it is done, or not after all, and lead back to what remains."""
    account, item = _given(signed_in(request), pk)
    done = request.POST.get("done") == "1"
    try:
        progress.finish_item(account=account, item=item, done=done)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        if done:
            messages.success(request, _("Bravo, c’est noté !"))
    return redirect("workspace:my_class")
