"""From what a source states to the catalogue: noted, tried through the import's plan, written.

A source writes only on the resources that came from it. A notice that has not changed since
is left alone, so that an editor's corrections stay until the source itself says something
new; and what a source that is not trusted says of a validated resource waits for an editor.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.importing.plans import CREATE, REJECTED, UPDATE
from core.journal import SYSTEM, Actor
from resources.catalogue import actions
from resources.catalogue.importing import runs
from resources.catalogue.importing.columns import BY_CODE
from resources.catalogue.importing.plan import MANY, Line, Plan, plan_of
from resources.catalogue.importing.plan import known_by_key as catalogue_by_key
from resources.catalogue.importing.values import Meanings
from resources.catalogue.models import Resource, Revision
from resources.exchange.formats import dc, lom_reading
from resources.exchange.formats.files import ours
from resources.exchange.harvest.client import Item
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource
from resources.exchange.notices import COLUMNS, Cells, table_of

State = HarvestedRecord.State
_KEY = 120
#: Stands for an action until the next plan: the source shows again what it had taken away.
BACK = "back"


def key_of(identifier: str) -> str:
    """Return what a notice is known by in the catalogue: its identifier, cut if it is too long."""
    if len(identifier) <= _KEY:
        return identifier
    return f"{identifier[: _KEY - 33]}#{hashlib.sha256(identifier.encode()).hexdigest()[:32]}"


def cells_of(item: Item, prefix: str, meanings: Meanings) -> Cells:
    """Return what a record states, as the import's cells."""
    if item.metadata is None:
        return {}
    if prefix == HarvestSource.Prefix.DC:
        return ours(dc.read(item.metadata, meanings))
    return ours(lom_reading.read(item.metadata))


def _digest(cells: Cells) -> str:
    told = {name: value for name, value in cells.items() if value}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def note(
    run: HarvestRun, source: HarvestSource, items: Iterable[Item], meanings: Meanings
) -> tuple[list[HarvestedRecord], Counter[str]]:
    """Write down a page; return the records that say something new, and what was counted."""
    counts: Counter[str] = Counter()
    last = {item.identifier: item for item in items}  # the last word counts
    known = {
        record.identifier: record
        for record in HarvestedRecord.objects.select_for_update().filter(
            source=source, identifier__in=last
        )
    }
    fresh: list[HarvestedRecord] = []
    changed: list[HarvestedRecord] = []
    still: list[int] = []
    for item in last.values():
        counts["seen"] += 1
        record = known.get(item.identifier)
        if item.deleted:
            if record is not None and record.state != State.GONE:
                _lose(record)
                counts["deleted"] += 1
            continue
        cells = cells_of(item, source.prefix, meanings)
        digest = _digest(cells)
        if (
            record is not None
            and record.digest == digest
            and record.state
            in {
                State.KEPT,
                State.WAITING,
            }
        ):
            still.append(record.pk)
            counts["unchanged"] += 1
            continue
        if record is None:
            record = HarvestedRecord(source=source, identifier=item.identifier)
            fresh.append(record)
        else:
            record.action = BACK if record.state == State.GONE else ""
            changed.append(record)
        record.run, record.seen_at = run, clock.now()
        record.datestamp, record.digest = item.datestamp, digest
        record.title = cells.get("title", "")[:200]
        record.cells = {**cells, "key": key_of(item.identifier)}
        record.state = State.SEEN
        record.problems, record.unknown, record.changes = [], [], {}
    HarvestedRecord.objects.filter(pk__in=still).update(seen_at=clock.now())
    HarvestedRecord.objects.bulk_create(fresh)
    _save(changed)
    return [*fresh, *changed], counts


_FIELDS = (
    "run", "seen_at", "datestamp", "digest", "title", "cells", "state", "action", "problems",
    "unknown", "changes", "resource",
)  # fmt: skip


def _save(records: list[HarvestedRecord]) -> None:
    HarvestedRecord.objects.bulk_update(records, _FIELDS, 200)


def _lose(record: HarvestedRecord) -> None:
    """Note that the source took a notice away, and withdraw the resource with it."""
    record.state, record.seen_at = State.GONE, clock.now()
    record.save(update_fields=["state", "seen_at"])
    resource = record.resource
    if resource is not None and resource.state != Resource.State.WITHDRAWN:
        actions.move_resource(
            by=SYSTEM,
            resource=resource,
            to=Resource.State.WITHDRAWN,
            reason=_("Retirée par la source moissonnée."),
        )


def lose_all(records: Iterable[HarvestedRecord]) -> int:
    """Note that some notices are in the source no longer; return how many."""
    count = 0
    for record in records:
        _lose(record)
        count += 1
    return count


