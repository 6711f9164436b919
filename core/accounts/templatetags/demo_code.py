"""The demo shows the code that an agent's application would show."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.fernet import InvalidToken
from django import template
from django.conf import settings
from django.core.cache import cache

from core.accounts import secrets
from core.accounts.models import User
from core.seeding import DEMO_TOTP_SECRET

register = template.Library()


@register.simple_tag
def demo_code(user: Any) -> str:
    """Return a code that will pass now, for the published demo secret only, in the demo only.

    A code serves once: the next one is shown to who signs in twice in half a minute.
    """
    if not settings.DEMO or not isinstance(user, User):
        return ""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    try:
        secret = secrets.decrypt(found.data["secret"]) if found else ""
    except InvalidToken:
        return ""
    if secret != DEMO_TOTP_SECRET:
        return ""
    now = int(time.time()) // 30
    for counter in (now, now + 1, now - 1):
        code = str(format_hotp_value(hotp_value(secret, counter)))
        if cache.get(TOTP(found)._get_used_cache_key(code)) is None:
            return code
    return ""
