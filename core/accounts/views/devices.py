"""The devices one is signed in on; and what to do when one of them is not one's own."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import ANYONE, SIGNED_IN, allow, signed_in
from core.accounts.actions import devices as actions
from core.accounts.models import User
from core.journal import Actor


def _keep_this_one(request: HttpRequest, user: User) -> None:
    """Sign out everywhere else; this session takes up the new hash."""
    key = request.session.session_key or ""
    user = actions.sign_out_everywhere(by=Actor(user), user=user, keep=key)
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()


@allow(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponseBase:
    """List them, last used first; sign the others out, or all of them."""
    user = signed_in(request)
    if request.method == "POST":
        if request.POST.get("act") == "everywhere":
            actions.sign_out_everywhere(by=Actor(user), user=user)
            get_adapter(request).logout(request)
            messages.success(request, _("Tous vos appareils sont déconnectés, celui-ci compris."))
            return redirect("account_login")
        _keep_this_one(request, user)
        messages.success(request, _("Tous vos autres appareils sont déconnectés."))
        return redirect("usersessions_list")
    open_now = actions.open_sessions(user)
    here = request.session.session_key
    context = {
        "sessions": [(session, session.session_key == here) for session in open_now],
        "others": any(session.session_key != here for session in open_now),
    }
    return render(request, "accounts/devices.html", context)


@allow(SIGNED_IN)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Sign one of one's devices out."""
    user = signed_in(request)
    session = UserSession.objects.filter(user=user, pk=pk).first()
    if session is None:
        raise Http404
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    actions.sign_out_one(by=Actor(user), session=session)
    messages.success(request, _("Cet appareil est déconnecté."))
    return redirect("usersessions_list")


@allow(ANYONE)
def not_me(request: HttpRequest) -> HttpResponse:
    """« That was not me »: end the other sessions, then change what lets people in.

    The mail that leads here carries no token: whoever reads it later gains nothing by it.
    """
    user = request.user
    if request.method == "POST" and isinstance(user, User):
        _keep_this_one(request, user)
        messages.success(
            request, _("Les autres appareils sont déconnectés. Changez maintenant de mot de passe.")
        )
        known = user.has_usable_password()
        return redirect("account_change_password" if known else "account_security")
    return render(request, "accounts/not_me.html")
