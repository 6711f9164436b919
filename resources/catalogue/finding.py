"""Finding resources for a person: the index proposes, the database disposes.

Whatever the index answers, rows are read again through the reader's window, so that an
index a few seconds old can never show what was just withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from resources.catalogue import degraded, terms
from resources.catalogue.access import Window
from resources.catalogue.indexing import engine, watch
from resources.catalogue.models import Resource
from resources.search.engine import Answer, Ask, Explanation, Suggestion
from resources.search.service import NoIndex


@dataclass(frozen=True)
class Found:
    """One page of resources, in order, and what the engine says about the whole."""

    resources: list[Resource]
    answer: Answer


def find(ask: Ask, window: Window) -> Found:
    """Answer a question within what a reader may see, index or no index."""
    watch.look()
    asked = replace(ask, scope=window.scope(), day=window.day)
    try:
        answer = engine().search(asked)
    except NoIndex:
        answer = degraded.search(asked, window)
    return Found(rows(answer.ids, window), answer)


def exact(ask: Ask, window: Window) -> list[int]:
    """Return the resources that answer every word, by key; to be read through the window."""
    asked = replace(ask, scope=window.scope(), day=window.day)
    try:
        answer = engine().search(asked)
    except NoIndex:
        answer = degraded.search(asked, window)
    return list(answer.ids[: answer.exact])


def all_keys(ask: Ask, window: Window) -> list[int] | None:
    """Return every resource that answers every word and may be seen, by key, best first.

    None without an index. Two questions, however many they are.
    """
    keys = exact_in_index(ask, window)
    if keys is None:
        return None
    seen = Resource.objects.within(window).filter(pk__in=keys).order_by()
    shown = set(seen.values_list("pk", flat=True))
    return [pk for pk in keys if pk in shown]


def exact_in_index(ask: Ask, window: Window) -> tuple[int, ...] | None:
    """Return the keys of what answers every word, to be counted; None without an index."""
    watch.look()
    try:
        answer = engine().search(replace(ask, scope=window.scope(), day=window.day))
    except NoIndex:
        return None
    return answer.ids[: answer.exact]


def rows(ids: tuple[int, ...] | list[int], window: Window) -> list[Resource]:
    """Return the visible resources among ``ids``, in that order, ready to be shown."""
    seen = Resource.objects.within(window).filter(pk__in=ids).defer("search_text").order_by()
    found = {resource.pk: resource for resource in seen}
    terms.fill(list(found.values()))
    return [found[pk] for pk in ids if pk in found]


def suggest(prefix: str, window: Window, limit: int = 8) -> list[Suggestion]:
    """Return titles for what is being typed, among what the reader may see."""
    watch.look()
    try:
        found = engine().suggest(prefix, window.scope(), window.day, limit)
    except NoIndex:
        return []
    keys = [suggestion.pk for suggestion in found]
    seen = Resource.objects.within(window).filter(pk__in=keys).order_by()
    shown = set(seen.values_list("pk", flat=True)) if keys else set()
    return [suggestion for suggestion in found if suggestion.pk in shown]


def related_ids(resource: Resource, window: Window, limit: int) -> list[int]:
    """Return resources on the same notions, best first; by domain when no index can be read."""
    try:
        return list(engine().related(resource.pk, window.scope(), window.day, limit))
    except NoIndex:
        same = Resource.objects.within(window).filter(domains__in=resource.domains.values("pk"))
        ids = same.exclude(pk=resource.pk).order_by("-quality", "pk").values_list("pk", flat=True)
        return list(dict.fromkeys(ids))[:limit]


def related(resource: Resource, window: Window, limit: int = 4) -> list[Resource]:
    """Return resources on the same notions, among what the reader may see."""
    return rows(related_ids(resource, window, limit), window)


def explain(ask: Ask, resource: Resource, window: Window) -> Explanation | None:
    """Say why a resource answers a question; None when it does not, or without an index."""
    try:
        return engine().explain(replace(ask, scope=window.scope(), day=window.day), resource.pk)
    except NoIndex:
        return None


def better(ask: Ask, window: Window) -> str:
    """Return the query that was probably meant where few resources answer, or empty."""
    try:
        return engine().better(replace(ask, scope=window.scope(), day=window.day))
    except NoIndex:
        return ""
