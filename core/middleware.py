"""Closed unless said otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from core.access import may_enter, rule_of
from core.errors import RuleBroken


class DefaultDenyMiddleware:
    """Refuse any view that states no access rule, and show broken rules as a page.

    A forgotten rule must close a page, never open it (OWASP ASVS 4.1.5).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let Django go on; the work is done around the view."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Deny before the view runs; ``allow`` itself sends visitors to sign in."""
        match = request.resolver_match
        rule = rule_of(view, match.view_name if match else "")
        if rule is None:
            raise PermissionDenied("no access rule")
        if not hasattr(view, "access_rule") and not may_enter(request.user, rule):
            raise PermissionDenied
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Turn a broken rule that no view caught into a page with 409 and the sentence."""
        if isinstance(exception, RuleBroken):
            return render(request, "errors/rule.html", {"broken": exception}, status=409)
        return None
