"""Labels are printed, and the log says which, when, by whom and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms import labels, sheets
from classrooms.audits.models import LabelPrint
from classrooms.models import Cart, Device
from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor

#: Labels in one go: two sheets of the smallest.
MOST = 400


def print_labels(
    *, by: Actor, things: Sequence[Cart | Device], paper: sheets.Sheet, start: int, reason: str
) -> bytes:
    """Return the labels as a PDF and log each. Raises RuleBroken ``none``, ``many``, ``start``."""
    if not things:
        raise RuleBroken("none", _("Cochez au moins une étiquette à imprimer."))
    if len(things) > MOST:
        raise RuleBroken(
            "many",
            _("Au plus %(most)d étiquettes à la fois : choisissez-en moins.") % {"most": MOST},
        )
    if not 1 <= start <= paper.count:
        raise RuleBroken(
            "start",
            _("Cette planche a %(count)d places : de 1 à %(count)d.") % {"count": paper.count},
            "start",
        )
    drawn = labels.sheet(things, paper=paper, start=start)
    at = clock.now()
    with transaction.atomic():
        LabelPrint.objects.bulk_create(
            LabelPrint(
                at=at,
                by=by.user,
                device=thing if isinstance(thing, Device) else None,
                cart=thing if isinstance(thing, Cart) else None,
                reason=reason,
                sheet=paper.code,
                place=place,
            )
            for thing, (_page, place) in zip(
                things, sheets.places(len(things), paper, start), strict=True
            )
        )
        journal.record(
            by, "labels.print", things[0], count=len(things), sheet=paper.code, reason=reason
        )
    return drawn
