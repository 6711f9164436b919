"""Signing people in without going through the pages."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows import login as flow
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings

from core.accounts.roles import PROTECTED_ROLES

TOTP_SECRET = "MISTRALMISTRALMISTRALMISTRALABCD"


def give_second_factor(user: Any) -> None:
    """Give an agent the TOTP device that is required of them, once."""
    has = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    if user.has_role(*PROTECTED_ROLES) and not has:
        TOTP.activate(user, TOTP_SECRET)


def session_facts(user: Any) -> dict[str, Any]:
    """Return what a session holds once ``user`` gave password and second code."""
    now = time.time()
    return {
        flow._AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
        flow.AUTHENTICATION_METHODS_SESSION_KEY: [
            {"method": "password", "at": now, "email": user.email},
            {"method": "mfa", "at": now, "type": "totp"},
        ],
    }


def sign_in_client(client: Any, user: Any) -> None:
    """Sign ``user`` into Django's test client, second factor included."""
    give_second_factor(user)
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session.update(session_facts(user))
    session.save()
