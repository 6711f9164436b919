"""The home page, one per role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import ANYONE, allow
from core.accounts.models import User
from core.home import cards_for


@allow(ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Show visitors what the service is for, and everybody else what awaits them."""
    if isinstance(request.user, User):
        return render(request, "portal/home.html", {"cards": cards_for(request.user)})
    return render(request, "portal/welcome.html")
