"""Reading other catalogues: a real repository in a process of its own, and one that misbehaves."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM
from resources.catalogue import actions
from resources.catalogue.models import Resource
from resources.exchange.harvest import client as asking
from resources.exchange.harvest import records, running, sources
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, vocabularies
from tests.resources.hostile_oai import Hostile
from tests.resources.oai_server import TITLES, OtherCity

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running_hostile() -> Iterator[Hostile]:
    server = Hostile()
    yield server
    server.stop()


@pytest.fixture
def hostile(running_hostile: Hostile, settings: Any) -> Hostile:
    settings.HARVEST_INSIDE = [running_hostile.host]
    vocabularies()
    running_hostile.forget()
    return running_hostile


@pytest.fixture
def city(settings: Any) -> Iterator[OtherCity]:
    server = OtherCity()
    settings.HARVEST_INSIDE = [server.host]
    vocabularies()
    yield server
    server.stop()


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


@pytest.mark.parametrize("prefix", ["lom", "oai_dc"])
def test_another_city_is_read_looked_at_written_and_followed(city: OtherCity, prefix: str) -> None:
    source = source_at(city.url, prefix=prefix)
    run = harvested(source)
    assert (run.state, run.announced, run.counts["create"]) == ("review", 5, 5)
    assert run.step == 3, "two notices a page"
    assert not Resource.objects.exists(), "nothing is written before somebody looked"
    sources.accept(by=SYSTEM, run=run)
    running.advance(run.pk)
    assert came(source) == dict.fromkeys(TITLES.values(), "proposed")
    one = Resource.objects.get(title="Les marées du port")
    assert one.external_identifier == "oai:autre-ville.example:ville-1"
    assert {term.code for term in one.levels.all()} == {"CM1"}
    assert one.pedagogical_type is not None
    assert " mare" in one.search_text
    again = harvested(source)
    assert again.from_instant is not None
    assert again.counts == {"seen": 5, "unchanged": 5}, "all of the overlap, known already"
    city.tell("rename", "ville-1", "Les marées d’équinoxe")
    city.tell("withdraw", "ville-2")
    city.tell("add", "ville-6", "Les phares")
    third = harvested(source)
    assert third.state == "done"
    assert third.counts == {"seen": 6, "unchanged": 3, "deleted": 1, "update": 1, "create": 1}
    now = came(source)
    assert now["Les marées d’équinoxe"] == "proposed"
    assert now["Fractions et gâteaux"] == "withdrawn"
    assert now["Les phares"] == "proposed"
    assert len(now) == 6


def test_an_editors_correction_stays_until_the_source_says_something_new(
    city: OtherCity,
) -> None:
    source = source_at(city.url, prefix="lom")
    accepted(source)
    kept = Resource.objects.get(title="Les marées du port")
    levels, domains = list(kept.levels.all()), list(kept.domains.all())
    actions.save_resource(
        by=SYSTEM, resource=kept, facts={"title": "Marées"}, levels=levels, domains=domains
    )
    actions.move_resource(by=SYSTEM, resource=kept, to="validated")
    harvested(source)
    kept.refresh_from_db()
    assert kept.title == "Marées"
    city.tell("rename", "ville-1", "Les grandes marées")
    run = harvested(source)
    kept.refresh_from_db()
    assert (run.counts["waiting"], kept.title) == (1, "Marées"), "shown to classes: it waits"
    record = HarvestedRecord.objects.get(state="waiting")
    assert record.changes["title"] == ["Marées", "Les grandes marées"]
    assert harvested(source).counts["unchanged"] == 5, "asked once"
    assert sources.decide(by=SYSTEM, source=source, keys=[record.pk], accepted=True) == 1
    kept.refresh_from_db()
    assert (kept.title, kept.state) == ("Les grandes marées", "validated")


def test_a_trusted_source_publishes_what_is_complete(city: OtherCity) -> None:
    source = source_at(city.url, prefix="lom", trusted=True)
    accepted(source)
    assert set(came(source).values()) == {"validated"}
    city.tell("rename", "ville-1", "Les grandes marées")
    harvested(source)
    assert came(source)["Les grandes marées"] == "validated"


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


def test_unknown_words_are_asked_once_and_explain_every_notice(hostile: Hostile) -> None:
    source = source_at(f"{hostile.url}/words")
    run = harvested(source)
    assert (run.counts["rejected"], run.counts["create"]) == (2, 1)
    assert records.unknown_words(source) == {("kind", "danse"): 2}
    assert sources.explain(by=SYSTEM, source=source, values={"kind:danse": "activite"}) == 2
    assert not Resource.objects.exists(), "still before the first acceptance"
    sources.accept(by=SYSTEM, run=run)
    running.advance(run.pk)
    assert set(came(source)) == {"w1", "w2", "w3"}
    assert Resource.objects.get(title="w1").pedagogical_type.code == "activite"  # type: ignore[union-attr]


def test_a_source_writes_only_on_what_came_from_it(hostile: Hostile) -> None:
    ours = ResourceFactory(identifier="pm-precious", title="À nous")
    theirs = ResourceFactory(external_identifier="pm-precious-2")
    source = source_at(f"{hostile.url}/thief")
    accepted(source)
    ours.refresh_from_db()
    assert ours.title == "À nous"
    record = HarvestedRecord.objects.get()
    assert (record.state, record.resource) == ("refused", None)
    assert "déjà" in str(record.problems)
    assert Resource.objects.count() == 2, theirs


def test_what_comes_back_is_proposed_again_but_not_what_an_editor_took_away(
    hostile: Hostile,
) -> None:
    source = source_at(f"{hostile.url}/comes_and_goes")
    accepted(source)
    other = Resource.objects.get(title="c2")
    actions.move_resource(by=SYSTEM, resource=other, to="withdrawn", reason="Hors sujet")
    harvested(source)
    assert came(source)["c1"] == "withdrawn"
    harvested(source)
    assert came(source) == {"c1": "proposed", "c2": "withdrawn"}


def test_what_a_whole_reading_no_longer_meets_goes_unless_it_is_too_much(hostile: Hostile) -> None:
    source = source_at(f"{hostile.url}/shrinks")
    accepted(source)
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        run = harvested(source, everything=True)
    assert run.counts["deleted"] == 1
    assert came(source)["s6"] == "withdrawn"
    large = source_at(f"{hostile.url}/vanishes")
    accepted(large)
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        run = harvested(large, everything=True)
    assert "9 notices ont disparu" in run.problem
    assert set(came(large).values()) == {"proposed"}


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


def test_our_own_catalogue_is_no_source(city: OtherCity, settings: Any) -> None:
    settings.OAI_REPOSITORY = "autre-ville.example"
    assert "notre propre" in sources.probe(by=SYSTEM, source=source_at(city.url)).problem


def test_by_night_only_accepted_sources_that_are_awake_are_read(hostile: Hostile) -> None:
    ready = source_at(f"{hostile.url}/pages")
    accepted(ready)
    asleep = source_at(f"{hostile.url}/words")
    accepted(asleep)
    sources.pause(by=SYSTEM, source=asleep, paused=True)
    source_at(f"{hostile.url}/odd")
    assert sources.nightly() == 1
    assert HarvestRun.objects.get(state="running").source == ready
    with pytest.raises(RuleBroken):
        sources.harvest(by=SYSTEM, source=asleep)


def test_another_address_is_another_source(hostile: Hostile) -> None:
    source = source_at(f"{hostile.url}/pages")
    accepted(source)
    source.refresh_from_db()
    facts = {name: getattr(source, name) for name in sources.EDITABLE}
    changed = sources.save(by=SYSTEM, source=source, facts={**facts, "url": f"{hostile.url}/words"})
    assert (changed.approved_at, changed.harvested_until) == (None, None)
    assert harvested(changed).state == "review"


@pytest.mark.parametrize("header", ["", "soon", "-5", "999999", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_rest_is_never_none_nor_endless(header: str) -> None:
    assert 1 <= asking._rest(header) <= asking.LONGEST_REST


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_harvest_at_once_one_is_told(hostile: Hostile) -> None:
    source = sources.probe(by=SYSTEM, source=source_at(f"{hostile.url}/pages"))
    told: list[str] = []
    gate = threading.Barrier(2)

    def begin() -> None:
        try:
            gate.wait(timeout=10)
            sources.harvest(by=SYSTEM, source=source)
            told.append("began")
        except RuleBroken as broken:
            told.append(broken.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(told) == ["began", "open"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_run_write_each_page_once(hostile: Hostile) -> None:
    run = sources.harvest(by=SYSTEM, source=source_at(f"{hostile.url}/pages"))

    def work() -> None:
        try:
            running.advance(run.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    run.refresh_from_db()
    assert (run.state, run.step, run.counts["seen"]) == ("review", 3, 6)


def test_pages_cost_the_same_however_many_notices(hostile: Hostile, client: Client) -> None:
    source = source_at(f"{hostile.url}/words")
    run = harvested(source)
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    addresses = [
        reverse("exchange:sources"),
        reverse("exchange:source", args=[source.public_id]),
        reverse("exchange:run", args=[run.public_id]),
    ]

    def costs() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found.append(len(caught))
        return found

    client.get(addresses[0])  # a session's first request notes who came
    few = costs()
    for number in range(30):
        HarvestedRecord.objects.create(
            source=source, run=run, identifier=f"m{number}", digest="x", state="refused",
            problems=[["Titre", "manque"]], unknown=[["kind", "danse"]],
            resource=ResourceFactory() if number < 5 else None,
        )  # fmt: skip
    for number in range(3):
        HarvestRun.objects.create(source=source, state="failed", finished_at=clock.now())
        source_at(f"{hostile.url}/more{number}")
    assert costs() == few
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    assert [client.get(address).status_code for address in addresses] == [403, 403, 403]
