"""The letter that carries an invitation's code: printed once, then only its hash remains."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, pdf
from families.models import Guardian, Invitation


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False)
    return out.getvalue().decode()


def invitation_letter(invitation: Invitation, code: str, *, language: str = "fr") -> bytes:
    """Return the letter as a tagged PDF. The QR code leads to the page, never holds the code."""
    guest = Guardian.objects.get(pk=invitation.guardian_id)
    address = f"{settings.PUBLIC_URL}{reverse('families:join')}"
    until = clock.service_day(invitation.expires_at)
    with translation.override(language):
        words = {
            "title": _("Votre accès à la vie scolaire de vos enfants"),
            "service": _("Direction de l’éducation — service des inscriptions"),
            "hello": _("Bonjour %(name)s,") % {"name": guest.full_name},
            "intro": _(
                "%(inviter)s indique que vous êtes responsable d’enfants scolarisés à %(city)s. "
                "Vous pouvez ouvrir votre propre accès et suivre avec les mêmes droits leur "
                "école, leur classe et leur cantine."
            )
            % {"inviter": invitation.invited_by.get_full_name(), "city": settings.CITY_NAME},
            "hidden": _(
                "Votre adresse, votre téléphone, votre e-mail, vos revenus et vos factures ne "
                "seront jamais montrés à l’autre parent, ni les siens à vous."
            ),
            "steps_title": _("Comment faire"),
            "steps": [
                _("Allez à la page ci-dessous et ouvrez votre compte, ou connectez-vous."),
                _("Choisissez « Rejoindre ma famille »."),
                _(
                    "Écrivez le code, votre nom comme sur cette lettre et la date de naissance "
                    "d’un de vos enfants."
                ),
            ],
            "code": _("Votre code"),
            "until": _("Il sert une seule fois, jusqu’au %(day)s.")
            % {"day": date_format(until, "j F Y")},
            "qr_alt": _("Code QR vers la page où écrire le code"),
            "not_you": _(
                "Cette lettre ne vous concerne pas ? Détruisez-la : sans votre nom et la date de "
                "naissance d’un enfant, le code n’ouvre rien."
            ),
        }
        return pdf.render(
            "families/invitation.typ",
            {"words": words, "code": code, "page": address, "qr": _qr(address)},
            language=language,
        )
