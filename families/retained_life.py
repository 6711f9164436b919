"""Retention rules of what happens in a family's life: care, separation, moves, agents' papers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from core.retention import Rule, follows, keeps, register, school_year_start, unreferenced
from families import retained
from families.models import (
    AssistanceMandate,
    AssistedSession,
    ChildClaim,
    CourtRuling,
    EmergencyContact,
    FamilyExport,
    FamilyNote,
    FoodAllergy,
    Guardianship,
    IncomeReminder,
    Merge,
    NameChange,
    Objection,
    PhotoAnswer,
    QuotientRequest,
    SchoolQuestion,
    SituationReport,
)

_YEAR = dt.timedelta(days=365)
_SCHOOLING = "CNIL, ancienne norme simplifiée 58 : durée de la scolarité et un an"
_EACH_YEAR = "Fin de l’année scolaire : l’information se redonne à chaque rentrée"


def _of_departed(before: dt.datetime) -> Q:
    return Q(child__in=retained.departed(before).values("pk"))


def _rulings(before: dt.datetime) -> QuerySet[CourtRuling]:
    return unreferenced(CourtRuling.objects.filter(_of_departed(before)))


def _notes(before: dt.datetime) -> QuerySet[FamilyNote]:
    """Notes on households whose children have all left, and removed ones."""
    present = Guardianship.objects.exclude(child__in=retained.departed(before).values("pk")).values(
        "guardian__household"
    )
    old = FamilyNote.objects.filter(written_at__lt=before)
    return old.filter(Q(removed_at__lt=before) | ~Q(household__in=present))


def _mandates(before: dt.datetime) -> QuerySet[AssistanceMandate]:
    """Mandates long over, and those never signed."""
    return unreferenced(
        AssistanceMandate.objects.filter(
            Q(ended_at__lt=before)
            | Q(last_day__lt=before.date())
            | Q(signed_at__isnull=True, created_at__lt=before)
        )
    )


def _drop_proofs(rows: QuerySet[Any]) -> int:
    return rows.update(proof=None)


def _drop_details(rows: QuerySet[Any]) -> int:
    return rows.update(record={}, seal="")


def register_rules() -> None:
    """Register them; called through :mod:`families.retained`."""
    follows("families.SearchEntry", "families.SearchWord")
    follows("families.Guardian", "families.SearchEntry", "families.DuplicatePair")
    follows("families.Household", "families.HomeAddress")
    follows("families.HealthCarePlan", "families.PlanDocument")
    follows("families.FamilyNote", "families.FamilyNoteVersion")
    follows("families.Objection", "families.Consent")
    keeps("File d’attente de l’index, vidée chaque minute", "families.SearchDue")
    keeps("Ce que le conseil a voté, sans donnée personnelle", "families.IncomeRule")
    keeps("Lieux où l’on aide, sans donnée personnelle", "families.HelpPlace")
    keeps("Orthographes de noms de la ville, de personne en particulier", "families.SearchKey")
    register(
        Rule(
            "families.emergency",
            "families.EmergencyContact",
            dt.timedelta(0),
            _EACH_YEAR,
            lambda before: EmergencyContact.objects.filter(ends_on__lt=school_year_start(before)),
            age="ends_on",
            what="Personnes à prévenir en cas d’urgence, remplacées",
            order=10,
        ),
        Rule(
            "families.allergies",
            "families.FoodAllergy",
            dt.timedelta(0),
            _EACH_YEAR,
            lambda before: FoodAllergy.objects.filter(ends_on__lt=school_year_start(before)),
            age="ends_on",
            what="Allergies qui ne valent plus",
            order=10,
        ),
        Rule(
            "families.photos",
            "families.PhotoAnswer",
            _YEAR,
            f"{_SCHOOLING} : preuve de ce qui était permis",
            lambda before: PhotoAnswer.objects.filter(_of_departed(before)),
            age="answered_at",
            what="Réponses sur les photos d’enfants partis",
            order=50,
        ),
        Rule(
            "families.reports",
            "families.SituationReport",
            _YEAR,
            "Un an après le traitement",
            lambda before: SituationReport.objects.filter(handled_at__lt=before),
            age="handled_at",
            what="Situations signalées et traitées",
            order=50,
        ),
        Rule(
            "families.reports.proofs",
            "families.SituationReport",
            dt.timedelta(days=61),
            "Code de justice administrative, article R421-1 : deux mois pour contester",
            lambda before: SituationReport.objects.filter(
                handled_at__lt=before, proof__isnull=False
            ),
            _drop_proofs,
            age="handled_at",
            what="Justificatifs de situations traitées",
            order=49,
        ),
        Rule(
            "families.school_questions",
            "families.SchoolQuestion",
            _YEAR,
            "Un an après la suite donnée",
            lambda before: SchoolQuestion.objects.filter(
                Q(handled_at__lt=before) | Q(handled_at__isnull=True, answered_at__lt=before)
            ),
            age="asked_at",
            what="Réponses sur l’école après un déménagement",
            order=50,
        ),
        Rule(
            "families.claims",
            "families.ChildClaim",
            _YEAR,
            "Un an après la réponse : le temps de la contester",
            lambda before: ChildClaim.objects.filter(decided_at__lt=before),
            age="made_at",
            what="Demandes de rattachement à un enfant",
            order=50,
        ),
        Rule(
            "families.names",
            "families.NameChange",
            _YEAR,
            _SCHOOLING,
            lambda before: NameChange.objects.filter(_of_departed(before)),
            age="changed_at",
            what="Anciens noms d’enfants partis",
            order=50,
        ),
        Rule(
            "families.objections",
            "families.Objection",
            _YEAR,
            f"{_SCHOOLING} ; Code civil, article 372-2",
            lambda before: Objection.objects.filter(_of_departed(before)),
            age="raised_at",
            what="Oppositions d’un parent, pour des enfants partis",
            order=50,
        ),
        Rule(
            "families.rulings",
            "families.CourtRuling",
            _YEAR,
            _SCHOOLING,
            _rulings,
            age="recorded_at",
            what="Jugements, pour des enfants partis",
            order=51,
        ),
        Rule(
            "families.notes",
            "families.FamilyNote",
            _YEAR,
            _SCHOOLING,
            _notes,
            age="written_at",
            what="Notes d’agents sur des familles parties, notes retirées",
            order=50,
        ),
        Rule(
            "families.assisted",
            "families.AssistedSession",
            dt.timedelta(days=6 * 365),
            "Comme ses actes au journal : six ans",
            lambda before: AssistedSession.objects.filter(started_at__lt=before),
            age="started_at",
            what="Séances où quelqu’un a agi pour une famille",
            order=50,
        ),
        Rule(
            "families.mandates",
            "families.AssistanceMandate",
            dt.timedelta(days=5 * 365 + 1),
            "Code civil, article 2224 : cinq ans après la fin du mandat",
            _mandates,
            age="created_at",
            what="Mandats d’aidants, copie signée comprise",
            order=51,
        ),
        Rule(
            "families.exports",
            "families.FamilyExport",
            dt.timedelta(days=30),
            "Le temps de savoir qui a sorti une liste ; le journal le garde",
            lambda before: FamilyExport.objects.filter(asked_at__lt=before),
            age="asked_at",
            what="Listes sorties par des agents",
            order=10,
        ),
        Rule(
            "families.quotient_requests",
            "families.QuotientRequest",
            dt.timedelta(days=4 * 365),
            "Loi du 31 décembre 1968 : prescription de quatre ans",
            lambda before: QuotientRequest.objects.filter(ended_at__lt=before),
            age="created_at",
            what="Quotients demandés à la CAF",
            order=10,
        ),
        Rule(
            "families.income_reminders",
            "families.IncomeReminder",
            dt.timedelta(days=2 * 365),
            "Deux rentrées : ne pas rappeler deux fois",
            lambda before: IncomeReminder.objects.filter(queued_at__lt=before),
            age="queued_at",
            what="Rappels de quotient envoyés",
            order=10,
        ),
        Rule(
            "families.merges",
            "families.Merge",
            dt.timedelta(0),
            "Trente jours pour défaire une fusion ; ensuite le détail ne sert plus",
            lambda before: Merge.objects.filter(undo_until__lt=before).exclude(record={}),
            _drop_details,
            age="done_at",
            what="Détail des fusions qui ne se défont plus",
            order=10,
        ),
    )
