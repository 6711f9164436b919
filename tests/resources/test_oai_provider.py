"""Our OAI-PMH repository: the protocol to the letter, the schemas, and nothing that is not open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.journal import SYSTEM
from core.keeping import purge_rows
from resources.catalogue import actions, indexing
from resources.catalogue.models import Contribution, Relation, Resource, Revision
from resources.exchange.models import PublicRecord
from resources.exchange.provider import publishing
from tests.factories.resources import ResourceFactory, term
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.resources.oai import DC, LOM, OAI, ask, error, every_page, headers, schema, token

pytestmark = pytest.mark.django_db


def publish() -> int:
    """Bring the repository in step, as the minute's task does."""
    indexing.changed()
    return publishing.refresh()


def full(**facts: Any) -> Resource:
    """A resource that states all it can."""
    resource = ResourceFactory(
        **{
            "title": "L’eau & la « mer » <salée>\x0b",
            "keywords": ["l'eau", "sel & marées"],
            "url": "https://site.example/a?b=1&c=2",
            "duration_minutes": 75,
            "difficulty": "hard",
            "rights": "© Port-Mistral",
            "format": "text/html",
            "size_bytes": 12_345,
            "published_on": dt.date(2025, 3, 15),
            "personal_data_level": "low",
            "domain_codes": ["sciences.vivant", "maths.nombres"],
            **facts,
        }
    )
    for role, name in (("publisher", "Éditions du Port"), ("author", "Ada, L."), ("author", "B")):
        Contribution.objects.create(resource=resource, role=role, name=name)
    return resource


