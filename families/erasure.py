"""What an erasure takes from a family's file, and what the law keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock, journal
from core.accounts.models import User
from core.journal import Actor
from core.rights.closing import register_before_closing
from core.rights.erasing import Line, register_erasure
from core.rights.registry import Words
from families import retained
from families.models import (
    Child,
    EmergencyContact,
    Guardian,
    Guardianship,
    HomeAddress,
    Household,
    IncomeFile,
    Invitation,
    PhotoAnswer,
    PickupContact,
    SituationReport,
)

_SCHOOLING = _("la fin de l’école et un an")
_LEGAL = _("Code de l’éducation, article L131-6 ; ancienne norme simplifiée 58 de la CNIL")
#: What stands for the name of somebody whose row must stay.
NOBODY = {"given_name": "Personne", "family_name": "effacée", "used_name": ""}


def guardian_of(user: User) -> Guardian | None:
    """Return the guardian somebody is."""
    return Guardian.objects.filter(user=user).select_related("household").first()


def served_children(guardian: Guardian) -> list[int]:
    """Children one answers for whom a school or a service still has."""
    own = set(
        Guardianship.objects.current().filter(guardian=guardian).values_list("child", flat=True)
    )
    at = clock.now()
    known: set[int] = set()
    for served in retained.served_by():
        known |= set(served(at).values_list("child", flat=True))
    return sorted(own & known)


def is_awaited(guardian: Guardian) -> bool:
    """Tell whether the city must still be able to write to somebody: they owe, or are owed."""
    at = clock.now()
    return any(found(at).filter(payer=guardian).exists() for found in retained.awaited_by())


def lives_alone(guardian: Guardian) -> bool:
    """Tell whether the household is this guardian's only."""
    others = Guardian.objects.filter(household=guardian.household_id).exclude(pk=guardian.pk)
    return not others.exists()


def plan(user: User) -> Iterator[Line]:
    """Say what would go and stay."""
    guardian = guardian_of(user)
    if guardian is None:
        return
    served, awaited = served_children(guardian), is_awaited(guardian)
    if served:
        yield Line(
            _("Votre nom, votre téléphone et votre adresse e-mail, comme responsable d’un enfant"),
            goes=False,
            until=_SCHOOLING,
            why=_("L’école doit pouvoir vous joindre et savoir qui répond de l’enfant."),
            source=_LEGAL,
        )
        yield Line(
            _("Vos enfants encore à l’école"),
            goes=False,
            count=len(served),
            until=_SCHOOLING,
            why=_("Une école tient la liste de ses élèves."),
            source=_LEGAL,
        )
    elif awaited:
        yield Line(
            _("Votre nom et votre adresse"),
            goes=False,
            until=_("le paiement de ce qui reste dû"),
            why=_("Une facture n’est pas soldée."),
            source=_("Code général des collectivités territoriales, article L1617-5"),
        )
    else:
        yield Line(_("Votre nom, votre téléphone, votre adresse e-mail"), goes=True)
    departed = Child.objects.of_guardian(user).exclude(pk__in=served).count()
    if departed:
        yield Line(
            _("Votre lien avec les enfants qui ont quitté l’école"), goes=True, count=departed
        )
    for what, rows in _own_rows(guardian, served):
        if count := rows.count():
            yield Line(what, goes=True, count=count)
    files = IncomeFile.objects.filter(household=guardian.household_id)
    if files.exists():
        yield Line(
            _("Votre quotient familial"),
            goes=False,
            count=files.count(),
            until=_("quatre ans après sa fin"),
            why=_("Il explique le prix des factures, qui peuvent être contestées quatre ans."),
            source=_("Loi du 31 décembre 1968, article 1er"),
        )
    if lives_alone(guardian) and not served and not awaited:
        yield Line(_("Votre adresse, et celles d’avant"), goes=True)


def _own_rows(guardian: Guardian, served: list[int]) -> list[tuple[Words, QuerySet[Any]]]:
    """Rows that serve nobody but the one who wrote them; a child at school keeps whom to call."""

    def apart(rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.exclude(child__in=served)

    return [
        (
            _("Les personnes que vous aviez autorisées à venir chercher un enfant"),
            apart(PickupContact.objects.filter(added_by=guardian)),
        ),
        (
            _("Les contacts d’urgence que vous aviez donnés"),
            apart(EmergencyContact.objects.filter(added_by=guardian)),
        ),
        (_("Les invitations qui vous avaient été envoyées"), guardian.invitations.all()),
        (
            _("Vos réponses sur les photos"),
            apart(PhotoAnswer.objects.filter(guardian=guardian)),
        ),
        (
            _("Les changements que vous aviez signalés"),
            SituationReport.objects.filter(reported_by=guardian),
        ),
    ]


def erase(user: User, by: Actor) -> None:
    """Do what the plan says, inside the caller's transaction."""
    guardian = guardian_of(user)
    if guardian is None:
        return
    guardian = Guardian.objects.select_for_update(of=("self",)).get(pk=guardian.pk)
    served, awaited, alone = served_children(guardian), is_awaited(guardian), lives_alone(guardian)
    Guardianship.objects.filter(guardian=guardian).exclude(child__in=served).delete()
    for _what, rows in _own_rows(guardian, served):
        rows.delete()
    Invitation.objects.filter(invited_by=user).delete()
    if not served and not awaited:
        Guardian.objects.filter(pk=guardian.pk).update(email="", phone="", **NOBODY)
        if alone:
            empty = {"street": None, "street_text": "", "number": None, "suffix": ""}
            empty |= {"complement": "", "postcode": "", "city": ""}
            HomeAddress.objects.filter(household=guardian.household_id).delete()
            Household.objects.filter(pk=guardian.household_id).update(**empty)
    journal.record(by, "guardian.erase", guardian, named=bool(served or awaited))


def unlink(user: User) -> None:
    """Let go of an account that is about to be emptied: the guardian stays, without one."""
    Guardian.objects.filter(user=user).update(user=None)


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_erasure("families", plan, erase)
    register_before_closing(unlink)
