"""Retention rules of what is given: nothing of it outlives the school year."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, follows, register
from resources.assignments.models import Assignment, PupilGroup, Seat

_SOURCE = (
    "Fin de l’année scolaire : le suivi d’un enseignant sert à sa classe (RGPD, article 5.1.e)"
)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("assignments.Assignment", "assignments.AssignmentItem", "assignments.AssignmentPupil")
    follows("assignments.AssignmentItem", "assignments.Progress")
    follows("assignments.PupilGroup", "assignments.PupilGroupMember")
    register(
        Rule(
            "assignments.assignments",
            "assignments.Assignment",
            dt.timedelta(0),
            _SOURCE,
            lambda before: Assignment.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="given_at",
            what="Ce qui est donné aux élèves, et qui l’a ouvert ou fini",
            order=8,
        ),
        Rule(
            "assignments.groups",
            "assignments.PupilGroup",
            dt.timedelta(0),
            _SOURCE,
            lambda before: PupilGroup.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="made_at",
            what="Groupes d’élèves d’une classe",
            order=9,
        ),
        Rule(
            "assignments.seats",
            "assignments.Seat",
            dt.timedelta(0),
            _SOURCE,
            lambda before: Seat.objects.filter(class_group__school_year__ends_on__lt=before.date()),
            age="day",
            what="Accès comptés tenus par une classe ou un élève",
            order=9,
        ),
    )
