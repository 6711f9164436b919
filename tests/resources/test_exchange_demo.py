"""The demo's museum: a source that was read, and can be read again on the demo's own address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.fetching import Fetched
from core.journal import SYSTEM
from core.seeding import SMALL, SeedContext
from resources.catalogue.models import Resource
from resources.exchange import sandbox, seeding
from resources.exchange.harvest import running, sources
from resources.exchange.models import HarvestSource, PublicRecord
from tests.factories.resources import vocabularies
from tests.resources.oai import schema

pytestmark = pytest.mark.django_db


def through_the_pages(url: str) -> Fetched:
    """Fetch our own pages without a server."""
    parts = urlsplit(url)
    answer = Client().get(f"{parts.path}?{parts.query}")
    schema().validate(answer.content.decode())
    return Fetched(answer.status_code, url, "", "text/xml", answer.content)


def test_the_museum_was_read_and_gives_what_is_new(settings: Any) -> None:
    vocabularies()
    seeding.seed(
        SeedContext(
            scale=SMALL, seed=3, today=clock.today(), quick_password="",
            progress=lambda *_parts: None,
        )
    )  # fmt: skip
    museum = HarvestSource.objects.get(name="Musée de la Mer")
    states = list(museum.records.order_by("pk").values_list("state", flat=True))
    assert {state: states.count(state) for state in set(states)} == {
        "waiting": 1, "refused": 1, "kept": 8,
    }  # fmt: skip
    assert PublicRecord.objects.count() == Resource.objects.filter(state="validated").count() == 3
    assert sources.probe(by=SYSTEM, source=museum, get=through_the_pages).problem == ""
    run = sources.harvest(by=SYSTEM, source=museum, get=through_the_pages)
    running.advance(run.pk, get=through_the_pages)
    run.refresh_from_db()
    assert (run.state, run.counts["create"]) == ("done", 1), "the notice of four days ago"
    run = sources.harvest(by=SYSTEM, source=museum, everything=True, get=through_the_pages)
    running.advance(run.pk, get=through_the_pages)
    run.refresh_from_db()
    assert (run.step, run.counts["seen"]) == (3, len(sandbox.LEAVES)), "in pages of five"


def test_outside_the_demo_there_is_no_museum(settings: Any) -> None:
    settings.DEMO = False
    assert Client().get(reverse("exchange:partner"), {"verb": "Identify"}).status_code == 404
