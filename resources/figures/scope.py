"""What a page of figures is about: a period, a place, a level, a domain, a resource.

Addresses are in French and meant to be shared: ``?annee=2026&ecole=0990001A&niveau=CM1``.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.http import QueryDict
from django.utils.formats import date_format

from core import clock
from core.access import reach_of
from core.accounts.models import User
from enrolment.schools.models import GradeLevel, School, SchoolYear
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource, Term
from resources.figures import rules
from resources.figures.access import schools_read
from resources.figures.models import CityUse, SchoolUse

#: Names of the filters in addresses, in the order in which they are shown.
PARAMETERS = ("annee", "mois", "ecole", "niveau", "domaine", "ressource")
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Scope:
    """One choice of filters by one person. ``schools`` is None for the whole city."""

    start_year: int
    month: dt.date | None
    school: School | None
    schools: tuple[int, ...] | None
    level: str
    domain: Term | None
    resource: Resource | None

    @property
    def months(self) -> list[dt.date]:
        """The months in question, first to last."""
        return [self.month] if self.month else rules.months_of_year(self.start_year)

    @property
    def first_day(self) -> dt.date:
        """The first day in question."""
        return self.months[0]

    @property
    def last_day(self) -> dt.date:
        """The last day in question."""
        return clock.months_later(self.months[-1], 1) - dt.timedelta(days=1)

    def rows(self) -> QuerySet[Any]:
        """Return the counts in question."""
        return self._within(self.all_time())

    def all_time(self) -> QuerySet[Any]:
        """Return the schools' own counts, or the city's sums of them, of any time."""
        if self.schools is not None:
            return self._about(SchoolUse.objects.filter(school__in=self.schools))
        return self._about(CityUse.objects.all())

    def narrowed(self, counts: QuerySet[Any]) -> QuerySet[Any]:
        """Keep, of some counts, those of the period, level, domain and resource."""
        return self._within(self._about(counts))

    def _within(self, counts: QuerySet[Any]) -> QuerySet[Any]:
        return counts.filter(month__gte=self.first_day, month__lte=self.last_day)

    def _about(self, counts: QuerySet[Any]) -> QuerySet[Any]:
        if self.level:
            counts = counts.filter(level=self.level)
        if self.domain is not None:
            counts = counts.filter(resource__in=resources_of(self.domain.code))
        if self.resource is not None:
            counts = counts.filter(resource=self.resource)
        return counts.order_by()


def resources_of(code: str) -> QuerySet[Any]:
    """Return the keys of the resources of a domain and of those inside it."""
    through = Resource.domains.through.objects
    own = through.filter(term__vocabulary="domain", term__code=code)
    inside = through.filter(term__vocabulary="domain", term__code__startswith=f"{code}.")
    return (own | inside).values("resource")


def month_name(month: dt.date) -> str:
    """Write a month in words: ``novembre 2026``."""
    return date_format(month, "F Y")


def scope_of(user: User, params: QueryDict) -> Scope:
    """Return what an address asks for, within what ``user`` reads; nonsense is left out."""
    year = clock.school_year_of(clock.today())
    asked = params.get("annee", "")
    if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:4]) <= year:
        year = int(asked[:4])
    month = None
    if found := _MONTH.fullmatch(params.get("mois", "")):
        month = dt.date(int(found[1]), int(found[2]), 1)
        if asked in ("", str(clock.school_year_of(month))):
            year = clock.school_year_of(month)
        else:
            month = None  # another year was chosen since
    city = reach_of(user, *EDITORS).city
    readable = schools_read(user)
    uai = params.get("ecole", "")[:8]
    school = readable.filter(uai=uai).first() if uai else None
    schools: tuple[int, ...] | None = None
    if school is not None:
        schools = (school.pk,)
    elif not city:
        schools = tuple(readable.order_by("pk").values_list("pk", flat=True))
        if len(schools) == 1:
            school = readable.get()
    level = params.get("niveau", "")
    code, identifier = params.get("domaine", "")[:120], params.get("ressource", "")[:60]
    domain = Term.objects.filter(vocabulary="domain", code=code).first() if code else None
    resource = _resource(user, identifier, schools) if identifier else None
    return Scope(
        start_year=year,
        month=month,
        school=school,
        schools=schools,
        level=level if level in GradeLevel.values else "",
        domain=domain,
        resource=resource,
    )


def _resource(user: User, identifier: str, schools: tuple[int, ...] | None) -> Resource | None:
    """Return the resource named: one that ``user`` may open, or that the schools read opened.

    Any other is nobody's to know: identifiers follow one another, and a draft has a title.
    """
    named = Resource.objects.filter(identifier=identifier)
    found: Resource | None = Resource.objects.visible_to(user).filter(pk__in=named).first()
    if found is None and schools:
        opened = SchoolUse.objects.filter(school__in=schools).order_by()
        found = named.filter(pk__in=opened.values("resource")).first()
    return found


def known_years() -> list[SchoolYear]:
    """Return the school years of which something is counted, the last one first."""
    span = CityUse.objects.aggregate(first=Min("month"), last=Max("month"))
    this = clock.school_year_of(clock.today())
    first = clock.school_year_of(span["first"]) if span["first"] else this
    years = {year.start_year: year for year in SchoolYear.objects.all()}
    return [
        years.get(number) or SchoolYear(start_year=number)
        for number in range(this, min(first, this) - 1, -1)
    ]
