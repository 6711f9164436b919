"""One's own messages; and, for the administrator, those that could not leave."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, journal, outbox
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.outbox import Message


@allow(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    """List what the service has told one, by whatever way, newest first."""
    user = signed_in(request)
    found = Message.objects.visible_to(user).filter(secret=False).order_by("-created_at", "-pk")
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "core/messages/list.html", {"page_obj": page})


@allow(SIGNED_IN)
def read(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one of one's own messages, which from now on is read."""
    message: Message = get_visible(
        Message.objects.filter(secret=False), signed_in(request), public_id=public_id
    )
    if message.read_at is None:
        Message.objects.filter(pk=message.pk).update(read_at=clock.now())
    return render(request, "core/messages/message.html", {"message": message})


@allow(Role.ADMINISTRATOR)
def undelivered(request: HttpRequest) -> HttpResponse:
    """List messages that wait or have failed: to whom and why, never their words."""
    found = (
        Message.objects.exclude(state=Message.SENT)
        .select_related("recipient")
        .order_by("state", "-created_at", "-pk")
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "core/messages/undelivered.html", {"page_obj": page})


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
