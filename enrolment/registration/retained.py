"""Retention rules of requests for a place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from core.retention import Rule, follows, register, unreferenced
from enrolment.registration.models import (
    Admission,
    Application,
    Certificate,
    Departure,
    Proof,
    State,
    Waiver,
)
from families.retained import departed, register_served

_SCHOOLING = "CNIL, ancienne norme simplifiée 58 : durée de la scolarité et un an"
_YEAR = dt.timedelta(days=365)
_OVER = [State.REFUSED, State.WITHDRAWN, State.DRAFT]


def _served(before: dt.datetime) -> QuerySet[Any]:
    """Children for whom something was asked or decided since an instant."""
    return Application.objects.filter(
        Q(created_at__gte=before)
        | Q(decided_at__gte=before)
        | Q(state__in=["submitted", "incomplete"])
    ).values("child")


def _of_departed(before: dt.datetime, path: str) -> Q:
    return Q(**{f"{path}__in": departed(before).values("pk")})


def _come_to_nothing(before: dt.datetime) -> QuerySet[Application]:
    """Refused, withdrawn or never sent, a year ago."""
    return unreferenced(
        Application.objects.filter(state__in=_OVER).filter(
            Q(decided_at__lt=before) | Q(decided_at__isnull=True, created_at__lt=before)
        )
    )


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_served(_served)
    follows("registration.Application", "registration.ProofRequest", "registration.PaperRequest")
    register(
        Rule(
            "registration.proofs",
            "registration.Proof",
            dt.timedelta(days=61),
            "Code de justice administrative, article R421-1 : deux mois pour contester",
            lambda before: Proof.objects.filter(application__decided_at__lt=before),
            age="added_at",
            what="Justificatifs de demandes décidées",
            order=20,
        ),
        Rule(
            "registration.waivers",
            "registration.Waiver",
            dt.timedelta(days=2 * 365),
            "Deux ans après la décision, temps d’un recours",
            lambda before: Waiver.objects.filter(decided_at__lt=before),
            age="decided_at",
            what="Demandes de dérogation et leurs motifs",
            order=20,
        ),
        Rule(
            "registration.departures.refused",
            "registration.Departure",
            _YEAR,
            "Un an : le temps de redemander",
            lambda before: Departure.objects.filter(
                state__in=[Departure.REFUSED, Departure.WITHDRAWN]
            ).filter(
                Q(decided_at__lt=before) | Q(decided_at__isnull=True, requested_at__lt=before)
            ),
            age="requested_at",
            what="Demandes de radiation refusées ou retirées",
            order=20,
        ),
        Rule(
            "registration.departures",
            "registration.Departure",
            _YEAR,
            _SCHOOLING,
            lambda before: Departure.objects.filter(_of_departed(before, "child")),
            age="requested_at",
            what="Radiations d’enfants partis ; le registre garde la date",
            order=22,
        ),
        Rule(
            "registration.refused",
            "registration.Application",
            _YEAR,
            "Un an : le temps de redemander",
            _come_to_nothing,
            age="created_at",
            what="Demandes refusées, retirées ou jamais envoyées",
            order=24,
        ),
        Rule(
            "registration.admissions",
            "registration.Admission",
            _YEAR,
            _SCHOOLING,
            lambda before: Admission.objects.filter(_of_departed(before, "application__child")),
            age="admitted_at",
            what="Admissions d’enfants partis ; le registre garde la date",
            order=21,
        ),
        Rule(
            "registration.certificates",
            "registration.Certificate",
            _YEAR,
            _SCHOOLING,
            lambda before: Certificate.objects.filter(_of_departed(before, "application__child")),
            age="issued_at",
            what="Certificats d’enfants partis",
            order=22,
        ),
        Rule(
            "registration.applications",
            "registration.Application",
            _YEAR,
            _SCHOOLING,
            lambda before: unreferenced(Application.objects.filter(_of_departed(before, "child"))),
            age="created_at",
            what="Demandes d’enfants partis",
            order=25,
        ),
    )
