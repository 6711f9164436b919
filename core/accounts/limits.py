"""How often something may be tried: by one address of the network, on one account."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def allowed(request: HttpRequest, action: str, key: str) -> bool:
    """Count one try of ``action`` on ``key``; False above ``ACCOUNT_RATE_LIMITS[action]``."""
    return bool(ratelimit.consume(request, app="allauth.account", action=action, key=key))
