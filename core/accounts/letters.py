"""The letter that carries an identifier and a code: what to type, where, until when."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, pdf
from core.accounts.actions import Issued
from core.accounts.models import DeskCode


def desk_letter(issued: Issued, *, recipient: Sequence[str] = ()) -> bytes:
    """Return the letter as a PDF, in the language of its reader.

    ``recipient`` is the address under the name, line by line, for a letter that is posted.
    """
    language = issued.user.language
    address = f"{settings.PUBLIC_URL}{reverse('desk_activate')}"
    with translation.override(language):
        data = {
            "name": issued.user.get_full_name(),
            "recipient": list(recipient),
            "identifier": issued.user.shown_identifier,
            "code": issued.code,
            "address": address,
            "shown_address": address.split("://", 1)[1].rstrip("/"),
            "until": clock.service_day(issued.record.expires_at),
            "qr": _square(address),
            "words": _words(issued.record),
        }
        return pdf.render("accounts/desk_letter.typ", data, language=language)


def _square(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def _words(record: DeskCode) -> dict[str, Any]:
    opening = record.purpose == DeskCode.Purpose.ACTIVATE
    title = _("Votre compte est prêt") if opening else _("Retrouvez l’accès à votre compte")
    why = (
        _("Un agent a ouvert un compte à votre nom. Il vous reste à choisir votre mot de passe.")
        if opening
        else _("Un agent a vu votre document d’identité. Choisissez un nouveau mot de passe.")
    )
    return {
        "title": title,
        "why": why,
        "dear": _("Bonjour %(name)s,") % {"name": record.user.get_full_name()},
        "step_address": _("Sur un téléphone ou un ordinateur, ouvrez cette adresse :"),
        "step_type": _("Recopiez votre identifiant et votre code :"),
        "step_choose": _("Choisissez un mot de passe : vous êtes chez vous."),
        "identifier": _("Identifiant"),
        "code": _("Code"),
        "until": _("Le code sert une seule fois, jusqu’au"),
        "keep_title": _("À garder, à jeter"),
        "keep": _(
            "Gardez votre identifiant : il remplace l’adresse e-mail pour vous connecter. "
            "Une fois le compte ouvert, le code ne sert plus à rien."
        ),
        "secret": _(
            "Ne donnez ce code à personne : aucun agent ne vous le demandera, ni au téléphone "
            "ni par message. Lettre perdue ? Demandez-en une autre, celle-ci ne vaudra plus rien."
        ),
        "qr_alt": _("Carré à scanner, qui ouvre la page d’activation"),
    }
