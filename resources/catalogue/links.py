"""The watch over the resources' addresses: asked gently, believed slowly.

An address is asked once a month while it answers. After a failure it is asked again sooner,
then more and more rarely (``BACK_OFF``); only ``ENOUGH`` failures in a row, hours apart,
make it a dead link: a site may well be down for an evening. Nothing is withdrawn without an
editor, who is offered what could stand in: same level, same domain, a link that answers.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.fetching import Fetched, Fetcher, FetchFailed, FetchRefused
from core.journal import Actor
from resources.catalogue import finding, history, indexing
from resources.catalogue.access import Window
from resources.catalogue.models import Resource

State = Resource.LinkState
#: How long after each failure in a row to ask again; the last goes on.
BACK_OFF = tuple(dt.timedelta(hours=hours) for hours in (1, 6, 24, 72, 168))
#: Failures in a row that make a link dead.
ENOUGH = 3
#: While it answers.
_MONTH = dt.timedelta(days=30)
#: Seconds between two questions to one site.
_PAUSE = 1.0
#: Answers by which a site says that it does not like to be asked this way, not that it is gone.
_SHY = {401, 403, 405, 406, 429, 501, 503}

Fetch = Callable[..., Fetched]


def due(limit: int) -> list[Resource]:
    """Return the validated resources whose address wants asking, longest waiting first."""
    waiting = Q(link_next_check_at__isnull=True) | Q(link_next_check_at__lte=clock.now())
    found = Resource.objects.filter(waiting, state=Resource.State.VALIDATED).exclude(url="")
    return list(found.order_by(F("link_next_check_at").asc(nulls_first=True), "pk")[:limit])


def check_due(limit: int = 60, *, fetch: Fetch | None = None, pause: float = _PAUSE) -> int:
    """Ask the addresses that are due; return how many. Safe to repeat and to interrupt."""
    asked_at: dict[str, float] = {}
    resources = due(limit)
    for resource in resources:
        host = urlsplit(resource.url).netloc
        rest = asked_at.get(host, float("-inf")) + pause - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        check(resource, fetch=fetch)
        asked_at[host] = time.monotonic()
    return len(resources)


def check(resource: Resource, *, fetch: Fetch | None = None) -> str:
    """Ask one address, write what it says, and return the link's state.

    The answer is written only if the address is still the one that was asked.
    """
    state, moved = _ask(resource.url, fetch or Fetcher().fetch)
    now = clock.now()
    failures = 0 if state != State.BROKEN else min(resource.link_failures + 1, 100)
    if state == State.BROKEN and failures < ENOUGH:
        state = resource.link_state if resource.link_state != State.BROKEN else State.FINE
    wait = BACK_OFF[min(failures, len(BACK_OFF)) - 1] if failures else _MONTH
    Resource.objects.filter(pk=resource.pk, url=resource.url).update(
        link_state=state,
        link_checked_at=now,
        link_next_check_at=now + wait,
        link_failures=failures,
        link_moved_to=moved[:500],
    )
    return str(state)


def _ask(url: str, fetch: Fetch) -> tuple[str, str]:
    """Return what an address says: its state, and where it has moved for good."""
    try:
        answer = fetch(url, method="HEAD")
        if answer.status in _SHY or answer.status >= 400:
            answer = fetch(url, method="GET")
    except FetchFailed as failed:
        # So much to send, or in circles for a stranger without cookies: somebody is there.
        return (State.FINE if failed.code in {"big"} else State.BROKEN), ""
    except FetchRefused:
        return State.BROKEN, ""
    if answer.status >= 400 and answer.status not in _SHY:
        return State.BROKEN, ""
    return (State.MOVED, answer.moved_to) if answer.moved_to else (State.FINE, "")


def to_review(state: str = "") -> QuerySet[Any]:
    """Return the resources whose address an editor should look at."""
    wanted = [state] if state in {State.BROKEN, State.MOVED} else [State.BROKEN, State.MOVED]
    return Resource.objects.filter(link_state__in=wanted, state=Resource.State.VALIDATED).order_by(
        "link_state", "title", "pk"
    )


def replacements(resources: Iterable[Resource]) -> dict[int, Resource]:
    """Return what could stand in for each: same level and domain, open, a link that answers.

    Those the search finds alike come first, then the best of the same level and domain. A
    handful of queries, however many resources.
    """
    wanted = list(resources)
    window = Window(None, None, None, clock.today())
    alike = {resource.pk: finding.related_ids(resource, window, limit=12) for resource in wanted}
    near = finding.rows([pk for ids in alike.values() for pk in ids], window)
    by_pk = {other.pk: other for other in near}
    found: dict[int, Resource] = {}
    for resource in wanted:
        near = [by_pk[pk] for pk in alike[resource.pk] if pk in by_pk]
        _keep_first(found, resource, near)
    left = [resource for resource in wanted if resource.pk not in found]
    if left:
        domains = {term.pk for resource in left for term in resource.shown_domains}
        best = (
            Resource.objects.within(window)
            .filter(
                pk__in=Resource.domains.through.objects.filter(term__in=domains).values("resource")
            )
            .prefetch_related("levels", "domains")
            .order_by("-quality", "-opened_count", "pk")
        )
        others = list(best[:500])
        for resource in left:
            _keep_first(found, resource, others)
    return found


def _keep_first(found: dict[int, Resource], resource: Resource, others: list[Resource]) -> None:
    levels = {term.pk for term in resource.shown_levels}
    domains = {term.pk for term in resource.shown_domains}
    for other in others:
        if other.pk == resource.pk or other.link_state == State.BROKEN:
            continue
        same_level = levels & {term.pk for term in other.shown_levels}
        if same_level and domains & {term.pk for term in other.shown_domains}:
            found[resource.pk] = other
            return


@transaction.atomic
def adopt(*, by: Actor, resource: Resource) -> Resource:
    """Write the address to which a resource has moved for good.

    Raises RuleBroken ``state`` when it has not moved, or not any more.
    """
    with history.tracked([resource.pk], by=by, verb="link"):
        locked: Resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        if locked.link_state != State.MOVED or not locked.link_moved_to:
            raise RuleBroken("state", _("Cette adresse n’a plus changé : rechargez la page."))
        locked.url, locked.link_moved_to = locked.link_moved_to, ""
        locked.link_state, locked.link_next_check_at = State.FINE, None
        locked.updated_at = clock.now()
        locked.save(
            update_fields=["url", "link_moved_to", "link_state", "link_next_check_at", "updated_at"]
        )
    journal.record(by, "resource.edit", locked, fields=["url"])
    indexing.changed()
    return locked
