"""What we hold about a parent, their household and the children under their authority.

Rows are one's own: the other parent's contact, words, share and proofs are left out, even where
a row about the child names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.documents import Document
from core.rights.registry import Section, not_collected, register_collector, tell
from families.models import (
    Child,
    Guardian,
    Guardianship,
    HomeAddress,
    IncomeFile,
    Invitation,
    NameChange,
    PayerShare,
    QuotientRequest,
)

_SCHOOLING = _("Le temps de l’école, et un an.")


def for_guardians(
    collect: Callable[[User, Guardian], Iterator[Section]],
) -> Callable[[User], Iterator[Section]]:
    """Call a collector for people who are guardians only."""

    @wraps(collect)
    def wrapped(user: User) -> Iterator[Section]:
        found = Guardian.objects.filter(user=user).select_related("household__street").first()
        if found is not None:
            yield from collect(user, found)

    return wrapped


def children_of(user: User) -> list[Child]:
    """The children under somebody's authority today, as every page of theirs shows them."""
    return list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))


def documents_of(rows: Any, *names: str) -> list[Document]:
    """The files that rows refer to."""
    return [
        document for row in rows for name in names if (document := getattr(row, name)) is not None
    ]


def address_lines(row: Any) -> str:
    """Return an address on one line."""
    return ", ".join(row.address_lines)


