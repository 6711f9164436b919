"""What is shown when something cannot be done. Never fails itself: no query, no session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Render without context processors: whatever broke the page must not break this one."""
    theme = request.COOKIES.get("theme", "")
    context = {"theme": theme if theme in {"light", "dark"} else ""}
    return HttpResponse(loader.get_template(template).render(context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: what came could not be read."""
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: this page is for somebody else."""
    return _page(request, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: nothing here, or nothing for you."""
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: our fault."""
    return _page(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose session has ended, and say how to keep what was typed."""
    return _page(request, "errors/csrf.html", 403)


def too_large(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 413: what was sent is too large."""
    return _page(request, "errors/413.html", 413)


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 429: too many tries, too fast."""
    return _page(request, "errors/429.html", 429)
