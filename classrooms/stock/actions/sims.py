"""SIM cards: entered, put into service, swapped, lost, blocked, ended."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms.models import Cart, Depot, Device
from classrooms.queries.staff import fleet_managers
from classrooms.stock import rules
from classrooms.stock.models import SimCard, SimEvent
from core import clock, journal, outbox, states
from core.errors import RuleBroken
from core.journal import Actor

State, Kind = SimCard.State, SimEvent.Kind
_PLACES = ("device", "cart", "depot")


def iccid_of(text: str) -> str:
    """Return a card's number as it is kept. Raises RuleBroken ``iccid`` saying what is wrong."""
    try:
        return rules.normalise_iccid(text)
    except ValueError as error:
        words = {
            "length": _("Le numéro d’une carte SIM a 19 ou 20 chiffres."),
            "prefix": _("Le numéro d’une carte SIM commence par 89."),
            "check": _("Ce numéro n’est pas juste : vérifiez chaque chiffre."),
        }[str(error)]
        raise RuleBroken("iccid", words, "iccid") from error


def _lock(*sims: SimCard) -> list[SimCard]:
    rows = SimCard.objects.select_for_update(of=("self",), no_key=True)
    found = {sim.pk: sim for sim in rows.filter(pk__in=[s.pk for s in sims]).order_by("pk")}
    return [found[sim.pk] for sim in sims]


def _tell(sim: SimCard, kind: str, by: Actor) -> None:
    SimEvent.objects.create(
        sim=sim,
        kind=kind,
        device=sim.device,
        cart=sim.cart,
        depot=sim.depot,
        actor=by.user,
        at=sim.changed_at,
    )


def enter_sim(*, by: Actor, sim: SimCard, depot: Depot) -> SimCard:
    """Enter a new card, spare in a workshop. Raises RuleBroken ``iccid``."""
    sim.iccid = iccid_of(sim.iccid)
    sim.state, sim.depot, sim.changed_at = State.SPARE, depot, clock.now()
    try:
        with transaction.atomic():
            sim.save(force_insert=True)
            _tell(sim, Kind.ENTERED, by)
            journal.record(by, "sim.enter", sim, depot=depot.pk)
    except IntegrityError as error:
        raise RuleBroken("iccid", _("Cette carte est déjà enregistrée."), "iccid") from error
    return sim


def correct_sim(*, by: Actor, sim: SimCard) -> SimCard:
    """Correct what is said of a card's contract; its number and place stay."""
    facts = ("phone", "operator", "data_gb", "contract", "contract_end", "monthly_cents")
    with transaction.atomic():
        (locked,) = _lock(sim)
        changed = [name for name in facts if getattr(locked, name) != getattr(sim, name)]
        for name in changed:
            setattr(locked, name, getattr(sim, name))
        if changed:
            locked.save(update_fields=changed)
            journal.record(by, "sim.correct", locked, facts=changed)
    return locked


def _move(sim: SimCard, state: str, kind: str, by: Actor, **place: Any) -> SimCard:
    """Move a locked card's state, and its place when one is given, and tell it."""
    facts: dict[str, Any] = {"changed_at": clock.now()}
    if place:
        facts |= dict.fromkeys(_PLACES) | place
    moved = states.move(sim, state, by=by, **facts)
    _tell(moved, kind, by)
    return moved


def place_sim(*, by: Actor, sim: SimCard, target: Device | Cart) -> SimCard:
    """Put a spare card, or one that serves elsewhere, into a device or a cart.

    Raises RuleBroken ``target`` when another card is in there or the device is written off.
    """
    place = {"device" if isinstance(target, Device) else "cart": target}
    if isinstance(target, Device) and target.state == Device.State.RETIRED:
        raise RuleBroken("target", _("Cet appareil est réformé."), "target")
    try:
        with transaction.atomic():
            (locked,) = _lock(sim)
            other = SimCard.objects.filter(state=State.ACTIVE, **place).exclude(pk=sim.pk).first()
            if other is not None:
                raise RuleBroken(
                    "target",
                    _("Une autre carte y est déjà : %(iccid)s. Échangez-les.")
                    % {"iccid": other.iccid},
                    "target",
                )
            return _move(locked, State.ACTIVE, Kind.PLACED, by, **place)
    except IntegrityError as error:
        raise RuleBroken("target", _("Une autre carte vient d’y être mise."), "target") from error


def store_sim(*, by: Actor, sim: SimCard, depot: Depot) -> SimCard:
    """Take a card out of where it is, find a lost one, unblock one: it is spare again."""
    with transaction.atomic():
        (locked,) = _lock(sim)
        return _move(locked, State.SPARE, Kind.STORED, by, depot=depot)


def swap_sims(*, by: Actor, out: SimCard, spare: SimCard, depot: Depot) -> SimCard:
    """Put a spare card where another one serves; that one becomes spare in the workshop.

    Raises RuleBroken ``spare`` when the spare serves elsewhere, ``state`` when the other does
    not serve.
    """
    with transaction.atomic():
        old, new = _lock(out, spare)
        if new.state != State.SPARE or new.pk == old.pk:
            raise RuleBroken("spare", _("Cette carte n’est pas en réserve."), "spare")
        if old.state != State.ACTIVE:
            raise RuleBroken("state", _("Cette carte n’est pas en service."))
        place = {name: getattr(old, name) for name in ("device", "cart") if getattr(old, name)}
        _move(old, State.SPARE, Kind.STORED, by, depot=depot)
        return _move(new, State.ACTIVE, Kind.PLACED, by, **place)


def lose_sim(*, by: Actor, sim: SimCard) -> SimCard:
    """Say that a card is lost; the managers are told to have it blocked. Its place stays."""
    with transaction.atomic():
        (locked,) = _lock(sim)
        moved = _move(locked, State.LOST, Kind.LOST, by)
        for manager in fleet_managers():
            outbox.queue(
                kind="stock_sim_lost",
                to=manager,
                context={"sim": moved, "path": reverse("stock:sim", args=[moved.pk])},
                dedupe_key=f"sim-lost:{moved.pk}:{moved.changed_at:%Y%m%d%H%M%S}:{manager.pk}",
            )
    return moved


def block_sim(*, by: Actor, sim: SimCard) -> SimCard:
    """Note that the operator has blocked a card."""
    with transaction.atomic():
        (locked,) = _lock(sim)
        return _move(locked, State.BLOCKED, Kind.BLOCKED, by)


def end_sim(*, by: Actor, sim: SimCard) -> SimCard:
    """Note that a card's contract is over."""
    with transaction.atomic():
        (locked,) = _lock(sim)
        return _move(locked, State.ENDED, Kind.ENDED, by)
