"""What is written to families about their own account, and the one way to write to a guardian."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import outbox
from core.accounts.models import User
from core.messaging.kinds import Kind
from core.outbox import Message
from families.models import Guardian

FAMILY = _("Votre famille")
HELP = _("Se faire aider")
_HELP = _("Vous devez savoir qui agit pour vous.")
_ABOUT_YOU = _("Cela change votre dossier ou votre accès.")
_PAYS = _("Vos factures en dépendent.")
_ANSWER = _("On attend une réponse de vous.")

KINDS = (
    Kind("family_income_checked", _("Quotient familial vérifié"), FAMILY, grouped=True),
    Kind(
        "family_income_refused",
        _("Quotient familial à corriger"),
        FAMILY,
        _("Le prix des repas en dépend."),
    ),
    Kind("family_helped", _("Quelqu’un a agi pour vous"), HELP, _HELP),
    Kind("family_sign_code", _("Code pour signer"), HELP, _HELP),
    Kind("family_mandate_begun", _("Un mandat commence"), HELP, _HELP),
    Kind("family_mandate_ending", _("Un mandat se termine bientôt"), HELP),
    Kind("family_mandate_over", _("Un mandat a pris fin"), HELP, _HELP),
    Kind("family_mandate_refused", _("Mandat sur papier refusé"), HELP, _HELP),
    Kind("family_quotient_found", _("Quotient familial reçu de la CAF"), FAMILY, grouped=True),
    Kind(
        "family_quotient_missing",
        _("Quotient familial à déclarer"),
        FAMILY,
        _("Le prix des repas en dépend."),
    ),
    Kind("family_income_reminder", _("Quotient familial à renouveler"), FAMILY, grouped=True),
    Kind("family_invitation", _("Invitation à rejoindre une famille"), FAMILY, _ANSWER),
    Kind("family_payers_proposed", _("Proposition de l’autre parent"), FAMILY, _ANSWER),
    Kind("family_payers_changed", _("Qui paie a changé"), FAMILY, _PAYS),
    Kind("family_payers_declined", _("Partage des frais refusé"), FAMILY, grouped=True),
    Kind(
        "family_guardian_changed",
        _("Changement parmi les responsables d’un enfant"),
        FAMILY,
        _("Cela touche aux droits des responsables."),
    ),
    Kind("family_household_parted", _("Votre foyer a changé"), FAMILY, _ABOUT_YOU),
    Kind("family_choose_payer", _("Choisir qui paie"), FAMILY, _ANSWER),
    Kind("family_school_after_move", _("L’école après un déménagement"), FAMILY, _ANSWER),
    Kind("family_report_handled", _("Changement de situation traité"), FAMILY, grouped=True),
    Kind("family_plan_confirmed", _("Document confirmé par l’école"), FAMILY, grouped=True),
    Kind(
        "family_paper_expires",
        _("Document d’un enfant à renouveler"),
        FAMILY,
        _("L’accueil de votre enfant en dépend."),
    ),
    Kind("family_files_merged", _("Dossiers réunis"), FAMILY, _ABOUT_YOU),
    Kind("family_files_parted", _("Dossiers séparés de nouveau"), FAMILY, _ABOUT_YOU),
    Kind("family_account_closed", _("Accès fermé, car vous en aviez deux"), FAMILY, _ABOUT_YOU),
)


def tell(
    guardian: Guardian,
    kind: str,
    *,
    dedupe_key: str | None = None,
    context: dict[str, Any] | None = None,
) -> Message | None:
    """Write to a guardian in their language; None if there is no way to.

    With an account it reaches the portal and the address of the account; an account without
    one, and a guardian without an account, are written to at the address they gave.
    """
    guardian = guardian.merged_into or guardian
    if guardian.user is None and not guardian.email:
        return None
    return outbox.queue(
        kind=kind,
        to=guardian.user,
        address="" if guardian.user else guardian.email,
        language=guardian.language,
        context=context,
        dedupe_key=dedupe_key,
    )


def phone_of(user: User) -> str:
    """Return the telephone number a guardian gave; registered in apps."""
    found = Guardian.objects.filter(user=user).values_list("phone", flat=True).first()
    return found or ""
