"""What the page "Ma famille" tells: the other parents, and what remains to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from families.models import Child, Guardian, Guardianship, IncomeFile, Invitation


@dataclass(frozen=True)
class OtherGuardian:
    """Another person responsible for one's children: a name and a link, never an address.

    ``access`` is ``account``, ``invited``, ``desk`` (an institution) or ``none``.
    """

    pk: int
    full_name: str
    kind: str
    children: str
    access: str


def other_guardians(children: Sequence[Child], guardian: Guardian) -> list[OtherGuardian]:
    """Return the other guardians of these children, in two queries."""
    links = (
        Guardianship.objects.current()
        .filter(child__in=[child.pk for child in children])
        .exclude(guardian=guardian)
        .select_related("guardian", "child")
        .order_by("guardian__family_name", "guardian", "child__birth_date", "pk")
    )
    by_guardian: dict[int, list[Guardianship]] = {}
    for link in links:
        by_guardian.setdefault(link.guardian_id, []).append(link)
    invited = set(
        Invitation.objects.open()
        .filter(guardian__in=by_guardian)
        .values_list("guardian", flat=True)
    )
    found = []
    for key, ties in by_guardian.items():
        other = ties[0].guardian
        access = "account" if other.user_id else "invited" if key in invited else "none"
        if access != "account" and other.organisation:
            access = "desk"
        found.append(
            OtherGuardian(
                pk=key,
                full_name=other.full_name,
                kind=str(ties[0].get_kind_display()),
                children=", ".join(tie.child.given_name for tie in ties),
                access=access,
            )
        )
    return found


def tasks_of(
    guardian: Guardian,
    children: Sequence[Child],
    others: Sequence[OtherGuardian],
    income: IncomeFile | None,
) -> list[dict[str, object]]:
    """Return the steps of setting up a family, done or not; empty once all are done."""
    has_address = bool(guardian.household.address_lines)
    tasks: list[dict[str, object]] = [
        {
            "title": _("Donner votre adresse"),
            "text": _("Elle décide de l’école de votre secteur."),
            "url": reverse("families:address"),
            "done": has_address,
        },
        {
            "title": _("Ajouter vos enfants"),
            "text": "",
            "url": reverse("families:child_add"),
            "done": bool(children),
        },
    ]
    if children:
        tasks.append(
            {
                "title": _("Indiquer l’autre parent"),
                "text": _("Il ou elle peut avoir son propre accès. Facultatif."),
                "url": reverse("families:guardian_add"),
                "done": bool(others),
                "optional": True,
            }
        )
        tasks.append(
            {
                "title": _("Déclarer votre quotient familial"),
                "text": _("Sans lui, le tarif le plus élevé s’applique."),
                "url": reverse("families:income"),
                "done": income is not None and income.refused_at is None,
            }
        )
    for task in tasks:
        task["state"] = _("Fait") if task["done"] else _("À faire")
        task["tone"] = "success" if task["done"] else "plain"
    return [] if all(task["done"] or task.get("optional") for task in tasks) else tasks
