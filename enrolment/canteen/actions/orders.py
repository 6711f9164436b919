"""Count a kitchen's meals, freeze them as an order, send it, correct it by a new version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.actions.days import lock_days
from enrolment.canteen.models import (
    Booking,
    Diet,
    Kitchen,
    KitchenOrder,
    KitchenOrderLine,
    Refectory,
    ServiceDay,
)
from enrolment.canteen.queries import instant_of_transaction, load_service
from enrolment.canteen.words import limit_in_words

#: The kitchen has no account: its message carries a link to the workbook, good so long.
FILE_SALT = "canteen.order_file"
FILE_LIFE = dt.timedelta(days=14)


def quantities(kitchen: Kitchen, day: dt.date) -> dict[tuple[int, str], int]:
    """Return the meals booked for a day, by (school id, diet). One query."""
    rows = (
        Booking.objects.expected()
        .filter(day=day, school__refectory__kitchen=kitchen)
        .exclude(source=Booking.Source.UNBOOKED)
        .order_by()
        .values_list("school_id", "diet")
        .annotate(meals=Count("pk"))
    )
    return {(school, diet): meals for school, diet, meals in rows}


def quantities_of(order: KitchenOrder) -> dict[tuple[int, str], int]:
    """Return the meals of an order that was sent, by (school id, diet). One query."""
    rows = order.lines.values_list("school_id", "diet", "quantity")
    return {(school, diet): meals for school, diet, meals in rows}


def last_order(kitchen: Kitchen, day: dt.date) -> KitchenOrder | None:
    """Return the newest version of a day's order, if one was sent."""
    return KitchenOrder.objects.filter(kitchen=kitchen, day=day).order_by("-version").first()


@transaction.atomic
def freeze_and_send(*, by: Actor, kitchen: Kitchen, day: dt.date) -> KitchenOrder:
    """Freeze what is booked for a day and send it to the kitchen.

    Every service day of the kitchen is locked first: a family's change either counts in
    this order or finds it gone. Sending again without a change returns the order that
    exists; with one, it makes the next version. Raises RuleBroken: ``closed``,
    ``too_early`` (families may still change), ``past``.
    """
    service = load_service()
    if not service.calendar.is_served(day):
        raise RuleBroken("closed", _("La cantine est fermée ce jour-là."), "day")
    refectories = list(Refectory.objects.filter(kitchen=kitchen).order_by("route", "stop", "pk"))
    locked = lock_days((row.school_id, day) for row in refectories)
    instant = instant_of_transaction()
    limit = service.cutoff(day)
    if instant < limit:
        raise RuleBroken(
            "too_early",
            _("Les familles peuvent encore changer jusqu’à %(limit)s.")
            % {"limit": limit_in_words(limit)},
        )
    if day < clock.service_day(instant):
        raise RuleBroken("past", _("Ce jour est passé : la commande ne change plus."), "day")
    counted = quantities(kitchen, day)
    last = last_order(kitchen, day)
    if last is not None and quantities_of(last) == counted:
        return last
    order = KitchenOrder.objects.create(
        kitchen=kitchen,
        day=day,
        version=last.version + 1 if last else 1,
        sent_by=by.user,
        total=sum(counted.values()),
    )
    _write_lines(order, counted, refectories)
    ServiceDay.objects.filter(
        pk__in=[row.pk for row in locked.values()], frozen_at__isnull=True
    ).update(frozen_at=clock.now())
    journal.record(by, "kitchen_order.send", order, version=order.version, total=order.total)
    _tell(order)
    return order


def _write_lines(
    order: KitchenOrder,
    counted: Mapping[tuple[int, str], int],
    refectories: list[Refectory],
) -> None:
    places = {row.school_id: row for row in refectories}
    KitchenOrderLine.objects.bulk_create(
        (
            KitchenOrderLine(
                order=order,
                school_id=school,
                route=places[school].route,
                stop=places[school].stop,
                diet=diet,
                quantity=meals,
            )
            for (school, diet), meals in sorted(counted.items())
        ),
        batch_size=1000,
    )


def totals_by_diet(counted: Mapping[tuple[int, str], int]) -> dict[str, int]:
    """Return meals by diet, in the order of the list of diets, zeros included."""
    totals = dict.fromkeys(Diet.values, 0)
    for (_school, diet), meals in counted.items():
        totals[diet] += meals
    return totals


def _tell(order: KitchenOrder) -> None:
    totals = totals_by_diet(quantities_of(order))
    outbox.queue(
        kind="kitchen_order",
        address=order.kitchen.email,
        context={
            "order": order,
            "totals": [(str(Diet(code).label), meals) for code, meals in totals.items()],
            "file_url": settings.PUBLIC_URL
            + reverse("canteen:order_file", args=[signing.dumps(order.pk, salt=FILE_SALT)]),
            "days": FILE_LIFE.days,
        },
        dedupe_key=f"kitchen_order:{order.pk}",
    )


def waiting(day: dt.date) -> dict[int, int | None]:
    """Return the last version sent for a day, by kitchen id (None: not sent yet). One query."""
    rows = Kitchen.objects.values_list("pk").annotate(
        version=Max("orders__version", filter=Q(orders__day=day))
    )
    return dict(rows.order_by("pk"))
