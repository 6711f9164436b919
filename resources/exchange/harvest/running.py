"""A harvest, page by page: each page is written with the place where the next one begins.

So a run that is cut short goes on from there, and a page is written whole or not at all. Two
workers on one run do no harm: whoever comes second finds the run a step further and leaves.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, journal, queueing, states
from core.journal import SYSTEM
from resources.catalogue import indexing
from resources.catalogue.importing.values import Meanings
from resources.exchange.harvest import client, records
from resources.exchange.harvest.client import Fetch, HarvestProblem, Page
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource

logger = logging.getLogger(__name__)
State = HarvestRun.State
#: Seconds that one task works before it hands over to the next.
SLICE = 40.0
#: A run on which nothing moved for this long has lost its worker.
STALLED = dt.timedelta(minutes=3)
#: Passing problems in a row after which a run gives up, and fresh starts it may make.
MAX_FAILURES, MAX_RESTARTS = 6, 2
#: Pages of one run, and records written in one transaction.
MAX_PAGES, BATCH = 20_000, 100
#: Asked again each time: what the source's clock and ours may differ by.
OVERLAP = {True: dt.timedelta(days=1), False: dt.timedelta(hours=1)}
#: Of a source that keeps no deletions, the share that may vanish at once and be believed.
_MOST_LOST = 0.3


def start(source: HarvestSource, *, everything: bool = False) -> HarvestRun:
    """Return a new run of a source, in the caller's transaction.

    It asks for what changed since the last complete one, a little before; for everything the
    first time or on demand.
    """
    since = None
    if source.harvested_until is not None and source.approved_at is not None and not everything:
        since = source.harvested_until - OVERLAP[_by_days(source)]
    run = HarvestRun.objects.create(source=source, from_instant=since)
    queueing.later("exchange.harvest", run.pk)
    return run


def _by_days(source: HarvestSource) -> bool:
    return len(str(source.facts.get("granularity", "YYYY-MM-DD"))) <= len("YYYY-MM-DD")


def _arguments(run: HarvestRun, source: HarvestSource) -> dict[str, str]:
    if run.token:
        return {"resumptionToken": run.token}
    found = {"metadataPrefix": source.prefix}
    if run.from_instant is not None:
        form = "%Y-%m-%d" if _by_days(source) else "%Y-%m-%dT%H:%M:%SZ"
        found["from"] = run.from_instant.astimezone(dt.UTC).strftime(form)
    if source.set_spec:
        found["set"] = source.set_spec
    return found


def advance(run_id: int, *, seconds: float = SLICE, get: Fetch = client.fetch) -> str:
    """Read the next pages of a run, or write what it brought; return the state it is left in."""
    until = time.monotonic() + seconds
    touched = False
    while True:
        run = HarvestRun.objects.select_related("source__words").filter(pk=run_id).first()
        if run is None:
            return ""
        if run.state == State.RUNNING:
            if run.next_try_at is not None and run.next_try_at > clock.now():
                break
            step = partial(_read_page, run, get)
        elif run.state == State.APPLYING:
            step = partial(_write_some, run_id)
        else:
            break
        try:
            touched |= step()
        except Exception:  # one source's notices stop neither the others' nor the sweep
            logger.exception("harvest run %s stumbled", run_id)
            _stumble(run, HarvestProblem(_("Une notice n’a pas pu être lue."), rest=client.REST))
            break
        if time.monotonic() > until:
            queueing.later("exchange.harvest", run_id)
            break
    if touched:
        with transaction.atomic():
            indexing.changed()
    return HarvestRun.objects.values_list("state", flat=True).get(pk=run_id)


def _read_page(run: HarvestRun, get: Fetch) -> bool:
    """Ask for a page and write it; tell whether the catalogue may have changed."""
    source = run.source
    try:
        page = client.list_records(source.url, _arguments(run, source), get)
    except HarvestProblem as problem:
        _stumble(run, problem)
        return False
    if problem_found := _circle(run, page):
        _stumble(run, HarvestProblem(problem_found))
        return False
    with transaction.atomic():
        locked = _locked(run)
        if locked is None:
            return False
        meanings = Meanings(source.words.values)
        noted, counts = records.note(locked, source, page.items, meanings)
        if source.approved_at is None:
            counts += records.try_out(source, noted, meanings)
        else:
            counts += records.write(source, noted, meanings)
        _count(locked, counts)
        if locked.began_at_source is None:
            now = clock.now()
            locked.began_at_source = min(page.answered_at or now, now)
        if page.announced is not None:
            locked.announced = page.announced
        locked.token, locked.failures, locked.next_try_at = page.token, 0, None
        locked.step += 1
        locked.problem, locked.touched_at = "", clock.now()
        locked.save()
        if not page.token:
            _read_all(locked, source)
    return bool(noted or counts["deleted"])


def _locked(run: HarvestRun) -> HarvestRun | None:
    """Return the run locked, None when another worker went on with it meanwhile."""
    locked: HarvestRun | None = HarvestRun.objects.select_for_update().filter(pk=run.pk).first()
    if locked is None or (locked.step, locked.state) != (run.step, run.state):
        return None
    return locked


def _count(run: HarvestRun, counts: Counter[str]) -> None:
    total = Counter(run.counts)
    total.update(counts)
    run.counts = {name: number for name, number in total.items() if number}


def _circle(run: HarvestRun, page: Page) -> str:
    """Say what makes a list endless: the same token again, or more pages than any list has."""
    if page.token and page.token == run.token:
        return _("Le serveur donne toujours la même suite de la liste.")
    if page.token and not page.items and run.step > 3:
        return _("Le serveur donne des pages vides sans fin.")
    if run.step >= MAX_PAGES:
        return _("La liste du serveur ne finit pas.")
    return ""


def _stumble(run: HarvestRun, problem: HarvestProblem) -> None:
    """Rest, begin the list again, or give up, as the problem asks; the place is kept."""
    with transaction.atomic():
        locked = _locked(run)
        if locked is None:
            return
        locked.touched_at, locked.problem = clock.now(), problem.message[:300]
        if problem.code == "badResumptionToken" and locked.restarts < MAX_RESTARTS:
            locked.token, locked.restarts = "", locked.restarts + 1
            locked.step += 1
            locked.save()
            return
        locked.failures += 1
        if problem.passing and locked.failures < MAX_FAILURES:
            rest = min(problem.rest * 2 ** (locked.failures - 1), client.LONGEST_REST)
            locked.next_try_at = clock.now() + dt.timedelta(seconds=rest)
            locked.step += 1
            locked.save()
            queueing.later("exchange.harvest", locked.pk, countdown=rest + 1)
            return
        _give_up(locked)


def _give_up(run: HarvestRun) -> None:
    """End a locked run that cannot go on; ``problem`` says why."""
    run.finished_at = clock.now()
    run.save()
    states.move(run, State.FAILED, by=SYSTEM)
    HarvestSource.objects.filter(pk=run.source_id).update(problem=run.problem)


def _read_all(run: HarvestRun, source: HarvestSource) -> None:
    """End the reading: show it to an editor the first time, else close the run."""
    if source.approved_at is None:
        states.move(run, State.REVIEW, by=SYSTEM)
        return
    _close(run, source)


def _close(run: HarvestRun, source: HarvestSource) -> None:
    if run.from_instant is None and source.facts.get("deletedRecord") == "no":
        _part_with_lost(run, source)
    states.move(run, State.DONE, by=SYSTEM, finished_at=clock.now(), problem=run.problem)
    HarvestSource.objects.filter(pk=source.pk).update(
        harvested_until=run.began_at_source or run.started_at, problem=""
    )
    journal.record(SYSTEM, "harvest.close", run, **run.counts)


def _part_with_lost(run: HarvestRun, source: HarvestSource) -> None:
    """Take away what a whole reading did not meet, unless it is too much to be believed."""
    alive = HarvestedRecord.objects.filter(source=source).exclude(state="gone")
    lost = alive.filter(seen_at__lt=run.started_at)
    count, total = lost.count(), alive.count()
    if not count:
        return
    if count > max(5, total * _MOST_LOST):
        run.problem = _(
            "%(n)s notices ont disparu d’un coup : rien n’a été retiré, regardez la source."
        ) % {"n": count}
        return
    taken = records.lose_all(lost.select_for_update(of=("self",)).select_related("resource"))
    _count(run, Counter(deleted=taken))
    run.save(update_fields=["counts"])


def _write_some(run_id: int) -> bool:
    """Write the next records of a run that an editor accepted; close it after the last."""
    with transaction.atomic():
        run = (
            HarvestRun.objects.select_for_update(of=("self",))
            .select_related("source__words")
            .get(pk=run_id)
        )
        if run.state != State.APPLYING:
            return False
        source = run.source
        waiting = records.to_write(source, BATCH)
        if not waiting:
            _close(run, source)
            return False
        counts = records.write(source, waiting, Meanings(source.words.values))
        written = Counter(run.counts.get("written", {}))
        written.update(counts)
        run.counts = {**run.counts, "written": dict(written)}
        run.touched_at = clock.now()
        run.step, run.failures = run.step + 1, 0
        run.save(update_fields=["counts", "touched_at", "step", "failures"])
    return True


def sweep() -> int:
    """Take up the runs whose worker was lost or whose rest is over; return how many."""
    now = clock.now()
    rested = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    lost = HarvestRun.objects.filter(
        rested, state__in=[State.RUNNING, State.APPLYING], touched_at__lt=now - STALLED
    )
    keys = list(lost.order_by("pk").values_list("pk", flat=True))
    for pk in keys:
        if _take_up(pk):
            advance(pk)
    return len(keys)


@transaction.atomic
def _take_up(pk: int) -> bool:
    """Count the worker that was lost; False when too many were: the run is given up.

    A worker that is killed, for want of memory say, raises nothing: without this its page
    would be taken up for ever. A run that only rested has lost none.
    """
    now = clock.now()
    run = HarvestRun.objects.select_for_update().get(pk=pk)
    if run.touched_at >= now - STALLED or run.state not in (State.RUNNING, State.APPLYING):
        return False
    if run.next_try_at is None:
        run.failures += 1
    run.next_try_at, run.touched_at = None, now
    if run.failures < MAX_FAILURES:
        run.save(update_fields=["failures", "next_try_at", "touched_at"])
        return True
    run.problem = _("Le travail s’est arrêté en route plusieurs fois, souvent faute de mémoire.")
    _give_up(run)
    return False
