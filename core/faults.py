"""Answers when something is wrong: pages for people, one JSON shape for programs."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from core.errors import RuleBroken

logger = logging.getLogger(__name__)
API_PREFIX = "/api/"
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


_PAGES = {
    400: "errors/400.html",
    403: "errors/403.html",
    404: "errors/404.html",
    405: "errors/405.html",
    413: "errors/413.html",
    429: "errors/429.html",
}


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks: the API, or any page as one that takes JSON and no HTML."""
    accepts = request.headers.get("Accept", "")
    program = "application/json" in accepts and "html" not in accepts
    return program or request.path.startswith(API_PREFIX)


def problem(
    status: int, code: str, message: str, field: str | None = None, **more: Any
) -> JsonResponse:
    """Answer a program: a stable code, a sentence, the field at fault."""
    return JsonResponse(
        {"code": code, "message": str(message), "field": field, **more}, status=status
    )


def _words(status: int) -> tuple[str, str]:
    return {
        400: ("bad_request", _("Cette demande n’est pas lisible.")),
        401: ("sign_in", _("Connectez-vous, ou présentez un jeton d’accès valable.")),
        403: ("forbidden", _("Vous n’avez pas accès à cela.")),
        404: ("not_found", _("Cela n’existe pas, ou ne vous est pas ouvert.")),
        405: ("method", _("Cette méthode n’est pas permise ici.")),
        413: ("too_big", _("Cet envoi est trop gros.")),
        429: ("too_many", _("Trop de demandes : réessayez dans un instant.")),
    }.get(status, ("fault", _("Une panne est survenue de notre côté. Réessayez plus tard.")))


def of_status(status: int) -> JsonResponse:
    """Answer a program with the words of a status."""
    code, message = _words(status)
    return problem(status, code, message)


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with a status, as a page ``errors/<status>.html`` or as a problem."""
    if wants_json(request):
        return of_status(status)
    return render(request, _PAGES[status], status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handle 400; a body that is too big is 413."""
    return answer(request, 413 if isinstance(exception, TOO_BIG) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handle 403."""
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handle 404."""
    return answer(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 429: allauth calls it when somebody tries too often."""
    return answer(request, 429)


def fault(request: HttpRequest) -> HttpResponse:
    """Handle 500 with a page that needs neither database nor session."""
    if wants_json(request):
        return of_status(500)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a form whose session ended meanwhile: say so, offer the way back."""
    if wants_json(request):
        return problem(403, "csrf", _("Le jeton CSRF manque ou n’est plus valable."))
    return render(request, "errors/expired.html", {"back": request.get_full_path()}, status=403)


def answer_problems(api: NinjaAPI) -> None:
    """Give an API the one shape of problems: {code, message, field}."""

    @api.exception_handler(RuleBroken)
    def broken(request: HttpRequest, exc: RuleBroken) -> HttpResponseBase:
        return problem(409, exc.code, exc.message, exc.field)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, exc: ValidationError) -> HttpResponseBase:
        errors = [_field_error(error) for error in exc.errors]
        first = errors[0] if errors else {"field": None}
        return problem(
            422,
            "invalid",
            _("Une valeur manque ou n’est pas valable."),
            first["field"],
            errors=errors,
        )

    @api.exception_handler(Throttled)
    def throttled(request: HttpRequest, exc: Throttled) -> HttpResponseBase:
        response = of_status(429)
        response["Retry-After"] = str(int(exc.wait or 60))
        return response

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, exc: AuthenticationError) -> HttpResponseBase:
        response = of_status(401)
        response["WWW-Authenticate"] = 'Bearer realm="escale"'
        return response

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, exc: HttpError) -> HttpResponseBase:
        return of_status(exc.status_code)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, exc: Http404) -> HttpResponseBase:
        return of_status(404)

    @api.exception_handler(PermissionDenied)
    def denied(request: HttpRequest, exc: PermissionDenied) -> HttpResponseBase:
        return of_status(403)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, exc: RequestDataTooBig) -> HttpResponseBase:
        return of_status(413)

    @api.exception_handler(Exception)
    def broke(request: HttpRequest, exc: Exception) -> HttpResponseBase:
        # As Django does for pages: tell the log and the test client, then answer.
        logger.error("API fault: %s", type(exc).__name__, exc_info=exc)
        got_request_exception.send(sender=type(api), request=request)
        return of_status(500)


def _field_error(error: dict[str, Any]) -> dict[str, Any]:
    """Keep where and why, never the value: it may be personal."""
    where = [str(part) for part in error.get("loc", ()) if part not in ("body", "query", "path")]
    named = where[1:] if len(where) > 1 and error.get("loc", ("",))[0] == "body" else where
    return {"field": ".".join(named) or None, "message": str(error.get("msg", ""))}
