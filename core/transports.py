"""How a message of the outbox leaves: e-mail, or the SMS provider that a city plugs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from core.outbox import Message


class SmsTransport(Protocol):
    """What ``settings.SMS_TRANSPORT`` names: a callable that sends or raises."""

    def __call__(self, number: str, text: str) -> None:
        """Hand one short message to the provider; ``number`` is in E.164 form."""
        ...


class NoTransport(Exception):
    """There is no way to send by this channel here."""


def send(message: Message) -> None:
    """Send a claimed message by its channel; raises whatever the transport raises."""
    if message.channel == "email":
        _send_email(message)
    elif message.channel == "sms":
        _send_sms(message)
    else:
        raise NoTransport(message.channel)


def _send_email(message: Message) -> None:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        to=[message.address],
        headers={
            "X-Escale-Kind": message.kind,
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    with translation.override(message.language):
        html = render_to_string(
            "messages/_letter.html",
            {
                "subject": message.subject,
                "body": message.body,
                "language": message.language,
                "rtl": translation.get_language_bidi(),
                "service_name": settings.SERVICE_NAME,
                "city_name": settings.CITY_NAME,
            },
        )
    mail.attach_alternative(html, "text/html")
    mail.send(fail_silently=False)


def _send_sms(message: Message) -> None:
    if not settings.SMS_TRANSPORT:
        raise NoTransport("sms")
    transport: SmsTransport = import_string(settings.SMS_TRANSPORT)
    transport(message.address, f"{message.subject}\n{message.body}".strip())
