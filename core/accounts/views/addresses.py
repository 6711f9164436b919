"""Where the message about a change of address leads: « that was not me »."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from core.access import ANYONE, allow
from core.accounts.actions import addresses


@allow(ANYONE)
@never_cache
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """Say what will happen, then do it; one answer for every link that is good no more."""
    done = addresses.refuse_change(token=token) if request.method == "POST" else ""
    found = None if done else addresses.refused_change(token)
    context = {"done": done, "changed": found is not None and found[0].email != found[1]}
    status = 200 if done or found else 410
    return render(
        request, "accounts/address_refuse.html", {**context, "found": found}, status=status
    )
