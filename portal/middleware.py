"""The language of a person who has chosen none on this device: that of their account."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from core.accounts.models import User


class AccountLanguageMiddleware:
    """Speak the account's language unless this device carries a choice of its own.

    Stands after authentication; LocaleMiddleware, before it, has read cookie and browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the account's language for the rest of this request."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if not chosen and isinstance(request.user, User):
            language = request.user.language
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.get_response(request)


class RefuseNulMiddleware:
    """Answer 400 to a NUL in an address: no person types one, and PostgreSQL stores none.

    Forms refuse it field by field; filters read the address as it comes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the path and the query before anything else does."""
        query = str(request.META.get("QUERY_STRING", ""))
        if "%00" in query or "\x00" in query or "\x00" in request.path_info:
            raise SuspiciousOperation("NUL in the address")
        return self.get_response(request)
