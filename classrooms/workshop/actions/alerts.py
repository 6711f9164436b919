"""Faults that come back on a model are noticed once a quarter, and the manager told."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms.models import Incident
from classrooms.workshop import rules
from classrooms.workshop.models import FaultAlert, WorkshopTerms
from classrooms.workshop.queries.faults import recurring_now
from core import clock, journal, outbox
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor


def notice_faults(day: dt.date) -> int:
    """Note the faults that come back these days; return how many are new this quarter."""
    quarter, new = rules.quarter_of(day), 0
    posts = Post.objects.current(day).filter(role=Role.IT_MANAGER)
    managers = User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("pk")
    for found in recurring_now(day):
        with transaction.atomic():
            alert, is_new = FaultAlert.objects.get_or_create(
                model=found.model,
                kind=found.kind,
                quarter=quarter,
                defaults={"count": found.count, "fleet": found.fleet},
            )
            if not is_new:
                continue
            new += 1
            for person in managers:
                outbox.queue(
                    kind="fleet_fault_alert",
                    to=person,
                    context={"alert": alert, "kind": Incident.Kind(alert.kind).label},
                    dedupe_key=f"fault_alert:{alert.pk}:{person.pk}",
                )
    return new


def decide_terms(*, by: Actor, starts_on: dt.date, terms: rules.Terms) -> WorkshopTerms:
    """Note the rates and thresholds in force from a day on.

    Raises RuleBroken ``starts_on`` for a day that is past (repairs ended at its rate) or
    decided already.
    """
    if starts_on < clock.today():
        raise RuleBroken("starts_on", _("Choisissez aujourd’hui ou une date à venir."), "starts_on")
    try:
        with transaction.atomic():
            row = WorkshopTerms.objects.create(
                starts_on=starts_on,
                hour_cents=terms.hour_cents,
                share_percent=terms.share_percent,
                floor_percent=terms.floor_percent,
                claim_days=terms.claim_days,
                alert_min=terms.alert_min,
                alert_percent=terms.alert_percent,
                decided_by=by.user,
            )
            journal.record(by, "workshop_terms.decide", row, hour=terms.hour_cents)
    except IntegrityError as error:
        raise RuleBroken(
            "starts_on", _("Un barème commence déjà ce jour-là."), "starts_on"
        ) from error
    return row