def test_every_verb_follows_the_protocol_and_the_schemas(settings: Any) -> None:
    settings.OAI_PAGE_SIZE = 2
    resource = full()
    others = ResourceFactory.create_batch(4, level_codes=["GS"])
    Relation.objects.create(resource=resource, other=others[0], kind="part")
    publish()
    identify = ask(verb="Identify").find(f"{OAI}Identify")
    assert identify is not None
    assert identify.findtext(f"{OAI}deletedRecord") == "persistent"
    formats = ask(verb="ListMetadataFormats")
    assert [n.text for n in formats.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "lom"]
    specs = [n.text for n in ask(verb="ListSets").iter(f"{OAI}setSpec")]
    assert {"level", "level:CM1", "level:GS", "domain:maths:nombres", "type:jeu"} <= set(specs)
    identifier = f"oai:escale.example:{resource.identifier}"
    for prefix in ("oai_dc", "lom"):
        got = ask(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        assert headers(got) == [(resource.identifier, False)]
        assert len(every_page(prefix=prefix)) == 5
    lom = ask(verb="GetRecord", identifier=identifier, metadataPrefix="lom")
    assert lom.find(f".//{LOM}title/{LOM}string").text == "L’eau & la « mer » <salée>"  # type: ignore[union-attr]
    assert lom.findtext(f".//{LOM}typicalLearningTime/{LOM}duration") == "PT75M"
    assert others[0].identifier in [n.text for n in lom.iter(f"{LOM}entry")]
    assert len(every_page("ListIdentifiers")) == 5
    posted = ask(verb="ListRecords", metadataPrefix="lom", set="level:GS", post=True)
    assert posted.find(f"{OAI}request").get("set") == "level:GS"  # type: ignore[union-attr]
    assert headers(posted) == [(row.identifier, False) for row in others[:2]]


def test_a_schema_refuses_what_does_not_follow_it() -> None:
    """The validation can fail: an element out of its place, a word the protocol does not know."""
    publish()
    answer = Client().get(reverse("exchange:oai"), {"verb": "Identify"}).content.decode()
    assert schema().is_valid(answer)
    for old, new in (
        ("<protocolVersion>2.0", "<protocolVersion>1.1"),
        ("persistent", "forever"),
        ("</baseURL>", "</baseURL><baseURL>x</baseURL>"),
    ):
        assert not schema().is_valid(answer.replace(old, new)), new


def test_lists_come_in_pages_with_their_size_place_and_end(settings: Any) -> None:
    settings.OAI_PAGE_SIZE = 2
    ResourceFactory.create_batch(5)
    publish()
    first = ask(verb="ListRecords", metadataPrefix="oai_dc")
    facts = []
    root, seen = first, headers(first)
    while (node := token(root)) is not None:
        facts.append((node.get("completeListSize"), node.get("cursor"), bool(node.text)))
        if not node.text:
            break
        again = ask(verb="ListRecords", resumptionToken=node.text)
        root = ask(verb="ListRecords", resumptionToken=node.text)
        assert headers(root) == headers(again), "a token serves twice"
        seen += headers(root)
    assert facts == [("5", "0", True), ("5", "2", True), ("5", "4", False)]
    assert len(set(seen)) == 5
    old = token(first).text  # type: ignore[union-attr]
    with time_machine.travel(clock.now() + dt.timedelta(hours=25)):
        assert error(verb="ListRecords", resumptionToken=old) == "badResumptionToken"
    assert error(verb="ListIdentifiers", resumptionToken=old) == "badResumptionToken"


def test_what_changes_during_a_list_is_left_to_the_next_harvest(settings: Any) -> None:
    settings.OAI_PAGE_SIZE = 2
    start = clock.now().replace(microsecond=0)
    with time_machine.travel(start - dt.timedelta(hours=2)):
        rows = ResourceFactory.create_batch(4)
        publish()
    with time_machine.travel(start - dt.timedelta(hours=1), tick=False):
        first = ask(verb="ListRecords", metadataPrefix="oai_dc")
        asked_at = first.findtext(f"{OAI}responseDate")
    with time_machine.travel(start - dt.timedelta(minutes=30), tick=False):
        actions.save_resource(
            by=SYSTEM,
            resource=rows[3],
            facts={"title": "Changée pendant la liste"},
            levels=rows[3].levels.all(),
            domains=rows[3].domains.all(),
        )
        publish()
        rest = ask(verb="ListRecords", resumptionToken=token(first).text)  # type: ignore[union-attr]
    assert len(headers(first) + headers(rest)) == 3
    assert headers(ask(verb="ListRecords", metadataPrefix="oai_dc", from_=asked_at)) == [
        (rows[3].identifier, False)
    ]


def test_dates_choose_to_the_second_and_to_the_whole_day() -> None:
    day = dt.date(2026, 3, 10)
    for hour in (0, 12, 23):
        with time_machine.travel(dt.datetime(2026, 3, 10, hour, 30, tzinfo=dt.UTC)):
            ResourceFactory(identifier=f"at-{hour}")
            publish()

    def between(**given: str) -> list[str]:
        root = ask(verb="ListIdentifiers", metadataPrefix="lom", **given)
        return [name for name, _deleted in headers(root)]

    assert between(from_=day.isoformat(), until=day.isoformat()) == ["at-0", "at-12", "at-23"]
    noon = "2026-03-10T12:30:00Z"
    assert between(from_=noon, until=noon) == ["at-12"]
    assert between(until="2026-03-10T12:29:59Z") == ["at-0"]
    record = PublicRecord.objects.get(identifier="at-12")
    assert record.datestamp == dt.datetime(2026, 3, 10, 12, 30, tzinfo=dt.UTC)


LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("badVerb", {}),
        ("badVerb", {"verb": "Recite"}),
        ("badVerb", {"verb": ["Identify", "Identify"]}),
        ("badArgument", {"verb": "Identify", "colour": "blue"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "GetRecord", "metadataPrefix": "lom"}),
        ("badArgument", {**LIST, "from_": "10/03/2026"}),
        ("badArgument", {**LIST, "from_": "2026-02-30"}),
        ("badArgument", {**LIST, "from_": "2026-03-10", "until": "2026-03-10T10:00:00Z"}),
        ("badArgument", {**LIST, "from_": "2026-03-11", "until": "2026-03-10"}),
        ("badArgument", {**LIST, "set": "a b"}),
        ("badArgument", {**LIST, "metadataPrefix": ["lom", "oai_dc"]}),
        ("badArgument", {**LIST, "resumptionToken": "x"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "x"}),
        ("badResumptionToken", {"verb": "ListSets", "resumptionToken": ""}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc21"}),
        ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "lom", "identifier": "oai:x:y"}),
        ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "pm-00001"}),
        ("noRecordsMatch", {**LIST, "until": "1999-01-01"}),
        ("noRecordsMatch", {**LIST, "set": "level:terminale"}),
        ("noRecordsMatch", {**LIST, "from_": "2099-01-01"}),
    ],
)
def test_every_mistake_has_the_protocols_own_code(code: str, given: dict[str, Any]) -> None:
    ResourceFactory()
    publish()
    assert error(**given) == code


def test_an_empty_repository_has_no_sets() -> None:
    assert error(verb="ListSets") == "noSetHierarchy"


def test_only_what_is_open_to_all_is_ever_told(client: Client) -> None:
    school, group = SchoolFactory(), ClassGroupFactory()
    today = clock.today()
    hidden = {
        "brouillon-secret": ResourceFactory(identifier="brouillon-secret", state="draft"),
        "propose-secret": ResourceFactory(identifier="propose-secret", state="proposed"),
        "retire-secret": ResourceFactory(identifier="retire-secret", state="withdrawn"),
        "ecole-secret": ResourceFactory(identifier="ecole-secret"),
        "classe-secret": ResourceFactory(identifier="classe-secret"),
        "futur-secret": ResourceFactory(
            identifier="futur-secret", open_from=today + dt.timedelta(days=2)
        ),
        "passe-secret": ResourceFactory(
            identifier="passe-secret", open_to=today - dt.timedelta(days=1)
        ),
    }
    hidden["ecole-secret"].schools.add(school)
    hidden["classe-secret"].class_groups.add(group)
    shown = full(identifier="ouverte")
    for other in hidden.values():
        Relation.objects.create(resource=shown, other=other, kind="replaces")
    publish()
    pages = [{"verb": "ListSets"}, LIST, {"verb": "ListIdentifiers", "metadataPrefix": "lom"}]
    pages.append({"verb": "ListRecords", "metadataPrefix": "lom"})
    told = [client.get(reverse("exchange:oai"), given).content.decode() for given in pages]
    told += [
        client.get(reverse(name, args=["ouverte"])).content.decode()
        for name in ("exchange:notice_jsonld", "exchange:notice_lom")
    ]
    assert all("ouverte" in page for page in told[1:])
    assert not [page for page in told if "secret" in page]
    for identifier in hidden:
        assert (
            error(
                verb="GetRecord",
                metadataPrefix="lom",
                identifier=f"oai:escale.example:{identifier}",
            )
            == "idDoesNotExist"
        )
        for name in ("exchange:notice_jsonld", "exchange:notice_lom"):
            assert client.get(reverse(name, args=[identifier])).status_code == 404


