"""One device a slot: what a table would put where two cannot be is rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from classrooms.importing.plan import Line
    from classrooms.importing.world import World


def settle_slots(lines: list[Line], world: World) -> None:
    """Reject the lines whose slot is another's once all the lines are applied.

    A line that is rejected stays where it was, and may be in the way of another: look again
    until nothing changes.
    """
    moving = [line for line in lines if line.place is not None and _moves(line)]
    wanting = [line for line in moving if line.place is not None and line.place.cart_id]
    if not wanting:
        return
    carts = {line.place.cart_id for line in wanting if line.place and line.place.cart_id}
    present = world.occupants(carts)
    while True:
        kept = [line for line in moving if not line.problems]
        leaving = {line.known.pk for line in kept if line.known is not None}
        taken: dict[tuple[int, int], list[Line]] = {}
        refused = False
        for line in kept:
            if line.place is None or line.place.cart_id is None or line.place.slot is None:
                continue
            spot = (line.place.cart_id, line.place.slot)
            taken.setdefault(spot, []).append(line)
            pk, tag = present.get(spot, (0, ""))
            if pk and pk not in leaving:
                line.problem("slot", _("Cet emplacement est pris par %(tag)s.") % {"tag": tag})
                refused = True
        for group in taken.values():
            for line in group if len(group) > 1 else []:
                other = next(row for row in group if row is not line)
                line.problem(
                    "slot",
                    _("La ligne %(line)s va au même emplacement.") % {"line": other.number},
                )
                refused = True
        if not refused:
            return


def _moves(line: Line) -> bool:
    return line.known is None or bool({"cart_id", "slot", "school_id", "depot_id"} & set(line.sets))
