"""Making sure that the person who signs is there: their password, or a code just sent.

Tries are counted. A code is kept as a hash in the person's own session, serves one mandate,
once, for ten minutes; the message that carries it is wiped once sent.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, outbox
from core.access import signed_in
from core.accounts.limits import allowed
from core.accounts.models import User
from core.errors import RuleBroken
from families.models import AssistanceMandate

_KEPT = "mandate_code"
_SECONDS = 10 * 60


def by_password(user: User) -> bool:
    """Tell whether somebody signs with a password: a code goes to those who have none."""
    return user.has_usable_password()


def _counted(request: HttpRequest, user: User) -> None:
    if not allowed(request, "sign_mandate", str(user.pk)):
        raise RuleBroken("too_many", _("Trop d’essais : réessayez dans dix minutes."))


def _digest(mandate: AssistanceMandate, code: str) -> str:
    return hashlib.sha256(f"{mandate.public_id}:{code}".encode()).hexdigest()


def send_code(request: HttpRequest, mandate: AssistanceMandate) -> None:
    """Send a code for this mandate; one sent before stops working.

    Raises RuleBroken ``no_address`` when there is nowhere to send it, ``too_many``.
    """
    user = signed_in(request)
    if not user.email:
        raise RuleBroken("no_address", _("Sans adresse e-mail, signez sur papier."))
    _counted(request, user)
    code = f"{secrets.randbelow(10**6):06d}"
    with translation.override(user.language):
        words = {"code": code, "helper": mandate.helper.get_full_name(), "reader": user}
        outbox.queue_words(
            kind="family_sign_code",
            to=user,
            subject=outbox.plain("messages/family_sign_code.subject.txt", words),
            body=outbox.plain("messages/family_sign_code.txt", words),
            language=user.language,
            secret=True,
        )
    request.session[_KEPT] = [_digest(mandate, code), clock.now().timestamp() + _SECONDS]


def check_password(request: HttpRequest, password: str) -> None:
    """Raise RuleBroken unless this is the password of whoever signs."""
    user = signed_in(request)
    _counted(request, user)
    if not user.check_password(password):
        raise RuleBroken("password", _("Ce n’est pas votre mot de passe."), "password")


def check_code(request: HttpRequest, mandate: AssistanceMandate, code: str) -> None:
    """Raise RuleBroken unless this is the code just sent; used up when right."""
    _counted(request, signed_in(request))
    kept = request.session.get(_KEPT)
    typed = _digest(mandate, "".join(code.split()))
    good = kept is not None and clock.now().timestamp() < kept[1]
    if kept is None or not good or not hmac.compare_digest(kept[0], typed):
        raise RuleBroken(
            "code", _("Ce code n’est pas le bon, ou il a plus de dix minutes."), "code"
        )
    del request.session[_KEPT]
