"""An approved plan becomes transfers: one a school, from the depots' shelves, never twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from classrooms.actions.history import lock_devices
from classrooms.lending.actions.loading import lock_carts
from classrooms.lending.actions.transfers import plan_transfer
from classrooms.lending.models import Transfer, TransferCart, TransferItem
from classrooms.models import Cart, Device
from classrooms.planning.models import Plan
from classrooms.planning.rules.planner import CART
from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School


@dataclass
class Sending:
    """What one press planned: new transfers, schools that wait for devices."""

    planned: list[Transfer] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


@dataclass
class Shelf:
    """What a depot can send: whole carts of a category, and pieces that stand by themselves."""

    carts: list[Cart] = field(default_factory=list)
    pieces: list[Device] = field(default_factory=list)

    def take(self, count: int, lot: int) -> tuple[list[Cart], list[Device]] | None:
        """Take that many devices off the shelf, or leave it as it is."""
        whole = min(len(self.carts), count // CART) if lot == CART else 0
        pieces = count - whole * CART
        if pieces > len(self.pieces):
            return None
        taken = self.carts[:whole], self.pieces[:pieces]
        self.carts, self.pieces = self.carts[whole:], self.pieces[pieces:]
        return taken


def shelves_of(plan: Plan) -> dict[int, Shelf]:
    """Return what each depot can send for a plan: nothing that is on its way or promised.

    A cart counts when it holds fifteen working devices of the category. What has been on the
    shelf longest goes first.
    """
    shelves: dict[int, Shelf] = defaultdict(Shelf)
    promised = TransferItem.objects.filter(is_open=True).values("device")
    spares = (
        Device.objects.available_spares()
        .filter(model__category=plan.category_id)
        .exclude(pk__in=promised)
    )
    loose = spares.filter(depot__isnull=False).order_by("purchased_on", "asset_tag")
    for device in loose:
        shelves[device.depot_id].pieces.append(device)
    if plan.lot == CART:
        fit = Q(
            devices__state__in=("spare", "in_use"), devices__model__category=plan.category_id
        ) & ~Q(devices__condition="damaged")
        carts = (
            Cart.objects.filter(depot__isnull=False)
            .exclude(pk__in=TransferCart.objects.filter(is_open=True).values("cart"))
            .annotate(fit=Count("devices", filter=fit), inside=Count("devices"))
            .filter(fit=CART, inside=CART)
            .order_by("code")
        )
        for cart in carts:
            shelves[cart.depot_id].carts.append(cart)
    return shelves


def send_plan(*, by: Actor, plan: Plan, planned_for: dt.date | None = None) -> Sending:
    """Plan a transfer for each school that has none yet, neediest first, as far as stock goes.

    A school's share leaves whole and from one depot, or waits. All that the shelves hold is
    locked first, carts then devices by number as every transfer does: two plans sent at once
    take turns, and the second one shares what the first one left. Raises RuleBroken ``state``
    unless the plan is approved.
    """
    done = Sending()
    with transaction.atomic():
        found: Plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        if found.state != Plan.State.APPROVED:
            raise RuleBroken("state", _("Il faut d’abord que la répartition soit approuvée."))
        shares = found.shares
        kept = Transfer.objects.filter(source=found.source).exclude(state="cancelled")
        served = set(kept.values_list("to_school__uai", flat=True))
        schools = {s.uai: s for s in School.objects.filter(uai__in=shares, is_open=True)}
        _lock_shelves(found)
        shelves = shelves_of(found)
        for uai, count in shares.items():
            if uai in served:
                continue
            school = schools.get(uai)
            taken = _take(shelves, count, found.lot) if school is not None else None
            if taken is None:
                done.waiting.append(uai)
                continue
            carts, devices = taken
            done.planned.append(
                plan_transfer(
                    by=by,
                    carts=carts,
                    devices=devices,
                    to_school=school,
                    reason=_("Répartition : %(name)s") % {"name": found.name},
                    planned_for=planned_for,
                    source=found.source,
                )
            )
        if done.planned:
            journal.record(
                by, "plan.send", found, transfers=len(done.planned), waiting=len(done.waiting)
            )
    return done


def _lock_shelves(plan: Plan) -> None:
    """Lock what the depots could send, in the order of every transfer."""
    shelves = shelves_of(plan).values()
    carts = lock_carts(cart.pk for shelf in shelves for cart in shelf.carts)
    inside = Device.objects.filter(cart__in=carts).values_list("pk", flat=True)
    lock_devices({device.pk for shelf in shelves for device in shelf.pieces} | set(inside))


def _take(
    shelves: dict[int, Shelf], count: int, lot: int
) -> tuple[list[Cart], list[Device]] | None:
    """Take a share off the shelf that has most: shares then go without as late as can be."""
    by_stock = sorted(
        shelves.items(), key=lambda item: (-len(item[1].carts), -len(item[1].pieces), item[0])
    )
    for _depot, shelf in by_stock:
        taken = shelf.take(count, lot)
        if taken is not None:
            return taken
    return None
