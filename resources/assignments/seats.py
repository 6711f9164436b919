"""Counted accesses: which a class holds on which day, and how many are left."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.dates import date_format
from core.errors import RuleBroken
from enrolment.schools.models import ClassGroup
from resources.assignments import rules, targets
from resources.assignments.models import Assignment, Seat
from resources.catalogue.models import Resource

#: A day, and the child who holds the access on it; None when the class does.
Held = tuple[dt.date, int | None]

#: Where a licence stands in words, with its tone, by ``rules.Licence.status``.
STATUS = {
    "fine": (gettext_lazy("Des accès libres"), "success"),
    "full": (gettext_lazy("Complet"), "urgent"),
    "expiring": (gettext_lazy("Se termine bientôt"), "warning"),
    "expired": (gettext_lazy("Licence terminée"), "plain"),
}


def lock_counted(resources: Iterable[int]) -> list[Resource]:
    """Lock those of some resources whose accesses are counted, in order: call in a transaction.

    Whoever takes or gives back an access of a resource stands in line here. Rows that name the
    resource by its key were written before, and hold it: the key is left free, or two who give
    at once would each wait for the other.
    """
    return list(
        Resource.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=set(resources), licence_seats__isnull=False)
        .order_by("pk")
    )


def _needed(resource: Resource, class_group: ClassGroup, today: dt.date) -> set[Held]:
    """Return what a class needs of a resource from today on, by what it was given."""
    given = list(
        Assignment.objects.active()
        .filter(class_group=class_group, items__resource=resource, due_on__gte=today)
        .order_by("pk")
    )
    by_pupil = resource.licence_unit == Resource.LicenceUnit.PUPIL
    pupils = targets.pupils_of(given) if by_pupil else {}
    needed: set[Held] = set()
    for row in given:
        holders = [entry.child_id for entry in pupils[row.pk]] if by_pupil else [None]
        for day in rules.days_between(max(row.starts_on, today), row.due_on):
            needed.update((day, holder) for holder in holders)
    return needed


def settle(resource: Resource, class_group: ClassGroup) -> int:
    """Take the accesses a class needs of a locked resource, give back the others.

    Repeating it changes nothing. Returns how many rows changed. Raises RuleBroken ``full``
    when there are not enough left on some day.
    """
    today = clock.today()
    held: dict[Held, int] = {
        (day, child): pk
        for pk, day, child in Seat.objects.filter(
            resource=resource, class_group=class_group, day__gte=today
        ).values_list("pk", "day", "child")
    }
    bought = resource.licence_seats
    needed = _needed(resource, class_group, today) if bought is not None else set()
    gone = [pk for holder, pk in held.items() if holder not in needed]
    Seat.objects.filter(pk__in=gone).delete()
    missing: dict[dt.date, list[int | None]] = defaultdict(list)
    for day, child in needed - held.keys():
        missing[day].append(child)
    if not missing or bought is None:
        return len(gone)
    # A pupil who changed class brings the access along.
    moved = {child for children in missing.values() for child in children if child is not None}
    Seat.objects.filter(resource=resource, day__in=missing, child__in=moved).exclude(
        class_group=class_group
    ).delete()
    taken: dict[dt.date, set[int]] = defaultdict(set)
    for day, number in Seat.objects.filter(resource=resource, day__in=missing).values_list(
        "day", "number"
    ):
        taken[day].add(number)
    made = []
    for day, children in sorted(missing.items()):
        numbers = rules.free_numbers(taken[day], bought, len(children))
        if len(numbers) < len(children):
            raise RuleBroken("full", _full(resource, day, len(numbers), len(children)), "starts_on")
        made += [
            Seat(
                resource=resource,
                day=day,
                number=number,
                bought=bought,
                class_group=class_group,
                child_id=child,
            )
            for number, child in zip(numbers, sorted(children, key=lambda c: c or 0), strict=True)
        ]
    Seat.objects.bulk_create(made, batch_size=1000)
    return len(gone) + len(made)


def _full(resource: Resource, day: dt.date, left: int, wanted: int) -> str:
    values = {
        "title": resource.title,
        "day": date_format(day, "l j F"),
        "bought": resource.licence_seats,
        "left": left,
        "wanted": wanted,
    }
    if left == 0:
        return (
            _(
                "« %(title)s » : les %(bought)d accès achetés sont déjà pris le %(day)s. "
                "Choisissez d’autres jours ou une autre ressource."
            )
            % values
        )
    return (
        _(
            "« %(title)s » : il reste %(left)d accès sur %(bought)d le %(day)s, il en faut "
            "%(wanted)d. Choisissez d’autres jours ou moins d’élèves."
        )
        % values
    )


def settle_class(class_group: ClassGroup, resources: Iterable[int]) -> int:
    """Settle what a class holds of some resources; call it in a transaction."""
    return sum(settle(resource, class_group) for resource in lock_counted(resources))


def licences(resources: Sequence[Resource], day: dt.date | None = None) -> dict[int, rules.Licence]:
    """Return where the counted licences of some resources stand on a day. One query."""
    on = day or clock.today()
    counted = [row for row in resources if row.licence_seats is not None]
    taken = dict(
        Seat.objects.filter(resource__in=[row.pk for row in counted], day=on)
        .order_by()
        .values_list("resource")
        .annotate(n=Count("pk"))
    )
    return {
        row.pk: rules.Licence(row.licence_seats or 0, taken.get(row.pk, 0), row.open_to, on)
        for row in counted
    }


def busiest(resources: Sequence[Resource]) -> dict[int, tuple[int, dt.date]]:
    """Return, by resource, the most accesses held on a day to come, and that day. One query."""
    found: dict[int, tuple[int, dt.date]] = {}
    counts = (
        Seat.objects.filter(resource__in=[row.pk for row in resources], day__gte=clock.today())
        .order_by("day")
        .values_list("resource", "day")
        .annotate(n=Count("pk"))
    )
    for resource, day, number in counts:
        if number > found.get(resource, (0, day))[0]:
            found[resource] = (number, day)
    return found


def holders(resource: Resource, day: dt.date | None = None) -> list[tuple[ClassGroup, int]]:
    """Return the classes that hold accesses of a resource on a day, and how many."""
    counts = dict(
        Seat.objects.filter(resource=resource, day=day or clock.today())
        .order_by()
        .values_list("class_group")
        .annotate(n=Count("pk"))
    )
    groups = ClassGroup.objects.filter(pk__in=counts).select_related("school")
    return [(group, counts[group.pk]) for group in groups.order_by("school__name", "name", "pk")]
