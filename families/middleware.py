"""While somebody acts for a family, every request meets the family's account and its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from core import faults, journal
from core.accounts.models import User
from core.acting import Acting, is_own_page, stand_in
from core.journal import Actor
from families.actions.acting import acting_by, end_session, why_over
from families.models import AssistedSession

#: Where the agent's own session keeps the key of the one in which they act.
ACTING = "acting_session"

Next = Callable[[HttpRequest], HttpResponseBase]

#: What an agent is told when the session has ended without them.
_ENDS: dict[str, Any] = {
    AssistedSession.End.TIME: _("Le temps prévu est écoulé : vous n’agissez plus pour la famille."),
    AssistedSession.End.MANDATE: _("Le mandat a pris fin : vous n’agissez plus pour la famille."),
    AssistedSession.End.REVOKED: _("Le mandat a été arrêté : vous n’agissez plus pour la famille."),
}


class ActingMiddleware:
    """Swap the account, close what is out of scope, journal what is opened and done.

    Looks the session up anew on every request, so that an end, however it came, holds from
    the very next one. Stands after authentication and the second factor, which concern the
    agent, and before the access rules, which then concern the family's account.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find the session in which this agent acts, if any, or say that it is over."""
        request.acting = None  # type: ignore[attr-defined]
        key = request.session.get(ACTING)
        if key is not None and isinstance(request.user, User):
            session = (
                AssistedSession.objects.filter(pk=key, agent=request.user.pk)
                .select_related("agent", "guardian__user", "mandate__place")
                .first()
            )
            over = AssistedSession.End.RIGHTS if session is None else why_over(session)
            if session is None or over:
                return self._over(request, session, over)
            request.acting = acting_by(session)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _over(
        self, request: HttpRequest, session: AssistedSession | None, why: str
    ) -> HttpResponseBase:
        """Stop here: nothing of what was asked is done, not even for a form already filled."""
        del request.session[ACTING]
        if session is not None:
            end_session(session=session, end=why)
        if faults.wants_json(request):
            return faults.of_status(403)
        messages.warning(request, _ENDS.get(why) or _("Vous n’agissez plus pour la famille."))
        url = reverse("home")
        return HttpResponseClientRedirect(url) if _by_htmx(request) else redirect(url)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the page be the agent's own, the family's, or closed."""
        acting: Acting | None = request.acting  # type: ignore[attr-defined]
        if acting is None:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if is_own_page(name):
            return None
        if name == "home":
            return redirect("families:acting_home")
        if not acting.may_open(name):
            return self._refuse(request)
        request.user = stand_in(acting)
        self._note(request, acting, name)
        return None

    def _note(self, request: HttpRequest, acting: Acting, name: str) -> None:
        """Write down that a page was opened or a form sent, before it happens."""
        by = Actor.of(request)
        session = AssistedSession(pk=acting.session)
        if request.method in ("GET", "HEAD", "OPTIONS"):
            verb = f"read.{acting.scope_used(name)}"
        else:
            verb = "assistance.act"
        journal.record(by, verb, session, page=name)

    def _refuse(self, request: HttpRequest) -> HttpResponseBase:
        if faults.wants_json(request):
            return faults.of_status(403)
        return render(request, "families/acting_refused.html", status=403)


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
