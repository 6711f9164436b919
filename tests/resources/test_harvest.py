"""Reading other catalogues: what comes in, what may be written, what is left to an editor."""

from __future__ import annotations

import datetime as dt
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
from resources.exchange.harvest import records, running, sources
from resources.exchange.models import HarvestedRecord, HarvestRun
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory
from tests.resources.harvesting import accepted, came, harvested, source_at
from tests.resources.hostile_oai import Hostile
from tests.resources.oai_server import TITLES, OtherCity

# Once is enough: another process starts for each, and no database decides.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


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
    run = harvested(changed)
    assert run.state == "review"
    with pytest.raises(RuleBroken, match="en cours"):
        sources.save(by=SYSTEM, source=changed, facts=facts)
    sources.drop(by=SYSTEM, run=run)
    assert sources.save(by=SYSTEM, source=changed, facts=facts).url == facts["url"]


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
