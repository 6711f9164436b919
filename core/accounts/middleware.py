"""What an agent's session must satisfy: a second factor, and not to be left open."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import clock, faults
from core.accounts.models import User
from core.net import client_ip

#: Set in the session once a second factor is known to exist: it cannot be taken away since.
PROTECTED = "second_factor_set"
_SEEN = "agent_seen_at"
#: The time of the last request is noted at most this often, in seconds.
_NOTE_EVERY = 120
_NOTED, _NOTE_DEVICE_EVERY = "device_seen_at", 300
#: What an agent without a second factor may open: whatever leads to one, help, leaving.
_OPEN = ("mfa_", "account_", "help", "set_language", "set_theme", "healthz", "readyz", "legal")

Next = Callable[[HttpRequest], HttpResponseBase]


class IdleAgentsMiddleware:
    """End an agent's session after STAFF_IDLE_SECONDS without a request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Compare with the last request; parents keep their longer sessions."""
        user = request.user
        if isinstance(user, User) and user.is_staff_member:
            now = int(clock.now().timestamp())
            seen = request.session.get(_SEEN)
            if seen is not None and now - seen > settings.STAFF_IDLE_SECONDS:
                logout(request)
                if not faults.wants_json(request):
                    messages.info(
                        request, _("Vous étiez absent : reconnectez-vous pour continuer.")
                    )
            elif seen is None or now - seen > _NOTE_EVERY:
                request.session[_SEEN] = now
        return self.get_response(request)


class LastSeenMiddleware:
    """Note on the list of devices when each was last used, every five minutes at most."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Write time and network address; nothing about what was looked at."""
        if isinstance(request.user, User) and request.session.session_key:
            at = clock.now()
            now = int(at.timestamp())
            if now - request.session.get(_NOTED, 0) > _NOTE_DEVICE_EVERY:
                request.session[_NOTED] = now
                UserSession.objects.filter(session_key=request.session.session_key).update(
                    last_seen_at=at, ip=client_ip(request)
                )
        return self.get_response(request)


class SecondFactorMiddleware:
    """Lead agents without a second factor to set one up before anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Go on; the check needs to know the view."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Send them to the page of second factors; programs hear 403."""
        user = request.user
        if (
            not settings.SECOND_FACTOR_REQUIRED
            or not isinstance(user, User)
            or not user.is_staff_member
            or request.session.get(PROTECTED)
        ):
            return None
        if has_second_factor(user):
            request.session[PROTECTED] = True
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(_OPEN):
            return None
        if faults.wants_json(request):
            return faults.problem(
                403, "second_factor", _("Activez d’abord la connexion en deux étapes.")
            )
        return redirect("mfa_index")


def has_second_factor(user: User) -> bool:
    """Tell whether something besides the password protects this account."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())
