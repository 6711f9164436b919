"""Steps of a harvest, for tests."""

from __future__ import annotations

from typing import Any

from core.journal import SYSTEM
from resources.catalogue.models import Resource
from resources.exchange.harvest import running, sources
from resources.exchange.models import HarvestRun, HarvestSource


def source_at(url: str, **facts: Any) -> HarvestSource:
    given = {
        "name": f"Source {HarvestSource.objects.count()}", "url": url, "prefix": "oai_dc",
        "set_spec": "", "trusted": False, "nightly": True, **facts,
    }  # fmt: skip
    return sources.save(by=SYSTEM, source=None, facts=given)


def harvested(source: HarvestSource, **options: Any) -> HarvestRun:
    """Read a source to the end of what it gives."""
    run = sources.harvest(by=SYSTEM, source=source, **options)
    running.advance(run.pk)
    run.refresh_from_db()
    return run


def accepted(source: HarvestSource) -> HarvestRun:
    """Read a source the first time and accept what it gives."""
    run = harvested(source)
    assert run.state == "review", run.problem
    sources.accept(by=SYSTEM, run=run)
    running.advance(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.problem
    return run


def came(source: HarvestSource) -> dict[str, str]:
    """Return the titles of what came from a source, and the states it is in."""
    rows = Resource.objects.filter(harvested_from__source=source)
    return dict(rows.values_list("title", "state"))
