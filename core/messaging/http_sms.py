"""An SMS provider spoken to over HTTP: a JSON post, a token, a repeat key.

Named by ``SMS_TRANSPORT=core.messaging.http_sms.send``; ``SMS_URL`` and ``SMS_TOKEN`` say where
and with what right. A provider whose interface differs needs a function of the same shape.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SmsRefused(Exception):
    """The provider refuses this text or this number; trying again changes nothing."""


class SmsUnavailable(Exception):
    """The provider is away or asks us to slow down."""


def send(number: str, text: str, reference: str) -> None:
    """Hand a text to the provider. Raises SmsRefused or SmsUnavailable.

    The reference makes the provider send once what a dying worker hands over twice.
    """
    url: str = settings.SMS_URL
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ImproperlyConfigured("SMS_URL manque, ou n’est pas une adresse https.")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url,
        data=json.dumps({"to": number, "text": text, "from": settings.SMS_SENDER}).encode(),
        headers={
            "Authorization": f"Bearer {settings.SMS_TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            answer.read(1024)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (400, 403, 404, 422):
            raise SmsRefused(str(error.code)) from error
        raise SmsUnavailable(str(error.code)) from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise SmsUnavailable(type(error).__name__) from error
