"""What a child's page, and a teacher's sheet, tell of care: gathered in a few queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.accounts.models import User
from core.acting import Scope, reaches
from families.access.care import to_renew_soon
from families.models import (
    Child,
    EmergencyContact,
    FoodAllergy,
    Guardian,
    Guardianship,
    HealthCarePlan,
    PhotoAnswer,
    PickupContact,
)
from families.models.health import allergen_names
from families.rules.care import photo_verdict


@dataclass(frozen=True)
class PhotoLine:
    """One use of pictures: its verdict, and what the reader has answered, if a parent."""

    use: str
    label: str
    #: ``yes``, ``no`` or ``waiting``.
    verdict: str
    mine: bool | None = None


def photo_lines(
    children: Collection[Child], guardian: Guardian | None = None
) -> dict[int, list[PhotoLine]]:
    """Return where pictures of these children may be shown today, in two queries."""
    keys = [child.pk for child in children]
    holders: dict[int, set[int]] = {key: set() for key in keys}
    links = Guardianship.objects.current().filter(child__in=keys, parental_authority=True)
    for child_id, guardian_id in links.values_list("child", "guardian"):
        holders[child_id].add(guardian_id)
    given: dict[tuple[int, str], dict[int, bool]] = {}
    answers = PhotoAnswer.objects.current().filter(child__in=keys)
    for child_id, use, who, allowed in answers.values_list("child", "use", "guardian", "allowed"):
        given.setdefault((child_id, use), {})[who] = allowed
    return {
        key: [
            PhotoLine(
                use,
                str(label),
                photo_verdict(use, given.get((key, use), {}), holders[key]),
                given.get((key, use), {}).get(guardian.pk) if guardian else None,
            )
            for use, label in PhotoAnswer.Use.choices
        ]
        for key in keys
    }


@dataclass(frozen=True)
class HealthLine:
    """A child's plan and allergies; ``to_confirm`` is a plan the school has not confirmed."""

    plan: HealthCarePlan | None
    to_confirm: HealthCarePlan | None
    allergy: FoodAllergy | None
    ends_soon: bool = False

    @property
    def plan_allergens(self) -> list[str]:
        """Names of what the plan keeps off the plate."""
        return allergen_names(self.plan.allergens) if self.plan else []

    @property
    def told_allergens(self) -> list[str]:
        """Names of what the family told, other foods last."""
        if self.allergy is None:
            return []
        other = [self.allergy.other_foods] if self.allergy.other_foods else []
        return [*allergen_names(self.allergy.allergens), *other]


def health_of(child: Child) -> HealthLine:
    """Return a child's plan in force, the one to confirm and its allergies, in three queries."""
    plans = list(HealthCarePlan.objects.filter(child=child).in_force().order_by("starts_on", "pk"))
    confirmed = [plan for plan in plans if plan.confirmed_at is not None]
    waiting = HealthCarePlan.objects.filter(child=child, confirmed_at__isnull=True).first()
    plan = confirmed[-1] if confirmed else None
    return HealthLine(
        plan,
        waiting,
        FoodAllergy.objects.current().filter(child=child).first(),
        plan is not None and to_renew_soon(plan),
    )


def people_who_collect(child: Child) -> tuple[list[Guardianship], list[PickupContact]]:
    """Return the guardians and the contacts who may collect a child today, in two queries."""
    links = (
        Guardianship.objects.may_collect()
        .filter(child=child)
        .select_related("guardian")
        .order_by("guardian__family_name", "guardian", "pk")
    )
    contacts = PickupContact.objects.current().filter(child=child).order_by("name", "pk")
    return list(links), list(contacts)


def people_to_call(child: Child) -> tuple[list[Guardianship], list[EmergencyContact]]:
    """Return whom to call: guardians with authority, then the contacts, in two queries."""
    links = (
        Guardianship.objects.current()
        .filter(child=child, parental_authority=True)
        .select_related("guardian")
        .order_by("-lives_with", "guardian", "pk")
    )
    contacts = EmergencyContact.objects.current().filter(child=child).order_by("rank", "pk")
    return list(links), list(contacts)


def care_of(child: Child, guardian: Guardian, user: User) -> dict[str, Any]:
    """Return what a child's page tells its parents of care; health only within its scope."""
    collecting, collectors = people_who_collect(child)
    _links, contacts = people_to_call(child)
    lines = photo_lines([child], guardian)[child.pk]
    return {
        "collecting": collecting,
        "collectors": collectors,
        "contacts": contacts,
        "health": health_of(child) if reaches(user, Scope.HEALTH) else None,
        "photos_to_answer": any(line.mine is None for line in lines),
    }
