"""Court rulings: an agent records what a judge decided; the dates do the rest.

Nothing is rewritten: a ruling lies over the guardianships it restricts, from its first day
to its last (see ``families.access``). Source: Code civil 373-2-1, 373-2-6, 378 and after.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.objections import lock_child
from families.models import Child, CourtRuling, Guardian, Guardianship


@dataclass(frozen=True)
class Effects:
    """What a ruling takes from a guardian."""

    no_access: bool = False
    no_pickup: bool = False
    no_authority: bool = False

    def __bool__(self) -> bool:
        return self.no_access or self.no_pickup or self.no_authority


@transaction.atomic
def record_ruling(
    *,
    by: Actor,
    child: Child,
    court: str,
    decided_on: dt.date,
    document: Document,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    guardian: Guardian | None = None,
    effects: Effects = Effects(),
) -> CourtRuling:
    """Record a ruling with its document and effects, from a day until the day before another.

    Raises RuleBroken ``dates``, ``stranger`` (not a guardian of the child), ``effects``
    (a guardian and effects go together), ``nobody_left`` (the child would have no holder
    of authority at all), ``recorded``.
    """
    if decided_on > clock.today():
        raise RuleBroken("dates", _("La décision est datée du futur."), "decided_on")
    if starts_on < decided_on:
        raise RuleBroken("dates", _("L’effet ne peut pas précéder la décision."), "starts_on")
    if ends_on is not None and ends_on <= starts_on:
        raise RuleBroken("dates", _("La fin vient après le début."), "ends_on")
    if (guardian is None) == bool(effects):
        raise RuleBroken(
            "effects",
            _("Dites qui la décision concerne et ce qu’elle change, ou ni l’un ni l’autre."),
            "guardian",
        )
    lock_child(child.pk)
    if guardian is not None:
        _check_guardian(child, guardian, effects, starts_on)
    try:
        with transaction.atomic():
            ruling: CourtRuling = CourtRuling.objects.create(
                child=child,
                guardian=guardian,
                court=court.strip(),
                decided_on=decided_on,
                document=document,
                starts_on=starts_on,
                ends_on=ends_on,
                recorded_by=by.user,
                no_access=effects.no_access,
                no_pickup=effects.no_pickup,
                no_authority=effects.no_authority,
            )
    except IntegrityError as error:
        raise RuleBroken("recorded", _("Cette décision est déjà enregistrée.")) from error
    journal.record(
        by, "ruling.record", ruling, child=child.pk, guardian=guardian.pk if guardian else None
    )
    return ruling


def _check_guardian(child: Child, guardian: Guardian, effects: Effects, starts_on: dt.date) -> None:
    if not Guardianship.objects.filter(child=child, guardian=guardian).exists():
        raise RuleBroken(
            "stranger", _("Cette personne n’est pas responsable de l’enfant."), "guardian"
        )
    if effects.no_access or effects.no_authority:
        day = max(starts_on, clock.today())
        others = Guardian.objects.holding_authority(child.pk, day).exclude(pk=guardian.pk)
        if not others.exists():
            raise RuleBroken(
                "nobody_left",
                _("Plus personne n’exercerait l’autorité : enregistrez d’abord l’autre titulaire."),
                "guardian",
            )


@transaction.atomic
def end_ruling(*, by: Actor, ruling: CourtRuling, ends_on: dt.date) -> CourtRuling:
    """Give a ruling its last day: a later decision, or its own term. The day is the first free."""
    lock_child(ruling.child_id)
    found: CourtRuling = CourtRuling.objects.select_for_update().get(pk=ruling.pk)
    if found.cancelled_at is not None:
        raise RuleBroken("state", _("Cette décision a été annulée."))
    if ends_on <= found.starts_on:
        raise RuleBroken("dates", _("La fin vient après le début."), "ends_on")
    if found.ends_on != ends_on:
        before = found.ends_on
        found.ends_on = ends_on
        found.save(update_fields=["ends_on"])
        journal.record(
            by,
            "ruling.end",
            found,
            before=before.isoformat() if before else None,
            after=ends_on.isoformat(),
        )
    return found


@transaction.atomic
def cancel_ruling(*, by: Actor, ruling: CourtRuling) -> CourtRuling:
    """Take out of force a ruling entered by mistake; the row and its document stay."""
    lock_child(ruling.child_id)
    found: CourtRuling = CourtRuling.objects.select_for_update().get(pk=ruling.pk)
    if found.cancelled_at is None:
        found.cancelled_at, found.cancelled_by = clock.now(), by.user
        found.save(update_fields=["cancelled_at", "cancelled_by"])
        journal.record(by, "ruling.cancel", found, child=found.child_id)
    return found
