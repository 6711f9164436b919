"""The demo's mailbox: every mail that left, for whoever tries the service."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from core.access import ANYONE, allow
from core.mailbox import DeliveredMail
from core.paging import page_of


def demo_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a page exist in the demo only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@allow(ANYONE)
@demo_only
def inbox(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first, of one address if asked."""
    address = request.GET.get("a", "").strip().lower()[:254]
    mails = DeliveredMail.objects.order_by("-received_at", "-pk")
    if address:
        mails = mails.filter(address=address)
    page = page_of(request, mails)
    return render(request, "core/mailbox/list.html", {"page_obj": page, "address": address})


@allow(ANYONE)
@demo_only
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail, its links to be followed."""
    found = get_object_or_404(DeliveredMail, pk=pk)
    return render(request, "core/mailbox/mail.html", {"mail": found})
