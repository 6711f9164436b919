"""The style guide: every part of every page, in the three languages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import ANYONE, allow


@allow(ANYONE)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; open to anyone who wants to build with them."""
    return render(request, "portal/styleguide.html")
