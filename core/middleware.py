"""Closed unless said otherwise."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from core import faults, logs
from core.access import ask_to_sign_in, may_enter, rule_of
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
            if not request.user.is_authenticated and not faults.wants_json(request):
                return ask_to_sign_in(request)
            raise PermissionDenied
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Turn a broken rule that no view caught into a page with 409 and the sentence."""
        if isinstance(exception, faults.TOO_BIG):
            return faults.answer(request, 413)
        if isinstance(exception, RuleBroken) and faults.wants_json(request):
            return faults.problem(409, exception.code, exception.message, exception.field)
        if isinstance(exception, RuleBroken):
            return render(request, "errors/rule.html", {"broken": exception}, status=409)
        return None


class SizeLimitMiddleware:
    """Answer 413 to what announces itself as too big, before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the announced length only; the server refuses a body that lies."""
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.REQUEST_MAX_BYTES:
            return faults.answer(request, 413)
        return self.get_response(request)


class ProblemsMiddleware:
    """Give programs JSON whatever went wrong and wherever; give people a page for a 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Replace pages of errors below /api/, and the empty answer to a wrong method."""
        response = self.get_response(request)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code >= 400 and page and faults.wants_json(request):
            answer = faults.of_status(response.status_code)
            if "Allow" in response:
                answer["Allow"] = response["Allow"]
            return answer
        if response.status_code == 405 and not getattr(response, "content", b"x"):
            page_of_405 = faults.answer(request, 405)
            page_of_405["Allow"] = response["Allow"]
            return page_of_405
        return response


class RequestIdMiddleware:
    """Give each request a number that stands in every log line and in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Take the proxy's number if it looks like one, else make one."""
        given = request.headers.get("X-Request-ID", "")
        number = given if logs.REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        with logs.request_id(number):
            response = self.get_response(request)
        response["X-Request-ID"] = number
        return response
