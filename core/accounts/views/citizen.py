"""Signing in with the citizen account: the button, the way back, first visits, links, logout."""

from __future__ import annotations

import json
import logging
import secrets as random
from typing import Any, NoReturn
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification import (
    send_verification_email_to_address,
)
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import clock
from core.access import ANYONE, SIGNED_IN, allow, signed_in
from core.accounts import secrets
from core.accounts.actions import citizens as actions
from core.accounts.actions.citizens import PROVIDER, Citizen
from core.accounts.citizen import server
from core.accounts.models import User
from core.accounts.provider import CallbackView, CitizenAdapter
from core.errors import RuleBroken
from core.journal import Actor

logger = logging.getLogger(__name__)
#: A citizen known to the server and not yet to us, while they choose (sealed).
_PENDING = "citizen_pending"
_PENDING_SECONDS = 15 * 60
#: What the server needs to end its own session.
_ID_TOKEN = "citizen_id_token"  # noqa: S105
_LOGOUT_STATE = "citizen_logout_state"


def _open() -> None:
    if not server.configured():
        raise Http404


@allow(ANYONE)
@never_cache
def login(request: HttpRequest) -> HttpResponseBase:
    """Lead to the server; by a button only, so that no other page sends people there."""
    _open()
    if request.method != "POST":
        return redirect("account_login")
    try:
        view = OAuth2LoginView.adapter_view(CitizenAdapter(request, PROVIDER))
        response: HttpResponseBase = view(request)
    except (server.ServerUnavailable, OAuth2Error) as down:
        return _failed_page(request, str(down))
    return response


@allow(ANYONE)
@never_cache
def callback(request: HttpRequest) -> HttpResponseBase:
    """Take the server's answer."""
    _open()
    view = CallbackView.adapter_view(CitizenAdapter(request, PROVIDER))
    try:
        response: HttpResponseBase = view(request)
    except (server.ServerUnavailable, OAuth2Error) as down:
        return _failed_page(request, str(down))
    return response


def _failed_page(request: HttpRequest, code: str) -> HttpResponse:
    logger.warning("citizen sign-in refused: %s", code[:60])
    context = {"label": settings.CITIZEN_LABEL}
    return render(request, "accounts/citizen_failed.html", context, status=401)


def failed(request: HttpRequest, error: Any, exception: Exception | None) -> NoReturn:
    """End a sign-in that cannot be believed; one that its owner gave up is no fault."""
    if error == AuthError.CANCELLED:
        messages.info(request, _("Vous n’êtes pas connecté : vous avez renoncé en chemin."))
        raise ImmediateHttpResponse(redirect("account_login"))
    code = str(exception) if isinstance(exception, OAuth2Error) else "unknown"
    raise ImmediateHttpResponse(_failed_page(request, code))


