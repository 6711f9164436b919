"""What paid resources cost, set against their use: per opening, per class, and for nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core import clock
from resources.catalogue.models import Resource
from resources.figures import rules
from resources.figures.models import ClassUse, SchoolUse, Subscription

#: Months without an opening after which a subscription is proposed to be stopped.
IDLE_MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class CostLine:
    """A paid resource over a period: ``cost_cents`` is what has fallen due in it."""

    resource: Resource
    contracts: list[Subscription]
    cost_cents: int
    openings: int
    classes: int
    schools: int
    last_used: dt.date | None

    @property
    def per_opening(self) -> int | None:
        """Cents for one opening; None when there was none."""
        return rules.cost_per(self.cost_cents, self.openings)

    @property
    def per_class(self) -> int | None:
        """Cents for one class that used it; None when none did."""
        return rules.cost_per(self.cost_cents, self.classes)

    @property
    def ends_on(self) -> dt.date:
        """The last day paid for."""
        return max(contract.ends_on for contract in self.contracts)

    def running(self, day: dt.date) -> list[Subscription]:
        """The contracts in force on a day."""
        return [c for c in self.contracts if c.starts_on <= day <= c.ends_on]

    def running_cents(self, day: dt.date) -> int:
        """What the contracts in force on a day cost altogether."""
        return sum(contract.cost_cents for contract in self.running(day))

    def idle_since(self, day: dt.date) -> bool:
        """Tell whether nobody has opened it since a month."""
        return self.last_used is None or self.last_used < day


_FAR = 10**12
SORTS: dict[str, tuple[Any, Callable[[CostLine], Any]]] = {
    "ouverture": (
        _("Coût par ouverture"),
        lambda line: -(_FAR + line.cost_cents if line.per_opening is None else line.per_opening),
    ),
    "classe": (
        _("Coût par classe"),
        lambda line: -(_FAR + line.cost_cents if line.per_class is None else line.per_class),
    ),
    "cout": (_("Coût"), lambda line: -line.cost_cents),
    "ouvertures": (_("Ouvertures, les moins ouvertes d’abord"), lambda line: line.openings),
    "fin": (_("Fin de l’abonnement"), lambda line: line.ends_on),
    "titre": (_("Titre"), lambda line: line.resource.title),
}


def cost_lines(contracts: QuerySet[Any], start: dt.date, end: dt.date) -> list[CostLine]:
    """Return a line for each resource with a contract in a period, by title.

    What lies ahead of today is neither due nor used: both stop with today.
    """
    until = min(end, clock.today())
    by_resource: dict[int, list[Subscription]] = defaultdict(list)
    held = contracts.filter(starts_on__lte=end, ends_on__gte=start)
    for contract in held.select_related("resource").order_by("starts_on", "pk"):
        by_resource[contract.resource_id].append(contract)
    keys = list(by_resource)
    within = {"month__gte": rules.month_of(start), "month__lte": end, "resource__in": keys}
    used = {
        row["resource"]: row
        for row in SchoolUse.objects.filter(**within)
        .order_by()
        .values("resource")
        .annotate(openings=Sum("openings"), schools=Count("school", distinct=True))
    }
    classes = dict(
        ClassUse.objects.filter(**within)
        .order_by()
        .values_list("resource")
        .annotate(n=Count("class_group", distinct=True))
    )
    last = dict(
        SchoolUse.objects.filter(resource__in=keys)
        .order_by()
        .values_list("resource")
        .annotate(last=Max("month"))
    )
    lines = [
        CostLine(
            resource=held_here[0].resource,
            contracts=held_here,
            cost_cents=sum(
                rules.cost_within(c.cost_cents, c.starts_on, c.ends_on, start, until)
                for c in held_here
            ),
            openings=used.get(key, {}).get("openings", 0),
            classes=classes.get(key, 0),
            schools=used.get(key, {}).get("schools", 0),
            last_used=last.get(key),
        )
        for key, held_here in by_resource.items()
    ]
    return sorted(lines, key=lambda line: (line.resource.title, line.resource.pk))


def ending_soon(contracts: QuerySet[Any]) -> QuerySet[Any]:
    """Return the contracts in force whose end calls for a decision, the first to end first."""
    today = clock.today()
    return contracts.filter(
        starts_on__lte=today,
        ends_on__gte=today,
        ends_on__lte=today + dt.timedelta(days=rules.RENEWAL_DAYS),
    ).order_by("ends_on", "pk")


def unpriced() -> QuerySet[Any]:
    """Return the paid resources in service of which no contract is known for today."""
    today = clock.today()
    priced = Subscription.objects.filter(starts_on__lte=today, ends_on__gte=today)
    return (
        Resource.objects.validated()
        .filter(cost=Resource.Cost.PAID)
        .exclude(pk__in=priced.values("resource"))
        .order_by("title", "pk")
    )