def plan_for(source: HarvestSource, records: list[HarvestedRecord], meanings: Meanings) -> Plan:
    """Return what some records would do to the catalogue, each on its own resource only."""
    mine = {record.cells["key"]: record.resource_id for record in records if record.resource_id}

    def known(keys: Iterable[str]) -> Mapping[str, Resource]:
        rows = Resource.objects.filter(pk__in=mine.values()).select_related(
            "document_type", "pedagogical_type", "licence"
        )
        by_pk = {row.pk: row for row in rows.prefetch_related(*MANY, "contributions")}
        return {key: by_pk[pk] for key, pk in mine.items() if pk in by_pk}

    plan = plan_of(table_of(record.cells for record in records), COLUMNS, meanings, known)
    taken = catalogue_by_key(line.key for line in plan.lines if line.outcome == CREATE)
    for line in plan.lines:
        if line.outcome == CREATE and line.key in taken:
            line.outcome = REJECTED
            line.problems.append(
                (str(BY_CODE["key"].label), _("Une autre ressource a déjà cet identifiant."))
            )
    return plan


def _tell(record: HarvestedRecord, line: Line) -> None:
    """Write on a record what the plan says of it."""
    record.action = line.outcome
    record.problems = [list(problem) for problem in line.problems]
    record.unknown = [[unknown.target, unknown.value] for unknown in line.unknown]
    record.changes = {name: list(values) for name, values in line.changes.items()}


def try_out(
    source: HarvestSource, records: list[HarvestedRecord], meanings: Meanings
) -> Counter[str]:
    """Say of each record what it would do; nothing is written in the catalogue."""
    plan = plan_for(source, records, meanings)
    for record, line in zip(records, plan.lines, strict=True):
        _tell(record, line)
        record.state = State.REFUSED if line.outcome == REJECTED else State.SEEN
    _save(records)
    return Counter(line.outcome for line in plan.lines)


def write(
    source: HarvestSource,
    records: list[HarvestedRecord],
    meanings: Meanings,
    *,
    decided: bool = False,
    by: Actor = SYSTEM,
) -> Counter[str]:
    """Write what records state into the catalogue, as far as the source may.

    With ``decided`` an editor has accepted changes of validated resources.
    """
    plan = plan_for(source, records, meanings)
    by_line = {line.number: record for record, line in zip(records, plan.lines, strict=True)}
    back = {record.pk for record in records if record.action == BACK}
    waiting = 0
    kept: list[Line] = []
    for line in plan.lines:
        record = by_line[line.number]
        _tell(record, line)
        shown = line.resource is not None and line.resource.state == Resource.State.VALIDATED
        if line.outcome == REJECTED:
            record.state = State.REFUSED
        elif line.outcome == UPDATE and shown and not (source.trusted or decided):
            record.state = State.WAITING
            waiting += 1
        else:
            record.state = State.KEPT
            kept.append(line)
    written = runs.write(
        Plan(kept, plan.unknown),
        publish=source.trusted,
        arrive=Resource.State.PROPOSED,
        by=by,
        verb=Revision.Verb.HARVEST,
    )
    for line, resource in written:
        by_line[line.number].resource = resource
    returned = (by_line[line.number] for line in kept if by_line[line.number].pk in back)
    _bring_back([record.resource for record in returned if record.resource is not None])
    _save(records)
    counts = Counter(line.outcome for line in plan.lines)
    counts[UPDATE] -= waiting
    counts["waiting"] += waiting
    return counts


def _bring_back(resources: list[Resource]) -> None:
    """Propose again what the source had taken away and shows again.

    A duplicate that gave way to another stays where it is.
    """
    gone = [row.pk for row in resources if row.state == Resource.State.WITHDRAWN]
    for resource in Resource.objects.filter(pk__in=gone, replaced_by=None).order_by("pk"):
        for to in (Resource.State.DRAFT, Resource.State.PROPOSED):
            actions.move_resource(
                by=SYSTEM,
                resource=resource,
                to=to,
                reason=_("De retour dans la source moissonnée."),
            )


def unknown_words(source: HarvestSource, limit: int = 5000) -> Counter[tuple[str, str]]:
    """Return the words of refused records that nobody has explained, the most frequent first."""
    refused = HarvestedRecord.objects.filter(source=source, state=State.REFUSED)
    found: Counter[tuple[str, str]] = Counter()
    for words in refused.order_by("pk").values_list("unknown", flat=True)[:limit]:
        found.update({(word[0], word[1]) for word in words})
    return found


def to_write(source: HarvestSource, size: int) -> list[HarvestedRecord]:
    """Return the next records that wait to be written, locked."""
    waiting = HarvestedRecord.objects.select_for_update(of=("self",)).filter(
        Q(state=State.SEEN), source=source
    )
    return list(waiting.select_related("resource").order_by("pk")[:size])
