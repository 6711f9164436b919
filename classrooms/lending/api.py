"""API operations of transfers: what a partner sends off, carries and hands over."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.lending.actions import transfers as actions
from classrooms.lending.models import Transfer
from classrooms.lending.queries.transfers import TransferFilter, transfers_for
from classrooms.lending.schemas import (
    ReceiptIn,
    TransferDetailOut,
    TransferOut,
    item_out,
    transfer_out,
)
from classrooms.queries.devices import printable
from core.access import get_visible, signed_in
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from core.paging import PAGE_PARAMETERS, Page, paginate
from enrolment.schools.models import School

router = Router(tags=["fleet-transfers"])


@router.get("", response=Page[TransferOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_READERS, scope="fleet:read")
def list_transfers(request: HttpRequest, state: str = "", school_uai: str = "") -> dict[str, Any]:
    """List the transfers one may see, latest first; without ``state``, those not over yet.

    ``state``: planned, dispatched, received, cancelled, or all.
    """
    school = None
    if uai := printable(school_uai):
        school = School.objects.filter(uai=uai).values_list("pk", flat=True).first() or 0
    rows = transfers_for(signed_in(request), TransferFilter(printable(state), school))
    return paginate(rows, request, order=("-planned_at",), item=transfer_out)


@router.get("/{uuid:public_id}", response=TransferDetailOut)
@allow_api(*FLEET_READERS, scope="fleet:read")
def get_transfer(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Return one transfer and what is in it."""
    return _detail(request, public_id)


@router.post("/{uuid:public_id}/dispatch", response=TransferDetailOut)
@allow_api(*FLEET_STAFF, scope="fleet:write")
@idempotent
def dispatch_transfer(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Note that it has left; 409 ``state`` when it had."""
    user = signed_in(request)
    transfer = get_visible(Transfer.objects.sendable_by(user), user, public_id=public_id)
    actions.dispatch(by=actor_of(request), transfer=transfer)
    return _detail(request, public_id)


@router.post("/{uuid:public_id}/receive", response=TransferDetailOut)
@allow_api(*FLEET_READERS, scope="fleet:write")
@idempotent
def receive_transfer(request: HttpRequest, public_id: uuid.UUID, body: ReceiptIn) -> dict[str, Any]:
    """Note what arrived; 409 ``changed`` when a device of it is neither named nor among others.

    Damaged and missing devices have a fault from then on.
    """
    user = signed_in(request)
    transfer = get_visible(Transfer.objects.receivable_by(user), user, public_id=public_id)
    outcomes = _outcomes(transfer, body)
    actions.receive(by=actor_of(request), transfer=transfer, outcomes=outcomes)
    return _detail(request, public_id)


def _outcomes(transfer: Transfer, body: ReceiptIn) -> dict[int, str]:
    """Return the outcome of each item's number.

    Raises RuleBroken ``not_in`` for a device that is not part of it, ``twice`` for one that is
    named twice.
    """
    waiting = transfer.items.filter(is_open=True).values_list("device__asset_tag", "pk")
    numbers = dict(waiting)
    named: dict[int, str] = {}
    for arrival in body.items:
        number = numbers.get(arrival.asset_tag)
        if number is None:
            raise RuleBroken(
                "not_in",
                _("« %(name)s » ne fait pas partie de ce transfert.") % {"name": arrival.asset_tag},
                "items",
            )
        if number in named:
            raise RuleBroken(
                "twice", _("%(tag)s est nommé deux fois.") % {"tag": arrival.asset_tag}, "items"
            )
        named[number] = arrival.outcome
    rest = dict.fromkeys(numbers.values(), body.others) if body.others else {}
    return {**rest, **named}


def _detail(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    rows = transfers_for(signed_in(request), TransferFilter("all"))
    transfer = rows.filter(public_id=public_id).first()
    if transfer is None:
        raise Http404
    items = transfer.items.select_related("device", "cart")
    ordered = items.order_by("cart__code", "slot", "device__asset_tag")
    return transfer_out(transfer) | {"items": [item_out(item) for item in ordered]}
