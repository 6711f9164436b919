"""How a message of the outbox leaves: e-mail, or the SMS provider that a city plugs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.messaging import kinds, preferences, returns

if TYPE_CHECKING:
    from core.outbox import Message


class SmsTransport(Protocol):
    """What ``settings.SMS_TRANSPORT`` names: a callable that sends or raises."""

    def __call__(self, number: str, text: str, reference: str) -> None:
        """Hand one short message to the provider; ``number`` is in E.164 form.

        A ``reference`` seen before means a repeat, which the provider should not send again.
        """
        ...


class NoTransport(Exception):
    """There is no way to send by this channel here."""


class TooHeavy(Exception):
    """The documents that leave with a message weigh more than mail servers take."""


def send(message: Message) -> None:
    """Send a claimed message by its channel; raises whatever the transport raises."""
    if message.channel == "email":
        _send_email(message)
    elif message.channel == "sms":
        _send_sms(message)
    else:
        raise NoTransport(message.channel)


#: What attachments may weigh together: mail servers refuse much more.
MAX_ATTACHED = 10_000_000


def _send_email(message: Message) -> None:
    headers = {
        "Message-ID": returns.message_id_of(message.public_id),
        "From": settings.DEFAULT_FROM_EMAIL,
        "X-Escale-Kind": message.kind,
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    body, leave = message.body, _leaving(message)
    if leave:
        # RFC 8058: mail programs show a button, which posts there.
        headers["List-Unsubscribe"] = f"<{leave}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with translation.override(message.language):
        if leave:
            body += "\n" + _("Ne plus recevoir ce genre de message : %(link)s") % {"link": leave}
            body += "\n"
        html = render_to_string(
            "messages/_letter.html",
            {
                "subject": message.subject,
                "body": body,
                "language": message.language,
                "rtl": translation.get_language_bidi(),
                "service_name": settings.SERVICE_NAME,
                "city_name": settings.CITY_NAME,
            },
        )
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=body,
        from_email=returns.envelope_sender(message.public_id),
        to=[message.address],
        headers=headers,
    )
    mail.attach_alternative(html, "text/html")
    _attach(mail, message)
    mail.send(fail_silently=False)


def _leaving(message: Message) -> str:
    """Return the link that stops this kind, for kinds that may be stopped."""
    if message.secret:
        return ""
    if message.kind == kinds.DIGEST:
        codes = sorted(set(message.parts.values_list("kind", flat=True)))
    else:
        codes = [message.kind]
    codes = [code for code in codes if not kinds.kind_of(code).essential]
    if not codes:
        return ""
    return preferences.leaving_url(codes, user=message.recipient, address=message.address)


def _attach(mail: EmailMultiAlternatives, message: Message) -> None:
    """Read the documents that leave along, as long as a mail server would take them."""
    weight = 0
    for attachment in message.attachments.select_related("document").order_by("pk"):
        document = attachment.document
        weight += document.size
        if weight > MAX_ATTACHED:
            raise TooHeavy(message.kind)
        mail.attach(document.filename, document.read_bytes(), document.content_type)


def _send_sms(message: Message) -> None:
    if not settings.SMS_TRANSPORT:
        raise NoTransport("sms")
    transport: SmsTransport = import_string(settings.SMS_TRANSPORT)
    transport(message.address, message.body, message.public_id.hex)
