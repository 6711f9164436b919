"""All the ways into one's account, on one page."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import SIGNED_IN, allow, signed_in
from core.accounts.actions.citizens import PROVIDER, has_other_way_in
from core.accounts.citizen import server
from core.accounts.middleware import has_second_factor
from core.accounts.roles import Role


@allow(SIGNED_IN)
def overview(request: HttpRequest) -> HttpResponse:
    """Show identifier, address, password, passkeys, second step, devices, citizen account."""
    user = signed_in(request)
    if user.has_role(Role.PUPIL):
        raise PermissionDenied
    linked = SocialAccount.objects.filter(user=user, provider=PROVIDER).first()
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    context = {
        "linked": linked,
        "label": settings.CITIZEN_LABEL,
        "may_link": server.configured() and not user.is_staff_member and linked is None,
        "may_unlink": linked is not None and has_other_way_in(user),
        "keys": keys.count(),
        "protected": has_second_factor(user),
        "waiting": EmailAddress.objects.filter(user=user, verified=False).order_by("pk").last(),
        "devices": UserSession.objects.filter(user=user).count(),
    }
    return render(request, "accounts/security.html", context)
