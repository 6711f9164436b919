"""Where a request comes from, behind the proxies we know."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the caller's address.

    Only as many ``X-Forwarded-For`` entries are believed, from the right, as there are
    proxies of ours (``TRUSTED_PROXY_COUNT``): whatever stands before them is hearsay.
    """
    count: int = settings.TRUSTED_PROXY_COUNT
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if count > 0 and len(chain) >= count and chain[-count]:
        return chain[-count]
    return str(request.META.get("REMOTE_ADDR", ""))
