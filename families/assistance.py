"""What of families' own pages opens while acting for a family, and how its acts are told."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.utils.translation import gettext_lazy as _

from core import acting
from core.acting import Scope
from families.middleware import ACTING

#: Ending, leaving, choices of the device, what anybody may read.
_OWN = (
    "account_logout",
    "set_language",
    "set_theme",
    "help",
    "accessibility",
    "legal",
    "privacy",
    "webmanifest",
    "healthz",
    "readyz",
    "demo_people",
    "mailbox:list",
    "mailbox:mail",
    "families:acting_end",
    "families:acting_prolong",
    "families:streets",
)
_FAMILY = (
    "families:overview",
    "families:contact",
    "families:address",
    "families:child",
    "families:child_add",
    "families:child_edit",
    "families:child_link",
    "families:pickup_add",
    "families:pickup_end",
)
_WORDS = {
    "household.create": _("Foyer créé"),
    "household.move": _("Adresse changée"),
    "household.move_out": _("Adresse changée"),
    "household.part": _("Quelqu’un n’habite plus au foyer"),
    "guardian.contact": _("Coordonnées changées"),
    "child.add": _("Enfant ajouté"),
    "child.edit": _("Informations d’un enfant corrigées"),
    "guardianship.edit": _("Lien avec un enfant modifié"),
    "pickup_contact.add": _("Personne autorisée à venir chercher un enfant ajoutée"),
    "pickup_contact.end": _("Personne autorisée à venir chercher un enfant retirée"),
    "income_file.declare": _("Quotient familial déclaré"),
    "document.store": _("Document déposé"),
    "read.family": _("Page « Ma famille » ouverte"),
    "read.messages": _("Messages lus"),
    "read.payments": _("Factures lues"),
    "read.income": _("Quotient familial lu"),
    "read.health": _("Informations de santé lues"),
    "read.applications": _("Demandes d’inscription lues"),
    "read.canteen": _("Cantine : réservations lues"),
}


def register() -> None:
    """Tell the seam; called from ``AppConfig.ready``."""
    acting.keep_own(*_OWN)
    acting.open_to_all(
        "families:acting_home", "families:summary", "families:summary_pdf", "documents:open"
    )
    acting.open_pages(Scope.FAMILY, *_FAMILY)
    # A registration asks where one lives, and may begin with a child the city does not know.
    acting.open_pages(Scope.APPLICATIONS, "families:address", "families:child_add")
    acting.open_pages(Scope.MESSAGES, "messages:list", "messages:read")
    # Asking the CAF stays the person's own act: it rests on their consent.
    acting.open_pages(
        Scope.INCOME, "families:income", "families:income_declare", "families:income_compute"
    )
    acting.open_documents(Scope.INCOME, "families.income")
    acting.describe_acts(_WORDS)
    user_logged_out.connect(_left, dispatch_uid="families.assistance.left")


def _left(sender: Any, request: Any = None, **_rest: Any) -> None:
    """End acting when the agent signs out, or is signed out for being away."""
    from families.actions.acting import end_session
    from families.models import AssistedSession

    key = request.session.get(ACTING) if request is not None else None
    if key is None:
        return
    session = AssistedSession.objects.filter(pk=key, ended_at__isnull=True).first()
    if session is not None:
        end_session(session=session, end=AssistedSession.End.LEFT)
