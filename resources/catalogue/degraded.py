"""Answers from the database when no index can be read: slower and plainer, never wrong.

The same front end (analysis, words read as filters), the same rights; no correction of
spelling and no ranking by words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_

from django.db.models import Count, Q

from resources.catalogue import frontend, rules
from resources.catalogue.access import ResourceQuerySet, Window
from resources.catalogue.models import Resource, Term
from resources.search.engine import FACETS, Answer, Ask, Chip
from resources.search.query import Readings, parse, refusal
from resources.search.searching import ENOUGH

_COLUMNS = {
    "type": "pedagogical_type__code",
    "document": "document_type__code",
    "cost": "cost",
    "licence": "licence__code",
    "language": "language",
}
_ORDERS = {
    "relevance": ("-quality", "-opened_count", "pk"),
    "recent": ("-published_on", "pk"),
    "popular": ("-opened_count", "pk"),
    "title": ("title", "pk"),
}


def _through(field: str, codes: Q) -> Q:
    through = getattr(Resource, field).through.objects.filter(codes)
    return Q(pk__in=through.values("resource"))


def _filter(facet: str, values: Iterable[str]) -> Q:
    """Return the condition that keeps resources with any of some values of a facet."""
    chosen = list(values)
    if facet == "level":
        return _through("levels", Q(term__code__in=chosen))
    if facet == "cycle":
        levels = [level for cycle in chosen for level in rules.CYCLES.get(cycle, ())]
        return _through("levels", Q(term__code__in=levels))
    if facet == "domain":
        codes = (Q(term__code=code) | Q(term__code__startswith=f"{code}.") for code in chosen)
        return _through("domains", reduce(or_, codes, Q(pk__in=[])))
    if facet == "need":
        return _through("needs", Q(term__code__in=chosen))
    return Q(**{f"{_COLUMNS[facet]}__in": chosen})


def search(ask: Ask, window: Window) -> Answer:
    """Answer one question from the database."""
    parsed = parse(ask.text, literal=ask.literal)
    front = frontend.build(Term.objects.order_by("vocabulary", "position", "pk"))
    readings, rest = Readings(front.readings).read(parsed, ask.plain)
    if ask.literal:
        readings, rest = [], list(parsed.words)
    filters: dict[str, set[str]] = {name: set(values) for name, values in ask.filters.items()}
    refused = [reading for reading in readings if reading.avoids]
    readings = [reading for reading in readings if not reading.avoids]
    for reading in readings:
        filters.setdefault(reading.facet, set()).add(reading.value)
    wanted = [Q(search_text__contains=f" {word.stem} ") for word in rest if not word.is_stop]
    visible = Resource.objects.within(window)
    for reading in refused:
        visible = visible.exclude(_filter(reading.facet, [reading.value]))
    for run in parsed.excluded:
        visible = visible.exclude(
            reduce(and_, (Q(search_text__contains=f" {stem} ") for stem in run))
        )
    for phrase in parsed.phrases:
        visible = visible.filter(
            reduce(and_, (Q(search_text__contains=f" {stem} ") for stem in phrase))
        )
    base = visible.filter(reduce(and_, wanted)) if wanted else visible
    exact = _narrowed(base, filters)
    if wanted and base.count() < ENOUGH:
        base = visible.filter(reduce(or_, wanted))
    found = _narrowed(base, filters).order_by(*_ORDERS.get(ask.sort, _ORDERS["relevance"]))
    start = (max(1, ask.page) - 1) * ask.size
    return Answer(
        ids=tuple(found.values_list("pk", flat=True)[start : start + ask.size]),
        total=found.count(),
        exact=exact.count(),
        facets=_counts(base, filters),
        chips=tuple(Chip(r.facet, r.value, r.label, r.written, r.rest) for r in readings),
        marks=frozenset(word.stem for word in rest),
        avoided=(*parsed.avoided, *map(refusal, refused)),
        degraded=True,
    )


def _narrowed(
    base: ResourceQuerySet, filters: Mapping[str, Iterable[str]], without: str = ""
) -> ResourceQuerySet:
    for facet, values in filters.items():
        if facet != without and values:
            base = base.filter(_filter(facet, values))
    return base


def _counts(base: ResourceQuerySet, filters: Mapping[str, set[str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for facet in FACETS:
        rows = _narrowed(base, filters, without=facet)
        if facet in _COLUMNS:
            column = _COLUMNS[facet]
            found = rows.order_by().values_list(column).annotate(n=Count("pk"))
            counts[facet] = {str(code): n for code, n in found if code}
        else:
            counts[facet] = _count_terms(facet, rows)
        for value in filters.get(facet, ()):
            counts[facet].setdefault(value, 0)
    return counts


def _count_terms(facet: str, rows: ResourceQuerySet) -> dict[str, int]:
    """Count resources by level, cycle or domain: each once, under every wider value."""
    field = {"domain": "domains", "need": "needs"}.get(facet, "levels")
    through = getattr(Resource, field).through.objects.filter(resource__in=rows.order_by())
    holders: dict[str, set[int]] = {}
    for pk, code in through.values_list("resource", "term__code"):
        values = [code]
        if facet == "cycle":
            values = [cycle] if (cycle := rules.cycle_of(code)) else []
        elif facet == "domain" and "." in code:
            values.append(code.partition(".")[0])
        for value in values:
            holders.setdefault(value, set()).add(pk)
    return {value: len(found) for value, found in sorted(holders.items())}
