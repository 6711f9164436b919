"""A count begins, once for all who count the same cart; or is given up."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from classrooms.audits.models import Audit, Campaign
from classrooms.models import Cart
from core import clock, journal, states
from core.journal import Actor
from enrolment.schools.models import School


def open_audit(
    *, by: Actor, cart: Cart | None = None, school: School | None = None
) -> tuple[Audit, bool]:
    """Begin to count a cart, or what a school has outside carts; join the count that goes on.

    Return the count and whether it is a new one; one that began before the cart came here is
    given up. It belongs to the campaign that covers the
    school today, the one with the nearest deadline if there are two.
    """
    place = cart.school if cart is not None else school
    rows = Audit.objects.open().select_related("cart", "school")
    rows = rows.filter(cart=cart) if cart is not None else rows.filter(cart=None, school=school)
    known = rows.first()
    if known is not None and known.has_left:
        # It began where the cart no longer stands: who counts it here cannot see that count.
        drop_audit(by=by, audit=known)
    elif known is not None:
        return known, False
    try:
        with transaction.atomic():
            audit = Audit.objects.create(
                cart=cart, school=place, campaign=_campaign(place), opened_by=by.user
            )
            journal.record(by, "audit.open", audit, cart=cart.pk if cart else None)
    except IntegrityError:
        # Somebody was a moment quicker: theirs is ours.
        return rows.get(), False
    return audit, True


def drop_audit(*, by: Actor, audit: Audit) -> Audit:
    """Give a count up: nothing is marked. Raises RuleBroken ``state`` once it is closed."""
    return states.move(audit, Audit.State.DROPPED, by=by, closed_at=clock.now(), closed_by=by.user)


def _campaign(school: School | None) -> Campaign | None:
    if school is None:
        return None
    running: Campaign | None = (
        Campaign.objects.running()
        .filter(schools=school, starts_on__lte=clock.today())
        .order_by("deadline", "pk")
        .first()
    )
    return running