def received(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Go on with a citizen the server vouches for: sign in, link, or a first visit."""
    citizen: Citizen = sociallogin.citizen
    try:
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            response = _connect(request, citizen)
        elif (user := actions.recognise(citizen)) is not None:
            response = _enter(request, user, citizen, sociallogin.state.get("next"))
        else:
            response = _first_visit(request, citizen, sociallogin.state.get("next"))
    except RuleBroken as broken:
        response = _refused(request, broken)
    else:
        request.session[_ID_TOKEN] = sociallogin.id_token
    raise ImmediateHttpResponse(response)


def _refused(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    context = {"broken": broken, "label": settings.CITIZEN_LABEL}
    return render(request, "accounts/citizen_refused.html", context, status=403)


def _enter(
    request: HttpRequest, user: User, citizen: Citizen, next_url: str | None = None
) -> HttpResponseBase:
    """Sign in; whoever has a second factor is asked for it as after a password."""
    if request.user.is_authenticated and request.user != user:
        get_adapter(request).logout(request)
    record_authentication(request, user, "socialaccount", provider=PROVIDER, uid=citizen.subject)
    entering = Login(
        user=user, redirect_url=next_url, email_verification=EmailVerificationMethod.NONE
    )
    response: HttpResponseBase = perform_login(request, entering)
    return response


def _connect(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    if not isinstance(request.user, User):
        return redirect("account_login")
    actions.link_citizen(by=Actor(request.user), user=request.user, citizen=citizen)
    messages.success(request, _("C’est relié : vous pourrez entrer ainsi la prochaine fois."))
    return redirect("account_security")


def _first_visit(request: HttpRequest, citizen: Citizen, next_url: str | None) -> HttpResponse:
    held = {"citizen": citizen.as_data(), "next": next_url, "at": clock.now().timestamp()}
    request.session[_PENDING] = secrets.encrypt(json.dumps(held))
    return redirect("citizen_welcome")


def _pending(request: HttpRequest) -> tuple[Citizen, str | None] | None:
    sealed = request.session.get(_PENDING)
    if not sealed:
        return None
    held = json.loads(secrets.decrypt(sealed))
    if clock.now().timestamp() - held["at"] > _PENDING_SECONDS:
        del request.session[_PENDING]
        return None
    return Citizen.from_data(held["citizen"]), held["next"]


@allow(ANYONE)
@never_cache
def welcome(request: HttpRequest) -> HttpResponseBase:
    """First visit: open an account, or link the one that one has already.

    Says the same to everybody, whether or not the address the server knows opens an account.
    """
    pending = _pending(request)
    if pending is None:
        return redirect("account_login")
    citizen, next_url = pending
    if request.method == "POST":
        try:
            user = actions.open_citizen_account(citizen)
        except RuleBroken as broken:
            return _refused(request, broken)
        request.session.pop(_PENDING, None)
        address = actions.offer_address(user, citizen.email)
        if address is not None:
            send_verification_email_to_address(request, address)
        response = _enter(request, user, citizen, next_url)
        if not next_url and response.status_code == 302 and settings.CITIZEN_FIRST_PAGE:
            return redirect(settings.CITIZEN_FIRST_PAGE)
        return response
    if isinstance(request.user, User):
        return redirect("citizen_link")
    context = {"citizen": citizen, "label": settings.CITIZEN_LABEL}
    return render(request, "accounts/citizen_welcome.html", context)


@allow(SIGNED_IN)
@never_cache
def link(request: HttpRequest) -> HttpResponseBase:
    """Link the citizen account that waits to the account one has just signed in to."""
    pending = _pending(request)
    if pending is None:
        return redirect("account_security")
    citizen, _next = pending
    if request.method == "POST":
        request.session.pop(_PENDING, None)
        try:
            user = signed_in(request)
            actions.link_citizen(by=Actor(user), user=user, citizen=citizen)
        except RuleBroken as broken:
            return _refused(request, broken)
        messages.success(request, _("C’est relié : vous pourrez entrer ainsi la prochaine fois."))
        return redirect("home")
    context = {"citizen": citizen, "label": settings.CITIZEN_LABEL}
    return render(request, "accounts/citizen_link.html", context)


@allow(SIGNED_IN)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def unlink(request: HttpRequest) -> HttpResponseBase:
    """Undo the link."""
    try:
        user = signed_in(request)
        actions.unlink_citizen(by=Actor(user), user=user)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        request.session.pop(_ID_TOKEN, None)
        messages.success(request, _("Le lien est défait."))
    return redirect("account_security")


@allow(SIGNED_IN)
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask somebody who has no other proof to come in once more by the citizen account."""
    _open()
    wanted = request.GET.get("next", "")
    sound = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    context = {"next_page": wanted if sound else ""}
    return render(request, "accounts/citizen_confirm.html", context)


def logout(request: HttpRequest) -> HttpResponseBase:
    """Sign out here, then at the server if that is how one came in."""
    id_token = request.session.get(_ID_TOKEN)
    response: HttpResponseBase = account.logout(request)
    if request.method != "POST" or not id_token or not server.configured():
        return response
    try:
        end = server.configuration().get("end_session_endpoint")
    except server.ServerUnavailable:
        return response
    if not end:
        return response
    state = random.token_urlsafe(32)
    request.session[_LOGOUT_STATE] = state
    query = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": logged_out_address(),
        "state": state,
    }
    return redirect(f"{end}?{urlencode(query)}")


def logged_out_address() -> str:
    """Return where the server leads back to after a logout."""
    return f"{settings.PUBLIC_URL}{reverse('citizen_logged_out')}"


@allow(ANYONE)
@never_cache
def logged_out(request: HttpRequest) -> HttpResponseBase:
    """Come back from the server's logout; a return nobody asked for says nothing."""
    expected = request.session.pop(_LOGOUT_STATE, None)
    given = request.GET.get("state", "")
    if expected and random.compare_digest(expected.encode(), given.encode()):
        messages.success(request, _("Vous êtes déconnecté, ici et là-bas."))
    return redirect("home")
