"""The kinds of messages that exist: what each is for, and how it may reach its reader.

Apps register theirs in ``AppConfig.ready``; a test compares them with the templates. A kind
that nobody registered is treated as essential and pressing: nothing is lost for want of a
line, and the test says that the line is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAMILY, STAFF = "family", "staff"


@dataclass(frozen=True)
class Kind:
    """One kind of message.

    ``essential`` says in plain words why it cannot be switched off; empty when it can.
    ``grouped``: may wait for the evening, and joins the others of the day. ``sms``: a short
    text helps, because something must be done soon; its words are ``<code>.sms.txt``.
    """

    code: str
    label: str | Promise
    topic: str | Promise
    essential: str | Promise = ""
    grouped: bool = False
    sms: bool = False
    audience: str = FAMILY


_kinds: dict[str, Kind] = {}

#: The digest of a day; its readers have chosen the kinds inside.
DIGEST = "digest"


def register_kinds(*kinds: Kind) -> None:
    """Add kinds; call it from ``AppConfig.ready``. A known code is replaced.

    Raises ValueError for a kind that is both essential and made to wait.
    """
    for kind in kinds:
        if kind.grouped and kind.sms:
            raise ValueError(f"{kind.code}: what is worth a short text does not wait")
        _kinds[kind.code] = kind


def kind_of(code: str) -> Kind:
    """Return a kind; one that nobody registered is essential and leaves at once."""
    return _kinds.get(code) or Kind(code, code, _("Autres messages"), essential=_("Service."))


def all_kinds() -> list[Kind]:
    """Return every kind, in the order of their registration."""
    return list(_kinds.values())


def kinds_for(roles: Iterable[str]) -> list[Kind]:
    """Return the kinds that somebody with these roles may be sent."""
    from core.accounts.roles import STAFF_ROLES

    held = frozenset(roles)
    audiences = {FAMILY} if not held or not held <= STAFF_ROLES else set()
    if held & STAFF_ROLES:
        audiences.add(STAFF)
    return [kind for kind in _kinds.values() if kind.audience in audiences]


ACCOUNT = _("Votre compte")


def register_own() -> None:
    """Register core's kinds."""
    safety = _("Elle protège votre compte ou répond à une demande que vous avez faite.")
    register_kinds(
        Kind("rights_export_ready", _("Vos données sont prêtes"), ACCOUNT, safety),
        Kind("rights_request_answered", _("Réponse à une demande sur vos droits"), ACCOUNT, safety),
        Kind("rights_erased", _("Vos données sont effacées"), ACCOUNT, safety),
        Kind("rights_closing_planned", _("Fermeture de votre compte"), ACCOUNT, safety),
        Kind("account_recovered", _("Accès à votre compte retrouvé"), ACCOUNT, safety),
        Kind("account_citizen_linked", _("Compte citoyen relié"), ACCOUNT, safety),
        Kind("account_citizen_unlinked", _("Compte citoyen délié"), ACCOUNT, safety),
        Kind("account_email_asked", _("Changement d’adresse demandé"), ACCOUNT, safety),
        Kind("account_locked", _("Accès fermé par prudence"), ACCOUNT, safety),
        Kind("account_new_device", _("Connexion depuis un nouvel appareil"), ACCOUNT, safety),
        Kind("account_recovery_letter", _("Courrier pour retrouver un accès"), ACCOUNT, safety),
        Kind("document_infected", _("Document à envoyer de nouveau"), ACCOUNT, safety),
        Kind("address_check", _("Vérification de votre adresse e-mail"), ACCOUNT, safety),
    )
