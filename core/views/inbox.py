"""One's own messages; and, for the administrator, those that could not leave."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, journal, outbox
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.messaging.kinds import kind_of
from core.outbox import Message
from core.paging import page_of


@allow(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    """List what the service has told one, by whatever way, newest first."""
    user = signed_in(request)
    found = Message.objects.visible_to(user).readable().order_by("-created_at", "-pk")
    unread_only = request.GET.get("lus") == "non"
    if unread_only:
        found = found.filter(read_at__isnull=True)
    page = page_of(request, found)
    return render(
        request, "core/messages/list.html", {"page_obj": page, "unread_only": unread_only}
    )


@allow(SIGNED_IN)
def read(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one of one's own messages, which from now on is read."""
    message: Message = get_visible(
        Message.objects.readable(), signed_in(request), public_id=public_id
    )
    if message.read_at is None:
        Message.objects.filter(pk=message.pk).update(read_at=clock.now())
    return render(request, "core/messages/message.html", {"message": message})


@allow(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's own messages as read."""
    mine = Message.objects.visible_to(signed_in(request)).readable()
    mine.filter(read_at__isnull=True).update(read_at=clock.now())
    return redirect("messages:list")


@allow(Role.ADMINISTRATOR)
def undelivered(request: HttpRequest) -> HttpResponse:
    """List messages that wait or have failed: to whom and why, never their words."""
    found = (
        Message.objects.filter(state__in=[Message.QUEUED, Message.FAILED])
        .select_related("recipient")
        .order_by("state", "-created_at", "-pk")
    )
    page = page_of(request, found)
    rows = [(message, kind_of(message.kind).label) for message in page]
    return render(request, "core/messages/undelivered.html", {"page_obj": page, "rows": rows})


@allow(Role.ADMINISTRATOR)
@require_POST
def retry(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Try a failed message again from the start."""
    message = Message.objects.filter(public_id=public_id).first()
    if message is not None:
        outbox.retry(message)
        journal.record(Actor.of(request), "message.retry", message)
        messages.success(request, _("Ce message repart."))
    return redirect("outbox:list")
