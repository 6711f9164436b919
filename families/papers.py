"""What is printed for a family and for whoever helps it."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock, pdf
from families.models import AssistanceMandate


def mandate_pdf(mandate: AssistanceMandate) -> bytes:
    """Return the mandate as a letter to sign, in the family's language."""
    language = mandate.guardian.language
    with translation.override(language):
        if mandate.starts_on and mandate.last_day:
            when = _("Du %(first)s au %(last)s, jusqu’à minuit") % {
                "first": date_format(mandate.starts_on, "j F Y"),
                "last": date_format(mandate.last_day, "j F Y"),
            }
        else:
            when = ngettext(
                "%(n)d jour, à partir du jour où un agent a vérifié ce papier",
                "%(n)d jours, à partir du jour où un agent a vérifié ce papier",
                mandate.days,
            ) % {"n": mandate.days}
        words = {
            "title": _("Mandat : une personne agit pour moi"),
            "service": _("Direction de l’éducation"),
            "intro": _("Je laisse la personne nommée ci-dessous agir pour moi auprès de la ville."),
            "who": _("Moi"),
            "file": _("Dossier"),
            "helper": _("La personne qui m’aide"),
            "place": _("Son lieu de travail"),
            "when": _("Durée"),
            "scopes": _("Pour quoi"),
            "rules_title": _("Ce que je sais"),
            "rules": [
                _("Je peux arrêter ce mandat à tout moment, sans donner de raison."),
                _("La personne voit seulement ce que j’ai permis, et rien d’autre."),
                _("Elle ne peut ni payer, ni changer mon mot de passe, ni signer un autre mandat."),
                _("Je vois tout ce qu’elle fait pour moi, et je reçois un résumé chaque fois."),
                _("Le mandat s’arrête de lui-même à la fin du dernier jour."),
            ],
            "sign": _("Date et signature"),
            "sign_helper": _("Signature de la personne qui aide"),
            "signed": _("Signé à l’écran le %(day)s.")
            % {"day": date_format(clock.service_day(mandate.signed_at), "j F Y")}
            if mandate.signed_at and mandate.signature == "screen"
            else "",
            "data": _(
                "La ville conserve ce mandat cinq ans après sa fin, pour prouver qui a agi "
                "(article 2224 du Code civil). Vos droits : %(address)s/donnees-personnelles/"
            )
            % {"address": settings.PUBLIC_URL},
        }
        return pdf.render(
            "families/mandate.typ",
            {
                "words": words,
                "name": mandate.guardian.full_name,
                "file": mandate.guardian.household.reference,
                "helper": mandate.helper.get_full_name(),
                "place": mandate.place.name,
                "when": when,
                "scopes": mandate.scope_labels,
            },
            language=language,
        )
