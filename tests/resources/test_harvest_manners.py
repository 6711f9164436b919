"""Repositories that are busy, broken or hostile, and runs that are cut short."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
import time_machine

from core import clock
from core.errors import RuleBroken
from core.journal import SYSTEM
from resources.catalogue.models import Resource
from resources.exchange.harvest import client as asking
from resources.exchange.harvest import records, running, sources
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource
from tests.resources.harvesting import accepted, came, harvested, source_at
from tests.resources.hostile_oai import Hostile
from tests.together import at_once

pytestmark = pytest.mark.django_db


def test_a_run_cut_short_goes_on_from_its_page(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_at(f"{hostile.url}/pages")
    run = sources.harvest(by=SYSTEM, source=source)
    note = records.note

    def killed(*args: Any) -> Any:
        if HarvestRun.objects.get(pk=run.pk).step == 1:
            note(*args)
            raise SystemExit
        return note(*args)

    monkeypatch.setattr(records, "note", killed)
    with pytest.raises(SystemExit):
        running.advance(run.pk)
    assert HarvestedRecord.objects.count() == 2, "the page that was being written left nothing"
    monkeypatch.setattr(records, "note", note)
    assert running.sweep() == 0, "it may still be at work"
    with time_machine.travel(clock.now() + running.STALLED + dt.timedelta(seconds=5)):
        assert running.sweep() == 1
    run.refresh_from_db()
    assert (run.state, HarvestedRecord.objects.count()) == ("review", 6)
    asked = hostile.counts()
    assert [asked[f"/pages?{token}"] for token in ("", "2", "3")] == [1, 2, 1]


def test_a_page_that_kills_its_workers_is_given_up(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_at(f"{hostile.url}/pages")
    run = sources.harvest(by=SYSTEM, source=source)
    killed = []

    def kills(*_args: Any) -> Any:
        killed.append(clock.now())
        raise SystemExit

    monkeypatch.setattr(records, "note", kills)
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(40):
            watch.shift(dt.timedelta(minutes=5))
            with suppress(SystemExit):
                running.sweep()
    run.refresh_from_db()
    assert (run.state, len(killed)) == ("failed", running.MAX_FAILURES - 1)
    source.refresh_from_db()
    assert "faute de mémoire" in source.problem
    monkeypatch.undo()
    sources.resume(by=SYSTEM, run=run)
    assert running.advance(run.pk) == "review"


def test_an_acceptance_cut_short_is_taken_up_and_writes_each_notice_once(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    source = source_at(f"{hostile.url}/pages")
    run = harvested(source)
    sources.accept(by=SYSTEM, run=run)
    running.advance(run.pk, seconds=0)
    assert Resource.objects.count() == 2
    with time_machine.travel(clock.now() + running.STALLED + dt.timedelta(seconds=5)):
        assert running.sweep() == 1
    assert len(came(source)) == Resource.objects.count() == 6


def test_a_busy_server_is_left_in_peace_for_as_long_as_it_asks(hostile: Hostile) -> None:
    source = source_at(f"{hostile.url}/busy")
    now = clock.now()
    with time_machine.travel(now, tick=False):
        run = harvested(source)
        assert run.state == "running"
        assert run.next_try_at == now + dt.timedelta(seconds=7)
        running.advance(run.pk)
        assert hostile.counts()["/busy#list"] == 1, "not asked before the time"
    for hours in (1, 2):
        with time_machine.travel(now + dt.timedelta(hours=hours)):
            running.sweep()
    run.refresh_from_db()
    assert (run.state, run.counts["create"], run.failures) == ("review", 6, 0)


def test_a_server_that_stays_down_is_given_up_and_taken_up_again_on_demand(
    hostile: Hostile,
) -> None:
    source = source_at(f"{hostile.url}/down")
    run = harvested(source)
    for hours in range(1, 12):
        with time_machine.travel(clock.now() + dt.timedelta(hours=2 * hours)):
            running.sweep()
    run.refresh_from_db()
    source.refresh_from_db()
    assert (run.state, hostile.counts()["/down#list"]) == ("failed", running.MAX_FAILURES)
    assert "plus tard" in source.problem
    HarvestSource.objects.update(url=f"{hostile.url}/pages")
    sources.resume(by=SYSTEM, run=run)
    assert running.advance(run.pk) == "review"


def test_a_notice_that_breaks_the_reading_stops_neither_the_sweep_nor_for_ever(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, sound = (source_at(f"{hostile.url}/{way}") for way in ("words", "pages"))
    note = records.note

    def breaks(run: HarvestRun, source: HarvestSource, *rest: Any) -> Any:
        if source.pk == poisoned.pk:
            raise ValueError
        return note(run, source, *rest)

    monkeypatch.setattr(records, "note", breaks)
    first = sources.harvest(by=SYSTEM, source=poisoned)
    second = sources.harvest(by=SYSTEM, source=sound)
    for hours in range(1, 12):
        with time_machine.travel(clock.now() + dt.timedelta(hours=2 * hours)):
            running.sweep()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "review")
    assert "notice" in first.problem


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("circle", "toujours la même suite"),
        ("empty", "pages vides"),
        ("lost", "badResumptionToken"),
        ("bomb", "XML sûr"),
        ("broken", "XML sûr"),
        ("flood", "trop longue"),
        ("page", "OAI-PMH"),
        ("gone", "404"),
        ("inside", "ne répond pas"),
    ],
)
def test_a_repository_that_misbehaves_is_left_with_a_sentence(
    hostile: Hostile, way: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MAX_FAILURES", 1)
    source = source_at(f"{hostile.url}/{way}")
    run = harvested(source)
    assert run.state == "failed"
    assert words in run.problem
    assert hostile.counts()[f"/{way}#list"] <= 8
    assert not Resource.objects.exists()


def test_a_token_that_the_server_forgot_begins_the_list_again(hostile: Hostile) -> None:
    run = harvested(source_at(f"{hostile.url}/forgets"))
    assert (run.state, run.restarts, HarvestedRecord.objects.count()) == ("review", 1, 6)


def test_flawed_records_are_told_apart_from_the_others(hostile: Hostile) -> None:
    source = source_at(f"{hostile.url}/odd")
    accepted(source)
    assert came(source) == {"Le dernier mot": "proposed"}, "of a record said twice, the last word"
    refused = {row.identifier: str(row.problems) for row in source.records.filter(state="refused")}
    assert "titre" in refused["o2"]
    assert "200" in refused["o3"]


def test_nothing_new_is_an_answer_too(hostile: Hostile) -> None:
    run = harvested(source_at(f"{hostile.url}/nothing"))
    assert (run.state, run.counts) == ("review", {})


@pytest.mark.parametrize(
    ("url", "setting", "words"),
    [
        ("http://127.0.0.1:9/oai", True, "n’est pas de celles"),
        ("http://localhost/oai", True, "n’est pas de celles"),
        ("http://169.254.169.254/oai", True, "n’est pas de celles"),
        ("http://[::1]/oai", True, "n’est pas de celles"),
        ("https://museum.example/oai", False, "démonstration"),
    ],
)
def test_no_address_inside_is_asked_and_none_outside_in_the_demo(
    settings: Any, url: str, setting: bool, words: str
) -> None:
    settings.HARVEST_INSIDE, settings.HARVEST_OUTSIDE = [], setting
    source = sources.probe(by=SYSTEM, source=source_at(url))
    assert words in source.problem
    with pytest.raises(RuleBroken):
        sources.harvest(by=SYSTEM, source=source)


@pytest.mark.parametrize("header", ["", "soon", "-5", "999999", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_rest_is_never_none_nor_endless(header: str) -> None:
    assert 1 <= asking._rest(header) <= asking.LONGEST_REST


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_harvest_at_once_one_is_told(hostile: Hostile) -> None:
    source = sources.probe(by=SYSTEM, source=source_at(f"{hostile.url}/pages"))

    def begin(_number: int) -> str:
        sources.harvest(by=SYSTEM, source=source)
        return "began"

    ends = at_once(2, begin)
    assert "began" in ends
    assert [end.code for end in ends if end != "began"] == ["open"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_run_write_each_page_once(hostile: Hostile) -> None:
    run = sources.harvest(by=SYSTEM, source=source_at(f"{hostile.url}/pages"))

    at_once(2, lambda _number: running.advance(run.pk))
    run.refresh_from_db()
    assert (run.state, run.step, run.counts["seen"]) == ("review", 3, 6)
