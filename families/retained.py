"""Retention rules of what we know of families (NS-058 defaults; see docs/rules/retention.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core.retention import Rule, follows, keeps, register, school_year_start, unreferenced
from core.rights.forgetting import register_needs
from families.models import (
    Child,
    Guardian,
    Guardianship,
    HealthCarePlan,
    Household,
    IncomeFile,
    Invitation,
    PayerRule,
    PickupContact,
)

_NS058 = "CNIL, ancienne norme simplifiée 58 : durée de la scolarité"
_YEAR = dt.timedelta(days=365)

#: Ids of children whom an app still serves, or served after an instant.
Served = Callable[[dt.datetime], QuerySet[Any]]
_served: list[Served] = []


def register_served(served: Served) -> None:
    """Let an app say which children it serves, as a query of child ids; from ``ready``."""
    if served not in _served:
        _served.append(served)


def served_by() -> list[Served]:
    """Return what every app says of the children it serves."""
    return list(_served)


#: Ids of guardians who must stay reachable at an instant.
Awaited = Callable[[dt.datetime], QuerySet[Any]]
_awaited: list[Awaited] = []


def register_awaited(awaited: Awaited) -> None:
    """Let an app say whom it must still be able to write to: guardian ids; from ``ready``."""
    if awaited not in _awaited:
        _awaited.append(awaited)


def awaited_by() -> list[Awaited]:
    """Return what every app says of those it must be able to write to."""
    return list(_awaited)


#: Ids of children whom bills still name.
Billed = Callable[[], QuerySet[Any]]
_billed: list[Billed] = []


def register_billed(billed: Billed) -> None:
    """Let an app say which children its bills still name; from ``ready``."""
    if billed not in _billed:
        _billed.append(billed)


def departed(before: dt.datetime) -> QuerySet[Child]:
    """Children whom nobody serves any more since an instant, and whose parents are silent."""
    links = Guardianship.objects.filter(guardian__user__last_login__gte=before)
    found = Child.objects.filter(created_at__lt=before).exclude(pk__in=links.values("child"))
    for served in _served:
        found = found.exclude(pk__in=served(before))
    return found


def _lonely_guardians(before: dt.datetime) -> QuerySet[Guardian]:
    """Guardians of nobody any more, who have not been here since."""
    links = Guardianship.objects.filter(guardian=OuterRef("pk"))
    seen = Q(user__isnull=True) | Q(user__last_login__lt=before) | Q(user__last_login__isnull=True)
    found = Guardian.objects.filter(~Exists(links), seen, created_at__lt=before)
    for awaited in _awaited:
        found = found.exclude(pk__in=awaited(before))
    return found


def _contacts_to_empty(before: dt.datetime) -> QuerySet[Guardian]:
    return _lonely_guardians(before).exclude(email="", phone="")


def _empty_contacts(rows: QuerySet[Any]) -> int:
    return rows.update(email="", phone="")


def _guardians(before: dt.datetime) -> QuerySet[Guardian]:
    return unreferenced(_lonely_guardians(before))


def _households(before: dt.datetime) -> QuerySet[Household]:
    return unreferenced(Household.objects.filter(created_at__lt=before))


def _payer_rules(before: dt.datetime) -> QuerySet[PayerRule]:
    """Rules that a newer one replaced before the instant."""
    newer = PayerRule.objects.filter(
        child=OuterRef("child"),
        agreed_at__isnull=False,
        valid_from__gt=OuterRef("valid_from"),
        valid_from__lt=before.date(),
    )
    return PayerRule.objects.filter(Exists(newer))


def _idle_payer_rules(before: dt.datetime) -> QuerySet[PayerRule]:
    """Rules of children who left and whom no bill names, or names no more."""
    found = PayerRule.objects.filter(child__in=departed(before).values("pk"))
    for billed in _billed:
        found = found.exclude(child__in=billed())
    return found


def _income_files(before: dt.datetime) -> QuerySet[IncomeFile]:
    return IncomeFile.objects.filter(Q(valid_until__lt=before.date()) | Q(refused_at__lt=before))


def _plans(before: dt.datetime) -> QuerySet[HealthCarePlan]:
    """Plans past their school year, and those of children who are nobody's pupils."""
    over = Q(ends_on__lt=school_year_start(before))
    gone = Q(child__in=departed(clock.now()).values("pk"), ends_on__lt=before.date())
    return HealthCarePlan.objects.filter(over | gone)


