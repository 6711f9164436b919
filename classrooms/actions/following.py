"""How soon a fault is looked at, by whom, and what it waits for."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.incidents import lock_incident, refuse_settled
from classrooms.deadlines import WorkingDays
from classrooms.models import Incident, IncidentNote
from classrooms.queries.people import technicians_of
from core import clock, journal, outbox
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor


def assign(*, by: Actor, incident: Incident, to: User) -> Incident:
    """Entrust a fault to a technician of its school, who is told.

    The clock goes on until that person takes it on. Raises RuleBroken ``assignee`` for
    somebody who does not look after the school, ``state`` once it is settled.
    """
    with transaction.atomic():
        current = lock_incident(incident)
        refuse_settled(current)
        if not technicians_of(current.school).filter(pk=to.pk).exists():
            raise RuleBroken(
                "assignee", _("Cette personne ne s’occupe pas de cette école."), "assignee"
            )
        if current.handler_id == to.pk:
            return current
        current.handler = to
        current.save(update_fields=["handler"])
        note = IncidentNote.objects.create(
            incident=current, kind=IncidentNote.Kind.ASSIGNED, author=by.user, assignee=to
        )
        journal.record(by, "incident.assign", current, to=to.pk)
        if to != by.user:
            outbox.queue(
                kind="fleet_incident_assigned",
                to=to,
                context={"incident": current, "device": current.device},
                dedupe_key=f"incident.assigned:{note.pk}",
            )
    return current


def set_priority(*, by: Actor, incident: Incident, priority: int, why: str) -> Incident:
    """Make a fault more or less pressing than the rules say, and say why.

    Both promises are counted again from the day of the report. Raises RuleBroken ``why``
    without a ground, ``priority`` when nothing would change, ``state`` once it is settled.
    """
    why = why.strip()[:500]
    if len(why) < 3:
        raise RuleBroken("why", _("Dites pourquoi, en quelques mots."), "why")
    with transaction.atomic():
        current = lock_incident(incident)
        refuse_settled(current)
        if current.priority == priority:
            raise RuleBroken("priority", _("C’est déjà sa priorité."), "priority")
        before, current.priority = current.priority, priority
        _promise(current)
        current.save(update_fields=["priority", "answer_by", "settle_by"])
        IncidentNote.objects.create(
            incident=current,
            kind=IncidentNote.Kind.PRIORITY,
            author=by.user,
            text=why,
            before=before,
            after=priority,
        )
        journal.record(by, "incident.priority", current, before=before, after=priority)
    return current


def pause(*, by: Actor, incident: Incident, pause: str, text: str = "") -> Incident:
    """Stop the clock of a fault that waits for something; one that waits already goes on so.

    Raises RuleBroken ``state`` for a fault that nobody has taken on, or that is settled.
    """
    with transaction.atomic():
        current = lock_incident(incident)
        if current.state not in (Incident.State.IN_PROGRESS, Incident.State.SWAPPED):
            raise RuleBroken("state", _("Prenez d’abord cette panne en charge."))
        if current.pause == pause:
            return current
        current.pause = pause
        current.paused_on = current.paused_on or clock.today()
        current.save(update_fields=["pause", "paused_on"])
        words = [Incident.Pause(pause).label, text.strip()]
        IncidentNote.objects.create(
            incident=current,
            kind=IncidentNote.Kind.PAUSED,
            author=by.user,
            text=" : ".join(str(word) for word in words if word)[:500],
        )
        journal.record(by, "incident.pause", current, pause=pause)
    return current


def resume(*, by: Actor, incident: Incident) -> Incident:
    """Let the clock of a fault go on; the school days it waited do not count. Repeatable."""
    with transaction.atomic():
        current = lock_incident(incident)
        if current.paused_on is None:
            return current
        today = clock.today()
        waited = WorkingDays(current.paused_on, today).between(current.paused_on, today)
        current.paused_days += waited
        current.pause, current.paused_on = "", None
        _promise(current)
        current.save(update_fields=["pause", "paused_on", "paused_days", "answer_by", "settle_by"])
        IncidentNote.objects.create(
            incident=current, kind=IncidentNote.Kind.RESUMED, author=by.user
        )
        journal.record(by, "incident.resume", current, waited=waited)
    return current


def _promise(incident: Incident) -> None:
    day = clock.service_day(incident.reported_at)
    promises = WorkingDays(day, clock.today()).promises(
        day, incident.priority, incident.paused_days
    )
    for field, value in promises.items():
        setattr(incident, field, value)
