"""Demo data of exchanges: a museum already read, one source to look at, one that went silent."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core import clock
from core.journal import SYSTEM, Actor
from core.seeding import SeedContext
from resources.catalogue.importing.values import Meanings
from resources.catalogue.models import ImportProfile, Resource
from resources.exchange import sandbox
from resources.exchange.harvest import records
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource
from resources.exchange.provider import publishing


@transaction.atomic
def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    editor = ctx.people.get("catalogue_editor")
    by = Actor(editor) if editor is not None else SYSTEM
    now = clock.at(ctx.today, 8)
    museum = _source("Musée de la Mer", sandbox.address(), now, repository=sandbox.NAME)
    _read_museum(museum, by, now)
    _source(
        "Archives de la région",
        "https://oai.archives-region.example/oai2",
        now,
        prefix="oai_dc",
        set_spec="jeunesse",
        problem="Le serveur ne répond pas.",
        paused=True,
    )
    _source("Éditions du Large", "https://notices.editions-du-large.example/oai", now, trusted=True)
    publishing.refresh()


def _source(name: str, url: str, now: dt.datetime, **facts: object) -> HarvestSource:
    words = ImportProfile.objects.get_or_create(name=name)[0]
    given: dict[str, object] = {
        "facts": {"granularity": "YYYY-MM-DDThh:mm:ssZ", "deletedRecord": "persistent"},
        "tested_at": now,
        **facts,
    }
    return HarvestSource.objects.create(name=name, url=url, words=words, **given)


def _read_museum(source: HarvestSource, by: Actor, now: dt.datetime) -> None:
    """Write down what the museum gave three weeks ago, and again last night."""
    rows = [leaf for leaf in sandbox.LEAVES if not leaf.deleted and leaf.days > 5]
    run = _run(source, by, now - dt.timedelta(days=21), seen=len(rows))
    items = sandbox.items(rows)
    meanings = Meanings(source.words.values)
    source.approved_at = now - dt.timedelta(days=21)
    source.harvested_until = now - dt.timedelta(days=6)
    source.save(update_fields=["approved_at", "harvested_until"])
    noted, _counts = records.note(run, source, items, meanings)
    counts = records.write(source, noted, meanings)
    run.counts = {"seen": len(rows), **{name: n for name, n in counts.items() if n}}
    run.save(update_fields=["counts"])
    second = _run(source, by, now - dt.timedelta(days=6), seen=0)
    second.from_instant = now - dt.timedelta(days=21, hours=1)
    second.save(update_fields=["from_instant"])
    # An editor has validated two of them; one has changed there since, and waits.
    kept = list(HarvestedRecord.objects.filter(source=source, state="kept").order_by("pk")[:3])
    Resource.objects.filter(pk__in=[record.resource_id for record in kept]).update(
        state=Resource.State.VALIDATED
    )
    first = kept[0]
    first.cells = {**first.cells, "title": f"{first.title} (nouvelle édition)"}
    first.title = first.cells["title"]
    first.save(update_fields=["cells", "title"])
    records.write(source, [first], meanings)


def _run(source: HarvestSource, by: Actor, at: dt.datetime, *, seen: int) -> HarvestRun:
    return HarvestRun.objects.create(
        source=source,
        started_by=by.user,
        started_at=at,
        finished_at=at + dt.timedelta(minutes=1),
        touched_at=at,
        state="done",
        counts={"seen": seen} if seen else {},
    )
