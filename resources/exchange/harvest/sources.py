"""What editors do with sources and runs: add, test, pause, harvest, explain, accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal, queueing, states
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from resources.catalogue import indexing
from resources.catalogue.importing.runs import remember
from resources.catalogue.importing.values import Meanings
from resources.catalogue.models import ImportProfile
from resources.exchange.harvest import client, records, running
from resources.exchange.harvest.client import Fetch, HarvestProblem
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource
from resources.exchange.models.harvesting import OPEN_STATES
from resources.exchange.provider.answering import repository

#: What an editor says of a source.
EDITABLE = ("name", "url", "prefix", "set_spec", "trusted", "nightly")
#: A change of one of these makes it another source: what it brings is looked at again.
_WHERE = ("url", "prefix", "set_spec")
#: Records tried again, or accepted, in one transaction.
_BATCH = 100


@transaction.atomic
def save(*, by: Actor, source: HarvestSource | None, facts: Mapping[str, Any]) -> HarvestSource:
    """Add a source or change it.

    Raises RuleBroken ``known`` for a name or an address already there, ``open`` for another
    address while the former is being read or looked at: what is accepted is what was shown.
    """
    kept: HarvestSource
    if source is None:
        words, _new = ImportProfile.objects.get_or_create(name=str(facts["name"])[:80])
        kept, verb = HarvestSource(words=words), "harvest_source.create"
    else:
        kept = HarvestSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
        verb = "harvest_source.edit"
    changed = sorted(name for name in EDITABLE if getattr(kept, name) != facts[name])
    moves = source is not None and bool(set(changed) & set(_WHERE))
    if moves and kept.runs.filter(state__in=OPEN_STATES).exists():
        raise _being_read()
    for name in changed:
        setattr(kept, name, facts[name])
    if moves:
        kept.approved_at = kept.harvested_until = kept.tested_at = None
        kept.facts, kept.repository = {}, ""
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        raise RuleBroken(
            "known", _("Une source a déjà ce nom ou cette adresse."), "name"
        ) from error
    if changed:
        journal.record(by, verb, kept, fields=changed)
    return kept


def probe(*, by: Actor, source: HarvestSource, get: Fetch = client.fetch_quickly) -> HarvestSource:
    """Ask a source who it is and what it gives; write down what it says, or what is wrong."""
    facts: dict[str, Any] = {}
    problem = ""
    try:
        facts = dict(client.identify(source.url, get))
        facts["formats"] = client.formats(source.url, get)
        if source.prefix not in facts["formats"]:
            problem = _("Ce serveur ne donne pas ce format : %(formats)s.") % {
                "formats": ", ".join(facts["formats"])
            }
        elif facts.get("repositoryIdentifier") == repository():
            problem = _("C’est notre propre catalogue.")
    except HarvestProblem as found:
        problem = found.message
    with transaction.atomic():
        locked: HarvestSource = HarvestSource.objects.select_for_update(of=("self",)).get(
            pk=source.pk
        )
        locked.facts = facts or locked.facts
        locked.repository = str(facts.get("repositoryName", locked.repository))[:200]
        locked.tested_at, locked.problem = clock.now(), problem[:300]
        locked.save(update_fields=["facts", "repository", "tested_at", "problem"])
        journal.record(by, "harvest_source.test", locked, fine=not problem)
    return locked


@transaction.atomic
def pause(*, by: Actor, source: HarvestSource, paused: bool) -> HarvestSource:
    """Leave a source alone, or no longer."""
    locked: HarvestSource = HarvestSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if locked.paused != paused:
        locked.paused = paused
        locked.save(update_fields=["paused"])
        journal.record(by, "harvest_source.pause", locked, paused=paused)
    return locked


def harvest(
    *, by: Actor, source: HarvestSource, everything: bool = False, get: Fetch = client.fetch_quickly
) -> HarvestRun:
    """Begin to read a source. Raises RuleBroken when it is being read, paused or not answering.

    Of two that begin at once the second is told that it is being read: a unique constraint
    decides.
    """
    if source.tested_at is None or source.problem:
        source = probe(by=by, source=source, get=get)
    if source.tested_at is None or source.problem:
        raise RuleBroken("problem", source.problem)
    try:
        with transaction.atomic():
            locked = HarvestSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
            if locked.paused:
                raise RuleBroken("paused", _("Cette source est en pause."))
            if locked.runs.filter(state__in=OPEN_STATES).exists():
                raise _being_read()
            run = running.start(locked, everything=everything)
            run.started_by = by.user
            run.save(update_fields=["started_by"])
            journal.record(by, "harvest.start", run, everything=everything)
    except IntegrityError as error:
        raise _being_read() from error
    return run


def _being_read() -> RuleBroken:
    return RuleBroken("open", _("Cette source est déjà en cours de moissonnage."))


@transaction.atomic
def accept(*, by: Actor, run: HarvestRun) -> HarvestRun:
    """Have what a first reading brought written; from then on the source writes by itself."""
    source = HarvestSource.objects.select_for_update(of=("self",)).get(pk=run.source_id)
    moved = states.move(run, HarvestRun.State.APPLYING, by=by, touched_at=clock.now())
    source.approved_at = clock.now()
    source.save(update_fields=["approved_at"])
    queueing.later("exchange.harvest", run.pk)
    return moved


@transaction.atomic
def drop(*, by: Actor, run: HarvestRun) -> HarvestRun:
    """Give a run up: what was not written is forgotten, what was stays."""
    moved = states.move(run, HarvestRun.State.DROPPED, by=by, finished_at=clock.now())
    if run.source.approved_at is None:
        run.source.records.filter(resource=None).delete()
    return moved


@transaction.atomic
def resume(*, by: Actor, run: HarvestRun) -> HarvestRun:
    """Go on with a run that gave up, from the page where it stopped."""
    locked = HarvestRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.source.runs.filter(state__in=OPEN_STATES).exists():
        raise _being_read()
    moved: HarvestRun = states.move(
        locked,
        HarvestRun.State.RUNNING,
        by=by,
        failures=0,
        next_try_at=None,
        finished_at=None,
        touched_at=clock.now(),
    )
    queueing.later("exchange.harvest", locked.pk)
    return moved


def explain(*, by: Actor, source: HarvestSource, values: Mapping[str, str]) -> int:
    """Remember what words of a source mean, and try its refused notices again.

    Returns how many of them can be read now. Before a first reading is accepted they wait
    with the others; afterwards they are written at once.
    """
    remember(by=by, profile=source.words, columns={}, values=values)
    source = HarvestSource.objects.select_related("words").get(pk=source.pk)
    refused = HarvestedRecord.objects.filter(source=source, state="refused").exclude(unknown=[])
    keys = list(refused.order_by("pk").values_list("pk", flat=True))
    readable = 0
    meanings = Meanings(source.words.values)
    for first in range(0, len(keys), _BATCH):
        with transaction.atomic():
            rows = _locked(keys[first : first + _BATCH])
            if source.approved_at:
                records.write(source, rows, meanings, by=by)
            else:
                records.try_out(source, rows, meanings)
            readable += sum(row.state != "refused" for row in rows)
    if readable and source.approved_at:
        with transaction.atomic():
            indexing.changed()
    return readable


@transaction.atomic
def decide(*, by: Actor, source: HarvestSource, keys: Iterable[int], accepted: bool) -> int:
    """Write the changes of validated resources that were shown, or leave them out.

    What is left out comes back only when the source says something else.
    """
    waiting = [row for row in _locked(sorted(keys)) if row.state == "waiting"]
    rows = [row for row in waiting if row.source_id == source.pk]
    if accepted and rows:
        records.write(source, rows, Meanings(source.words.values), decided=True, by=by)
        indexing.changed()
    else:
        HarvestedRecord.objects.filter(pk__in=[row.pk for row in rows]).update(
            state="kept", changes={}
        )
    verb = "harvest_source.accept" if accepted else "harvest_source.leave"
    journal.record(by, verb, source, records=len(rows))
    return len(rows)


def _locked(keys: list[int]) -> list[HarvestedRecord]:
    rows = HarvestedRecord.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return list(rows.select_related("resource").order_by("pk"))


def nightly(get: Fetch = client.fetch) -> int:
    """Begin to read every source that is read by night; return how many."""
    due = HarvestSource.objects.filter(nightly=True, paused=False, approved_at__isnull=False)
    count = 0
    for source in due.order_by("pk"):
        try:
            harvest(by=SYSTEM, source=source, get=get)
        except RuleBroken:
            continue  # the source's page says what is wrong
        count += 1
    return count
