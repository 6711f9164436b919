"""How what depends on a family's situation is merged: rulings, care, moves, help."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from families.merging.relations import (
    MOVE,
    ON_CLASH_ABSORB,
    ON_CLASH_END,
    ON_CLASH_REFUSE,
    STAY,
    MergeRule,
    register_merge_rules,
)


def _from(row: Any) -> str:
    return date_format(row.starts_on, "j F Y")


def _all_allergens(kept: Any, other: Any) -> dict[str, Any]:
    """What either file says must be avoided: too much caution harms nobody."""
    foods = [food for food in (kept.other_foods, other.other_foods) if food]
    return {
        "allergens": sorted({*kept.allergens, *other.allergens}),
        "other_foods": ", ".join(dict.fromkeys(foods))[:200],
    }


def _both_allow(kept: Any, other: Any) -> dict[str, Any]:
    """A picture needs both answers to agree."""
    return {"allowed": kept.allowed and other.allowed}


def _care() -> dict[str, MergeRule]:
    emergency = MergeRule(
        MOVE,
        gettext_lazy("Personnes à appeler en cas d’urgence"),
        lambda row: row.name,
        clash=ON_CLASH_END,
        order=21,
    )
    allergies = gettext_lazy("Allergies déclarées")
    photos = MergeRule(
        MOVE,
        gettext_lazy("Réponses sur les photos"),
        lambda row: str(row.get_use_display()),
        clash=ON_CLASH_ABSORB,
        absorb=_both_allow,
        order=42,
    )
    plans = gettext_lazy("Projets d’accueil (PAI)")
    return {
        "families.EmergencyContact.child": emergency,
        "families.EmergencyContact.added_by": emergency,
        "families.FoodAllergy.child": MergeRule(
            MOVE,
            allergies,
            _from,
            clash=ON_CLASH_ABSORB,
            absorb=_all_allergens,
            order=41,
            told=False,
        ),
        "families.FoodAllergy.declared_by": MergeRule(MOVE, allergies, _from, order=41, told=False),
        "families.PhotoAnswer.child": photos,
        "families.PhotoAnswer.guardian": photos,
        "families.HealthCarePlan.child": MergeRule(
            MOVE,
            plans,
            _from,
            clash=ON_CLASH_REFUSE,
            refusal=gettext_lazy(
                "Les deux dossiers ont un projet d’accueil à confirmer : "
                "faites d’abord confirmer l’un des deux par l’école."
            ),
            binds=True,
            order=40,
            told=False,
        ),
        "families.HealthCarePlan.handed_in_by": MergeRule(MOVE, plans, _from, order=40, told=False),
    }


def _separation() -> dict[str, MergeRule]:
    rulings = MergeRule(
        MOVE,
        gettext_lazy("Décisions de justice"),
        lambda row: date_format(row.decided_on, "j F Y"),
        binds=True,
        order=11,
    )
    objections = MergeRule(
        MOVE,
        gettext_lazy("Oppositions"),
        lambda row: f"{row.get_act_display()} · {row.get_state_display()}",
        binds=True,
        order=12,
    )
    claims = MergeRule(
        MOVE,
        gettext_lazy("Demandes de rattachement"),
        lambda row: f"{row.reference} · {row.get_state_display()}",
        order=61,
    )
    return {
        "families.CourtRuling.child": rulings,
        "families.CourtRuling.guardian": rulings,
        "families.Objection.child": objections,
        "families.Objection.raised_by": objections,
        "families.Consent.guardian": MergeRule(
            MOVE, gettext_lazy("Accords donnés"), lambda row: str(row.objection), order=13
        ),
        "families.ChildClaim.guardian": claims,
        "families.ChildClaim.child": claims,
    }


def _situations() -> dict[str, MergeRule]:
    names = MergeRule(
        MOVE, gettext_lazy("Changements de nom"), lambda row: f"n° {row.pk}", order=62
    )
    reports = MergeRule(
        MOVE,
        gettext_lazy("Changements de situation signalés"),
        lambda row: str(row.get_kind_display()),
        order=63,
    )
    addresses = gettext_lazy("Adresses successives")
    return {
        "families.NameChange.guardian": names,
        "families.NameChange.child": names,
        "families.SituationReport.child": reports,
        "families.SituationReport.reported_by": reports,
        "families.SchoolQuestion.child": MergeRule(
            MOVE,
            gettext_lazy("Questions sur l’école après un déménagement"),
            lambda row: date_format(row.address.starts_on, "j F Y"),
            order=64,
        ),
        # Where the merged household lived is its own history, and no address of the one kept.
        "families.HomeAddress.household": MergeRule(STAY, addresses, _from, order=65),
        "families.HomeAddress.mover": MergeRule(MOVE, addresses, _from, order=65),
    }


def _help() -> dict[str, MergeRule]:
    return {
        "families.AssistanceMandate.guardian": MergeRule(
            MOVE,
            gettext_lazy("Mandats d’aide"),
            lambda row: str(row.get_state_display()),
            order=66,
        ),
        "families.AssistedSession.guardian": MergeRule(
            MOVE,
            gettext_lazy("Aides au guichet"),
            lambda row: date_format(row.started_at, "j F Y"),
            order=67,
        ),
    }


def _quotients() -> dict[str, MergeRule]:
    asked = MergeRule(
        MOVE,
        gettext_lazy("Quotients demandés à la CAF"),
        lambda row: str(row.get_state_display()),
        order=51,
    )
    return {
        "families.QuotientRequest.household": asked,
        "families.QuotientRequest.guardian": asked,
        "families.IncomeReminder.household": MergeRule(
            MOVE,
            gettext_lazy("Rappels de quotient"),
            lambda row: date_format(row.year_starts_on, "Y"),
            order=52,
            told=False,
        ),
    }


def register() -> None:
    """Register the rules; called when the app starts."""
    register_merge_rules({**_care(), **_separation(), **_situations(), **_help(), **_quotients()})
