"""Leaving a school: a parent asks, the head or an agent strikes off and certifies.

One parent may ask alone (Code civil 372-2); while the other objects, the certificate
waits. The child's row is locked first by all who ask, issue or object.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration.models import Departure
from enrolment.schools.actions import roll
from enrolment.schools.models import RollEntry
from families.actions.objections import ensure_not_frozen, lock_child
from families.codes import new_code, new_reference
from families.models import Child, Guardian, JointAct


@transaction.atomic
def ask_to_leave(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    leaves_on: dt.date,
    destination: str,
    at_school: bool = False,
) -> Departure:
    """Ask that a child be struck off its school's roll; asked twice, the first stands.

    Both parents are told. ``at_school``: the head writes down what a parent came to say, so
    the day may be past. Raises RuleBroken ``frozen``, ``not_on_roll``, ``day``,
    ``destination``, ``authority``.
    """
    ensure_not_frozen(child.pk, JointAct.DEREGISTRATION)
    if destination not in Departure.Destination.values:
        raise RuleBroken("destination", _("Dites où l’enfant ira ensuite."), "destination")
    entry = (
        RollEntry.objects.current()
        .filter(child=child, left_on__isnull=True)
        .select_related("school_year")
        .first()
    )
    if entry is None:
        raise RuleBroken("not_on_roll", _("Cet enfant n’est inscrit dans aucune école."))
    if at_school and guardian not in Guardian.objects.holding_authority(child.pk):
        raise RuleBroken(
            "authority", _("Cette personne n’exerce pas l’autorité parentale."), "guardian"
        )
    first, last = entry.admitted_on, entry.school_year.ends_on + dt.timedelta(days=60)
    if not (first if at_school else max(first, clock.today())) <= leaves_on <= last:
        raise RuleBroken(
            "day",
            _("Choisissez un jour de cette année scolaire, depuis l’admission.")
            if at_school
            else _("Choisissez un jour à venir de cette année scolaire."),
            "leaves_on",
        )
    known = Departure.objects.filter(roll_entry=entry, state=Departure.REQUESTED).first()
    if known is not None:
        return known
    departure = Departure.objects.create(
        reference=new_reference("RAD"),
        child=child,
        roll_entry=entry,
        requested_by=guardian,
        household_id=guardian.household_id,
        leaves_on=leaves_on,
        destination=destination,
    )
    journal.record(
        by, "departure.ask", departure, child=child.pk, entry=entry.pk, at_school=at_school
    )
    _tell(departure, "registration_departure_asked")
    return departure


def _requested(departure: Departure) -> Departure:
    """Lock the child, then a request that awaits an answer; else RuleBroken ``state``."""
    lock_child(departure.child_id)
    found: Departure = Departure.objects.select_for_update(of=("self",)).get(pk=departure.pk)
    if found.state != Departure.REQUESTED:
        raise RuleBroken(
            "state",
            _("Cette demande a déjà été traitée (%(state)s). Rechargez la page.")
            % {"state": found.get_state_display()},
        )
    return found


@transaction.atomic
def withdraw_departure(*, by: Actor, departure: Departure) -> Departure:
    """Take the request back: the child stays."""
    found = _requested(departure)
    states.move(found, Departure.WITHDRAWN, by=by, decided_at=clock.now(), decided_by=by.user)
    _tell(found, "registration_departure_withdrawn")
    return found


@transaction.atomic
def refuse_departure(*, by: Actor, departure: Departure, ground: str) -> Departure:
    """Send the request back with a reason; both parents are told that it is over."""
    if ground not in Departure.Refusal.values:
        raise RuleBroken("ground", _("Choisissez le motif."), "ground")
    found = _requested(departure)
    states.move(
        found,
        Departure.REFUSED,
        by=by,
        reason=ground,
        refusal=ground,
        decided_at=clock.now(),
        decided_by=by.user,
    )
    _tell(found, "registration_departure_refused")
    return found


@transaction.atomic
def issue_departure(*, by: Actor, departure: Departure) -> Departure:
    """Strike the child off and issue the certificate. Raises RuleBroken ``frozen``, ``state``."""
    ensure_not_frozen(departure.child_id, JointAct.DEREGISTRATION)
    found = _requested(departure)
    entry = roll.leave(
        by=by,
        entry=RollEntry.objects.get(pk=found.roll_entry_id),
        day=found.leaves_on,
    )
    try:
        with transaction.atomic():
            states.move(
                found,
                Departure.ISSUED,
                by=by,
                code=new_code(16),
                child_name=f"{found.child.given_name} {found.child.family_name}",
                birth_date=found.child.birth_date,
                school_name=entry.school.name,
                school_year_name=str(entry.school_year),
                level=entry.level,
                leaves_on=entry.left_on or found.leaves_on,
                decided_at=clock.now(),
                decided_by=by.user,
            )
    except IntegrityError as error:
        raise RuleBroken("state", _("Un certificat a déjà été délivré.")) from error
    _tell(found, "registration_departure_issued")
    return found


def _tell(departure: Departure, kind: str) -> None:
    """Tell every holder of authority; neither day nor destination."""
    path = reverse("registration:departure", args=[departure.reference])
    people = (
        Guardian.objects.holding_authority(departure.child_id)
        .filter(user__isnull=False)
        .select_related("user")
        .order_by("pk")
    )
    for guardian in people:
        outbox.queue(
            kind=kind,
            to=guardian.user,
            context={
                "child": departure.child.given_name,
                "reference": departure.reference,
                "link": f"{settings.PUBLIC_URL}{path}",
            },
            dedupe_key=f"{kind}-{departure.pk}-{guardian.pk}",
        )
