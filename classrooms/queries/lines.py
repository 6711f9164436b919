"""Internet lines: which to show, what they cost, which schools wait for better."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from classrooms import rules
from classrooms.access import FLEET_READERS
from classrooms.models import InternetLine
from classrooms.queries.devices import printable
from core import clock
from core.accounts.models import User
from enrolment.schools.models import School

#: Contracts that end within so many months are listed as ending.
ENDING_MONTHS = 6
#: The manager is told so many days before the last day of notice.
WARNING_DAYS = 30

ORDERS = {
    "": ("school__name", "reference"),
    "end": ("contract_end", "pk"),
    "speed": ("down_mbps", "pk"),
    "cost": ("-monthly_cents", "pk"),
}


@dataclass(frozen=True)
class LineFilter:
    """What a person asks to see of the lines; empty means all in service."""

    text: str = ""
    operator: str = ""
    technology: str = ""
    show: str = ""
    order: str = ""


@dataclass(frozen=True)
class Share:
    """What one operator or technology stands for."""

    name: str
    lines: int
    cents: int
    slow: int


@dataclass(frozen=True)
class Summary:
    """The lines in figures: all of them, by operator, by technology."""

    operators: list[Share]
    technologies: list[Share]

    @property
    def lines(self) -> int:
        """How many lines."""
        return sum(share.lines for share in self.operators)

    @property
    def cents(self) -> int:
        """What they cost a month."""
        return sum(share.cents for share in self.operators)

    @property
    def fast(self) -> int:
        """Share of them at very high speed, in percent."""
        slow = sum(share.slow for share in self.operators)
        return rules.share(self.lines - slow, self.lines)


def ending(rows: QuerySet[Any], today: dt.date) -> QuerySet[Any]:
    """Keep the lines whose contract ends within six months, or has ended."""
    return rows.filter(contract_end__lte=rules.add_months(today, ENDING_MONTHS))


def lines_for(user: User, wanted: LineFilter) -> QuerySet[Any]:
    """Return the lines a person may see, filtered and ordered."""
    rows: QuerySet[Any] = InternetLine.objects.visible_to(user).select_related("school")
    rows = rows.filter(closed_on__isnull=wanted.show != "closed")
    if text := printable(wanted.text):
        rows = rows.filter(
            Q(school__name__icontains=text)
            | Q(school__uai__iexact=text)
            | Q(reference__icontains=text)
        )
    if wanted.operator:
        rows = rows.filter(operator=printable(wanted.operator))
    if wanted.technology:
        rows = rows.filter(technology=printable(wanted.technology))
    if wanted.show == "slow":
        rows = rows.filter(is_very_high_speed=False)
    elif wanted.show == "end":
        rows = ending(rows, clock.today())
    default = {"end": "end", "slow": "speed"}.get(wanted.show, "")
    return rows.order_by(*ORDERS.get(wanted.order or default, ORDERS[""]))


def summary_of(rows: QuerySet[Any]) -> Summary:
    """Return some lines in figures, dearest first; one query."""
    grouped = (
        rows.order_by()
        .values_list("operator", "technology")
        .annotate(
            n=Count("pk"),
            cents=Sum("monthly_cents"),
            slow=Count("pk", filter=Q(is_very_high_speed=False)),
        )
    )
    names = {code: str(label) for code, label in InternetLine.Technology.choices}
    found: tuple[dict[str, Share], dict[str, Share]] = ({}, {})
    for operator, technology, n, cents, slow in grouped:
        for shares, name in zip(found, (operator, names[technology]), strict=True):
            known = shares.get(name, Share(name, 0, 0, 0))
            shares[name] = Share(name, known.lines + n, known.cents + cents, known.slow + slow)
    by_operator, by_technology = (
        sorted(shares.values(), key=lambda share: (-share.cents, share.name)) for shares in found
    )
    return Summary(by_operator, by_technology)


def operators(user: User) -> list[str]:
    """Return the operators of the lines one may see, by name."""
    rows = InternetLine.objects.visible_to(user).order_by("operator")
    return list(rows.values_list("operator", flat=True).distinct())


def gaps(user: User) -> list[School]:
    """Return the open schools without a line in service at very high speed.

    ``best`` is the download speed of their fastest line, None without any; those without
    first, then the slowest.
    """
    serving = Q(internet_lines__closed_on__isnull=True)
    schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_READERS)
    rows = schools.annotate(best=Max("internet_lines__down_mbps", filter=serving))
    found = rows.filter(Q(best__isnull=True) | Q(best__lt=rules.VERY_HIGH_SPEED_MBPS))
    return sorted(found, key=lambda s: (getattr(s, "best", None) or 0, s.name, s.pk))
