"""Stock that comes, goes and is counted: a level and its movement, written together."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.models import Depot, HandOut
from classrooms.queries.staff import fleet_managers
from classrooms.stock import rules
from classrooms.stock.models import StockItem, StockLevel, StockMovement
from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School

Kind = StockMovement.Kind
#: Where stock is: a workshop or a school.
Place = Depot | School
#: More than this in one movement is a slip of the finger.
MOST = 10_000


def _at(place: Place) -> dict[str, Any]:
    return {"depot": place} if isinstance(place, Depot) else {"school": place}


def _lock(item: StockItem, *places: Place) -> list[StockLevel]:
    """Lock the levels of an item at some places, in the order of their numbers.

    A level is made the first time; of two people who do so at once, one waits for the other,
    because both make them in the order of the places.
    """
    made = {
        place: StockLevel.objects.get_or_create(item=item, **_at(place))[0].pk
        for place in sorted(places, key=lambda place: (isinstance(place, School), place.pk))
    }
    pks = [made[place] for place in places]
    rows = StockLevel.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("item", "depot", "school").filter(pk__in=pks).order_by("pk")
    found = {level.pk: level for level in rows}
    return [found[pk] for pk in pks]


def _known(ref: str, item: StockItem, kind: str) -> StockMovement | None:
    """Return the movement that an act has already made.

    Raises RuleBroken ``ref`` when the reference is another act's.
    """
    found = StockMovement.objects.filter(ref=ref).first() if ref else None
    if found is not None and (found.item_id, found.kind) != (item.pk, kind):
        raise RuleBroken("ref", _("Cette référence désigne déjà un autre mouvement."), "ref")
    return found


def _write(
    level: StockLevel, kind: str, quantity: int, *, by: Actor, **facts: Any
) -> StockMovement:
    """Move a locked level and note it; tell the manager when it falls below its minimum.

    Raises RuleBroken ``stock_short`` when there are not enough.
    """
    before, after = level.quantity, level.quantity + quantity
    if after < 0:
        raise RuleBroken(
            "stock_short",
            ngettext(
                "Il n’en reste que %(count)d : %(item)s, %(place)s.",
                "Il n’en reste que %(count)d : %(item)s, %(place)s.",
                before,
            )
            % {"count": before, "item": level.item, "place": level.place}
            if before
            else _("Il n’y en a plus : %(item)s, %(place)s.")
            % {"item": level.item, "place": level.place},
            "quantity",
        )
    level.quantity = after
    level.save(update_fields=["quantity"])
    facts.setdefault("unit_cents", level.item.price_cents)
    movement = StockMovement.objects.create(
        kind=kind,
        item=level.item,
        depot=level.depot,
        school=level.school,
        quantity=quantity,
        actor=by.user,
        via=by.via,
        **facts,
    )
    journal.record(
        by, f"stock.{kind}", level.item, movement=movement.pk, level=level.pk, quantity=quantity
    )
    if level.item.is_active and rules.fell_below(before, after, level.minimum):
        _tell_low(level, movement)
    return movement


def _tell_low(level: StockLevel, movement: StockMovement) -> None:
    for manager in fleet_managers():
        outbox.queue(
            kind="stock_low",
            to=manager,
            context={
                "item": level.item.name,
                "place": level.place,
                "left": level.quantity,
                "minimum": level.minimum,
                "path": reverse("stock:item", args=[level.item_id]),
            },
            dedupe_key=f"stock-low:{movement.pk}:{manager.pk}",
        )


def _counted(quantity: int, *, least: int = 1) -> None:
    if not least <= quantity <= MOST:
        raise RuleBroken(
            "quantity",
            _("Indiquez un nombre entre %(least)d et %(most)d.") % {"least": least, "most": MOST},
            "quantity",
        )


def _once(ref: str, item: StockItem, kind: str, write: Any) -> StockMovement:
    """Write a movement whose reference may be written elsewhere at this moment."""
    try:
        with transaction.atomic():
            made: StockMovement = write()
            return made
    except IntegrityError:
        known = _known(ref, item, kind)
        if known is None:
            raise
        return known


def use_stock(
    *, by: Actor, item: StockItem, depot: Depot, quantity: int, why: str, ref: str = ""
) -> StockMovement:
    """Take pieces from a workshop for a repair or any use; the same ``ref`` takes them once.

    Raises RuleBroken ``stock_short`` when there are not enough, ``quantity`` for a number
    that makes no sense, ``ref`` when the reference is another act's.
    """
    _counted(quantity)

    def write() -> StockMovement:
        (level,) = _lock(item, depot)
        return _known(ref, item, Kind.USED) or _write(
            level, Kind.USED, -quantity, by=by, why=why[:200], ref=ref
        )

    return _once(ref, item, Kind.USED, write)


def give_with(
    *, by: Actor, hand_out: HandOut, item: StockItem, place: Place, quantity: int, ref: str = ""
) -> StockMovement:
    """Give accessories together with devices: chargers, headsets.

    Raises RuleBroken ``stock_short``, ``quantity``, ``ref`` as :func:`use_stock`.
    """
    _counted(quantity)

    def write() -> StockMovement:
        (level,) = _lock(item, place)
        return _known(ref, item, Kind.GIVEN) or _write(
            level, Kind.GIVEN, -quantity, by=by, hand_out=hand_out, ref=ref
        )

    return _once(ref, item, Kind.GIVEN, write)


def give_back(*, by: Actor, movement: StockMovement) -> StockMovement:
    """Put back what was used or given; twice puts it back once.

    Raises RuleBroken ``kind`` for a movement that took nothing.
    """
    if movement.kind not in (Kind.USED, Kind.GIVEN):
        raise RuleBroken("kind", _("Ce mouvement n’a rien pris au stock."))
    place, item, ref = movement.where, movement.item, f"back:{movement.pk}"

    def write() -> StockMovement:
        (level,) = _lock(item, place)
        return _known(ref, item, Kind.BACK) or _write(
            level,
            Kind.BACK,
            -movement.quantity,
            by=by,
            unit_cents=movement.unit_cents,
            hand_out=movement.hand_out,
            why=movement.why,
            ref=ref,
        )

    return _once(ref, item, Kind.BACK, write)


def receive(
    *,
    by: Actor,
    item: StockItem,
    place: Place,
    quantity: int,
    supplier: str = "",
    unit_cents: int | None = None,
    ref: str = "",
) -> StockMovement:
    """Enter a delivery; its price becomes the price of the item.

    Raises RuleBroken ``quantity``, ``ref`` as :func:`use_stock`.
    """
    _counted(quantity)

    def write() -> StockMovement:
        (level,) = _lock(item, place)
        known = _known(ref, item, Kind.RECEIVED)
        if known is not None:
            return known
        if unit_cents is not None and unit_cents != level.item.price_cents:
            StockItem.objects.filter(pk=item.pk).update(price_cents=unit_cents)
            level.item.price_cents = unit_cents
        return _write(level, Kind.RECEIVED, quantity, by=by, supplier=supplier.strip(), ref=ref)

    return _once(ref, item, Kind.RECEIVED, write)


def move(
    *, by: Actor, item: StockItem, source: Place, target: Place, quantity: int, ref: str = ""
) -> StockMovement:
    """Send pieces from one place to another; return the movement that arrives.

    Raises RuleBroken ``place`` for twice the same, ``stock_short``, ``quantity``, ``ref``.
    """
    _counted(quantity)
    if source == target:
        raise RuleBroken("place", _("Choisissez deux lieux différents."), "target")

    def write() -> StockMovement:
        there, here = _lock(item, source, target)
        known = _known(ref, item, Kind.MOVED_IN)
        if known is not None:
            return known
        words = {"source": there.place, "target": here.place}
        why = _("%(source)s → %(target)s") % words
        _write(there, Kind.MOVED_OUT, -quantity, by=by, why=why[:200])
        return _write(here, Kind.MOVED_IN, quantity, by=by, why=why[:200], ref=ref)

    return _once(ref, item, Kind.MOVED_IN, write)


def count(
    *, by: Actor, item: StockItem, place: Place, found: int, expected: int | None = None
) -> StockMovement | None:
    """Note how many were counted; return the correction, or None when all was right.

    ``expected`` is what the page showed: RuleBroken ``changed`` when it has moved since,
    because then the count is of another moment. Raises ``quantity`` as :func:`use_stock`.
    """
    _counted(found, least=0)
    with transaction.atomic():
        (level,) = _lock(item, place)
        if expected is not None and level.quantity != expected:
            raise RuleBroken(
                "changed",
                _("Le stock a bougé pendant le comptage (%(item)s) : recomptez.")
                % {"item": level.item},
            )
        level.counted_on = clock.today()
        level.save(update_fields=["counted_on"])
        journal.record(by, "stock.count", level.item, level=level.pk, found=found)
        if found == level.quantity:
            return None
        return _write(level, Kind.COUNTED, found - level.quantity, by=by)