def _needed_by_name(before: dt.datetime) -> QuerySet[Any]:
    """People who answer for a child here."""
    links = Guardianship.objects.values("guardian")
    return Guardian.objects.filter(user__isnull=False, pk__in=links).values_list("user", flat=True)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    from families import retained_life

    retained_life.register_rules()
    register_needs(_needed_by_name)
    keeps("Registre des voies de la ville, sans donnée personnelle", "families.Street")
    follows("families.PayerRule", "families.PayerShare")
    register(
        Rule(
            "families.pickup",
            "families.PickupContact",
            dt.timedelta(0),
            "Fin de l’année scolaire : la liste se redonne à chaque rentrée",
            lambda before: PickupContact.objects.filter(ends_on__lt=school_year_start(before)),
            age="ends_on",
            what="Personnes qui pouvaient venir chercher un enfant",
            order=10,
        ),
        Rule(
            "families.health",
            "families.HealthCarePlan",
            dt.timedelta(0),
            "CNIL, ancienne norme simplifiée 58 : le projet d’accueil vaut pour le séjour",
            _plans,
            age="ends_on",
            what="Projets d’accueil terminés",
            order=10,
        ),
        Rule(
            "families.income",
            "families.IncomeFile",
            dt.timedelta(days=4 * 365),
            "Code général de la propriété des personnes publiques et loi du 31 décembre 1968 : "
            "prescription de quatre ans",
            _income_files,
            age="valid_from",
            what="Quotients qui ne servent plus",
            order=10,
        ),
        Rule(
            "families.invitations",
            "families.Invitation",
            dt.timedelta(days=30),
            "Le temps de répondre à une question sur une invitation",
            lambda before: Invitation.objects.filter(expires_at__lt=before),
            age="expires_at",
            what="Invitations utilisées ou périmées",
            order=10,
        ),
        Rule(
            "families.payers",
            "families.PayerRule",
            dt.timedelta(days=10 * 365),
            "Code de commerce, article L123-22 : ce qui explique une facture, dix ans",
            _payer_rules,
            age="valid_from",
            what="Règles de paiement remplacées",
            order=10,
        ),
        Rule(
            "families.payers.idle",
            "families.PayerRule",
            _YEAR,
            f"{_NS058} et un an, ou la dernière facture passée ses dix ans",
            _idle_payer_rules,
            age="valid_from",
            what="Règles de paiement d’enfants partis qu’aucune facture ne nomme",
            order=55,
        ),
        Rule(
            "families.links",
            "families.Guardianship",
            _YEAR,
            f"{_NS058} et un an",
            lambda before: Guardianship.objects.filter(child__in=departed(before).values("pk")),
            age="starts_on",
            what="Liens avec des enfants partis",
            order=60,
        ),
        Rule(
            "families.children",
            "families.Child",
            _YEAR,
            f"{_NS058} et un an ; le registre et les factures retiennent un nom plus longtemps",
            lambda before: unreferenced(departed(before)),
            age="created_at",
            what="Enfants partis que plus aucun registre ni facture ne nomme",
            order=65,
        ),
        Rule(
            "families.contacts",
            "families.Guardian",
            _YEAR,
            f"{_NS058} et un an",
            _contacts_to_empty,
            _empty_contacts,
            age="created_at",
            what="Téléphones et adresses e-mail de parents d’enfants partis",
            order=70,
        ),
        Rule(
            "families.guardians",
            "families.Guardian",
            _YEAR,
            f"{_NS058} et un an, ou la dernière facture passée ses dix ans",
            _guardians,
            age="created_at",
            what="Parents d’enfants partis que plus aucune facture ne nomme",
            order=71,
        ),
        Rule(
            "families.households",
            "families.Household",
            _YEAR,
            f"{_NS058} et un an",
            _households,
            age="created_at",
            what="Adresses où n’habite plus personne que nous connaissions",
            order=80,
        ),
    )