def test_what_goes_away_leaves_a_header_and_comes_back_with_a_new_date() -> None:
    start = clock.now().replace(microsecond=0)

    def stamp() -> str:
        node = ask(
            verb="GetRecord", metadataPrefix="lom", identifier="oai:escale.example:va-et-vient"
        )
        header = next(node.iter(f"{OAI}header"))
        assert (header.get("status") == "deleted") == (next(node.iter(f"{LOM}lom"), None) is None)
        return f"{header.get('status')} {header.findtext(f'{OAI}datestamp')}"

    def at(hours: int) -> Any:
        return time_machine.travel(start + dt.timedelta(hours=hours), tick=False)

    seen = []
    with at(0):
        resource = ResourceFactory(identifier="va-et-vient")
        publish()
        seen.append(stamp())
    with at(1):
        Resource.objects.filter(pk=resource.pk).update(quality=5, updated_at=clock.now())
        assert publish() == 0, "nothing public changed"
        assert stamp() == seen[0]
    with at(2):
        actions.move_resource(by=SYSTEM, resource=resource, to="withdrawn", reason="Doublon")
        assert stamp().startswith("deleted"), "told before the next pass"
        publish()
        seen.append(stamp())
    with at(3):
        actions.move_resource(by=SYSTEM, resource=resource, to="validated")
        publish()
        seen.append(stamp())
    with at(4):
        purge_rows(Revision.objects.all())
        Resource.objects.all().delete()
        publish()
        seen.append(stamp())
    hours = [(start + dt.timedelta(hours=h)).astimezone(dt.UTC) for h in (0, 2, 3, 4)]
    words = ["None", "deleted", "None", "deleted"]
    assert seen == [f"{w} {h:%Y-%m-%dT%H:%M:%SZ}" for w, h in zip(words, hours, strict=True)]
    with at(5):
        gone = ask(verb="ListRecords", metadataPrefix="oai_dc", set="level:CM1")
        assert headers(gone) == [("va-et-vient", True)], "told to who reads its set"


def test_a_licence_that_ends_closes_the_notice_that_day() -> None:
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.UTC)):
        ResourceFactory(open_to=dt.date(2026, 3, 10))
        publish()
        assert [deleted for _name, deleted in every_page()] == [False]
    with time_machine.travel(dt.datetime(2026, 3, 11, 1, tzinfo=dt.UTC)):
        assert publishing.refresh() == 1, "the day changed, though nobody touched the catalogue"
        assert [deleted for _name, deleted in every_page()] == [True]


def test_a_word_renamed_is_told_by_night() -> None:
    ResourceFactory()
    publish()
    assert publishing.refresh(full=True) == 0
    word = term("level", "CM1")
    word.label = "Cours moyen 1"
    word.save()
    assert publishing.refresh(full=True) == 1
    told = [n.text for n in ask(**LIST).iter(f"{DC}subject")]
    assert "Cours moyen 1" in told


def test_pages_take_the_same_queries_however_much_they_hold(
    settings: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.OAI_PAGE_SIZE = 50

    def cost(**given: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            ask(**given, valid=False)
        return len(caught)

    def costs() -> list[int]:
        lom = {"verb": "ListRecords", "metadataPrefix": "lom"}
        return [cost(**LIST), cost(**lom, set="level:CM1"), cost(verb="ListSets")]

    for _ in range(2):
        other = full()
    Relation.objects.create(resource=full(), other=other, kind="part")
    publish()
    few = costs()
    for _ in range(8):
        Relation.objects.create(resource=full(), other=other, kind="part")
    publish()
    assert costs() == few
    assert max(few) <= 20


def test_who_asks_too_much_is_asked_to_come_back(client: Client, settings: Any) -> None:
    settings.OAI_RATE = (2, 60)
    url = reverse("exchange:oai")
    answers = [client.get(url, {"verb": "Identify"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[0]["Cache-Control"] == "public, max-age=60"
    assert "sessionid" not in answers[0].cookies
