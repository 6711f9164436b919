"""Retention rules of the fleet: machines are not people, but people handled them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from classrooms.models import (
    Device,
    FleetEvent,
    HandOut,
    ImportRun,
    Incident,
    IncidentFollower,
    IncidentNote,
    InternetLine,
)
from classrooms.rules import GONE
from core.retention import Rule, follows, keeps, purged, register, unreferenced

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def _told(before: dt.datetime) -> QuerySet[Incident]:
    said = Exists(IncidentNote.objects.filter(incident=OuterRef("pk")))
    followed = Exists(IncidentFollower.objects.filter(incident=OuterRef("pk")))
    named = ~Q(reporter__isnull=True, handler__isnull=True, entered_by__isnull=True, description="")
    return Incident.objects.filter(
        said | followed | named, state=Incident.State.CLOSED, closed_at__lt=before
    )


def _untell(rows: QuerySet[Any]) -> int:
    IncidentNote.objects.filter(incident__in=rows).delete()
    IncidentFollower.objects.filter(incident__in=rows).delete()
    return rows.update(reporter=None, handler=None, entered_by=None, description="")


def _returned(before: dt.datetime) -> QuerySet[HandOut]:
    return HandOut.objects.filter(state=HandOut.State.CLOSED, closed_at__lt=before).filter(
        Q(teacher__isnull=False) | Q(handed_by__isnull=False) | Q(pupil_slot__isnull=False)
    )


def _unname(rows: QuerySet[Any]) -> int:
    """Say "the school" where a teacher was named, and the class where a pupil's place was.

    A hand-out always has a holder.
    """
    pks = list(rows.values_list("pk", flat=True))
    count, rows = len(pks), HandOut.objects.filter(pk__in=pks)
    rows.filter(holder=HandOut.Holder.TEACHER).update(holder=HandOut.Holder.SCHOOL, teacher=None)
    rows.filter(holder=HandOut.Holder.PUPIL).update(holder=HandOut.Holder.CLASS, pupil_slot=None)
    rows.update(handed_by=None)
    return count


def _gone(before: dt.datetime) -> QuerySet[Device]:
    """Devices that left the fleet and of which nothing was heard since."""
    return unreferenced(
        Device.objects.filter(
            state__in=GONE,
            created_at__lt=before,
        )
    )


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps(
        "Matériel et organisation, sans donnée personnelle",
        "classrooms.DeviceCategory",
        "classrooms.DeviceModel",
        "classrooms.RepairPrice",
        "classrooms.Depot",
        "classrooms.Cart",
        "classrooms.ImportProfile",
    )
    follows("classrooms.HandOut", "classrooms.HandOutItem")
    follows("classrooms.Device", "classrooms.DeviceAddress")
    follows("classrooms.InternetLine", "classrooms.LineChange")
    follows("classrooms.Incident", "classrooms.IncidentNote", "classrooms.IncidentFollower")
    register(
        Rule(
            "fleet.history",
            "classrooms.FleetEvent",
            _FIVE_YEARS,
            "Inventaire : cinq ans, durée d’amortissement ; l’agent part avec l’événement",
            lambda before: FleetEvent.objects.filter(at__lt=before),
            purged,
            age="at",
            what="Histoire des appareils",
            order=30,
        ),
        Rule(
            "fleet.incidents",
            "classrooms.Incident",
            dt.timedelta(days=3 * 365),
            "Trois ans, garantie du matériel ; la panne reste, sans les personnes",
            _told,
            _untell,
            age="closed_at",
            what="Qui a signalé et réparé des pannes anciennes",
            order=31,
        ),
        Rule(
            "fleet.hand_outs",
            "classrooms.HandOut",
            dt.timedelta(days=365),
            "Un an après le retour du matériel ; le prêt reste, sans la personne",
            _returned,
            _unname,
            age="closed_at",
            what="À qui du matériel rendu avait été confié",
            order=31,
        ),
        Rule(
            "fleet.imports",
            "classrooms.ImportRun",
            dt.timedelta(days=92),
            "Tant qu’une correction du tableau est probable ; l’histoire du parc garde l’acte",
            lambda before: ImportRun.objects.filter(started_at__lt=before).exclude(
                state__in=("applying", "undoing")
            ),
            age="started_at",
            what="Tableaux d’appareils reçus",
            order=10,
        ),
        Rule(
            "fleet.devices",
            "classrooms.Device",
            _FIVE_YEARS,
            "Inventaire : cinq ans après la sortie du parc",
            _gone,
            age="created_at",
            what="Appareils sortis du parc",
            order=40,
        ),
        Rule(
            "fleet.lines",
            "classrooms.InternetLine",
            _FIVE_YEARS,
            "Code civil, article 2224 : contrats, cinq ans",
            lambda before: InternetLine.objects.filter(closed_on__lt=before.date()),
            age="closed_on",
            what="Lignes internet résiliées",
            order=40,
        ),
    )