@for_guardians
def family(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell who one is to the city, where one lives, whom one answers for."""
    children = children_of(user)
    home = guardian.household
    yield Section(
        "coordonnees",
        _("Vos coordonnées"),
        _("Pour vous joindre et trouver l’école de vos enfants."),
        _SCHOOLING,
        tell(
            [guardian],
            lambda row: row.full_name,
            ("given_name", _("Prénom")),
            ("family_name", _("Nom de naissance")),
            ("used_name", _("Nom d’usage")),
            ("email", _("Adresse e-mail")),
            ("phone", _("Téléphone")),
            ("language", _("Langue")),
            ("organisation", _("Organisme")),
            ("household", _("Foyer"), lambda _row: home.reference),
            ("address", _("Adresse"), lambda _row: address_lines(home)),
            ("protected", _("Adresse protégée"), lambda _row: home.is_protected),
        )
        + tell(
            HomeAddress.objects.visible_to(user)
            .filter(Q(household=home) | Q(mover=guardian))
            .select_related("street")
            .order_by("-starts_on", "-pk"),
            lambda row: row.starts_on,
            ("starts_on", _("À partir du")),
            ("street", _("Voie"), lambda row: str(row.street or row.street_text)),
            ("number", _("Numéro")),
            ("suffix", _("Bis, ter…")),
            ("complement", _("Bâtiment, étage…")),
            ("postcode", _("Code postal")),
            ("city", _("Commune")),
        )
        + tell(
            NameChange.objects.filter(guardian=guardian).order_by("-changed_at"),
            lambda _row: _("Changement de nom"),
            ("part", _("Ce qui a changé")),
            ("before", _("Avant")),
            ("after", _("Après")),
            ("changed_at", _("Le")),
        ),
        order=20,
    )
    yield Section(
        "enfants",
        _("Vos enfants"),
        _("Pour leur école, leurs repas et leurs activités."),
        _("Le temps de l’école, et un an ; le registre de l’école, cinquante ans."),
        tell(
            children,
            lambda row: row.full_name,
            ("reference", _("Référence")),
            ("given_name", _("Prénom")),
            ("family_name", _("Nom de naissance")),
            ("used_name", _("Nom d’usage")),
            ("birth_date", _("Date de naissance")),
        )
        + tell(
            NameChange.objects.filter(child__in=children).order_by("-changed_at"),
            lambda _row: _("Changement de nom"),
            ("part", _("Ce qui a changé")),
            ("before", _("Avant")),
            ("after", _("Après")),
            ("changed_at", _("Le")),
        ),
        order=21,
    )
    links = Guardianship.objects.filter(guardian=guardian).select_related("child")
    known = {child.pk: child.given_name for child in children}
    yield Section(
        "liens",
        _("Votre lien avec vos enfants"),
        _("Pour savoir qui décide, qui vient les chercher, à qui écrire."),
        _SCHOOLING,
        tell(
            links.order_by("child", "starts_on", "pk"),
            lambda row: known.get(row.child_id) or row.child.reference,
            ("kind", _("Lien")),
            ("parental_authority", _("Autorité parentale")),
            ("lives_with", _("Vit avec vous")),
            ("may_pick_up", _("Vous pouvez venir le chercher")),
            ("receives_messages", _("Vous recevez les messages")),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        ),
        order=22,
    )


@for_guardians
def money(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell the quotient of one's own household, and what one pays."""
    files = list(
        IncomeFile.objects.filter(household=guardian.household_id)
        .select_related("proof")
        .order_by("-valid_from", "-pk")
    )
    yield Section(
        "quotient",
        _("Votre quotient familial"),
        _("Pour calculer le prix des repas."),
        _("Quatre ans ; le justificatif est effacé dès la vérification."),
        tell(
            files,
            lambda row: row.valid_from,
            ("family_quotient", _("Quotient, en euros par mois")),
            ("source", _("D’après")),
            ("valid_from", _("À partir du")),
            ("valid_until", _("Jusqu’au")),
            ("declared_at", _("Déclaré le")),
            ("checked_at", _("Vérifié le")),
            ("refused_at", _("Refusé le")),
            ("refusal", _("Motif du refus")),
        )
        + tell(
            QuotientRequest.objects.filter(guardian=guardian).order_by("-created_at"),
            lambda _row: _("Quotient demandé à la CAF"),
            ("state", _("État")),
            ("created_at", _("Demandé le")),
            ("ended_at", _("Répondu le")),
        ),
        documents_of(files, "proof"),
        order=30,
    )
    shares = PayerShare.objects.filter(guardian=guardian).select_related("rule__child")
    yield Section(
        "paiement",
        _("Ce que vous payez pour vos enfants"),
        _("Pour savoir à qui envoyer les factures."),
        _("Dix ans après la règle suivante."),
        tell(
            shares.filter(
                Q(rule__agreed_at__isnull=False) | Q(rule__proposed_by=guardian)
            ).order_by("-rule__valid_from", "pk"),
            lambda row: row.rule.child.given_name,
            ("valid_from", _("À partir du"), "rule.valid_from"),
            ("mode", _("Partage"), "rule.mode"),
            ("percent", _("Votre part, en pour cent")),
            ("weeks", _("Semaines")),
        ),
        order=31,
    )
    yield Section(
        "invitations",
        _("Invitations que vous avez envoyées"),
        _("Pour que l’autre responsable ait son propre accès."),
        _("Trente jours."),
        tell(
            Invitation.objects.filter(invited_by=user).order_by("-created_at"),
            lambda row: row.created_at.date(),
            ("created_at", _("Envoyée le")),
            ("expires_at", _("Valable jusqu’au")),
            ("used_at", _("Utilisée le")),
        ),
        order=85,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    from families import collected_life

    register_collector(
        "families.family",
        family,
        "families.Guardian",
        "families.Household",
        "families.HomeAddress",
        "families.Child",
        "families.Guardianship",
        "families.NameChange",
    )
    register_collector(
        "families.money",
        money,
        "families.IncomeFile",
        "families.QuotientRequest",
        "families.PayerRule",
        "families.PayerShare",
        "families.Invitation",
    )
    collected_life.register()
    not_collected(
        "Copie, pour la recherche des agents, de noms et de numéros déjà dits.",
        "families.SearchEntry",
    )
    not_collected(
        "Travail des agents sur deux dossiers, dont l’un peut être celui d’une autre personne ; "
        "ce qui en résulte est dans le dossier.",
        "families.DuplicatePair",
        "families.Merge",
    )
    not_collected(
        "Dit seulement qu’un rappel est parti ; le message est parmi les messages reçus.",
        "families.IncomeReminder",
    )
    not_collected(
        "Ne nomme qu’un agent qui agit pour la ville ; son acte est au journal.",
        "families.IncomeRule",
    )
    not_collected("Liste d’un agent ; le journal dit qui l’a sortie.", "families.FamilyExport")
