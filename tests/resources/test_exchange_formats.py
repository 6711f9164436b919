"""Notices in the field's formats: out and in again unchanged, and foreign ones understood."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.exporting import KEEP
from core.importing.plans import CREATE, REJECTED, UNCHANGED
from core.journal import SYSTEM, Actor
from core.outbox import Message
from resources.catalogue.importing import runs
from resources.catalogue.importing.plan import Plan
from resources.catalogue.models import Resource, Term
from resources.exchange import exports
from resources.exchange.formats import files, lom_reading
from resources.exchange.formats.markup import BadXml, parse
from resources.exchange.models import CatalogueExport
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, vocabularies
from tests.resources.test_oai_provider import full

pytestmark = pytest.mark.django_db
FORMS = sorted(files.FORMS)


def written(form: str, rows: Any = None) -> bytes:
    """Return a whole file of some resources."""
    found = Resource.objects.order_by("identifier") if rows is None else rows
    return b"".join(files.FORMS[form].write(found, lambda _done: None))


def tried(data: bytes, name: str = "notices") -> Plan:
    vocabularies()
    run = runs.receive(by=SYSTEM, data=data, filename=name, supplier="Une autre ville")
    return runs.try_out(run)[1]


def enrich(resource: Resource) -> None:
    """Give a resource words of every vocabulary, official ones among them."""
    for vocabulary, name in (
        ("activity", "activities"), ("place", "places"), ("need", "needs"),
        ("competence", "competences"),
    ):  # fmt: skip
        word = Term.objects.create(
            vocabulary=vocabulary,
            code=f"n-{name}",
            label=f"mot, de ; {name} | ici",
            uri=f"http://data.education.fr/voc/scolomfr/concept/{name}",
        )
        getattr(resource, name).add(word)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_taken_out_comes_back_unchanged(form: str) -> None:
    enrich(full(title="L’eau & la « mer » <salée>", external_identifier="ark:/1234/x"))
    ResourceFactory(title="=1+1", cost="paid", audience="teacher", keywords=["fractions"])
    ResourceFactory(audience="learner", language="en", url="https://a.example/x")
    plan = tried(written(form))
    changed = {line.key: (line.changes, line.problems) for line in plan.lines}
    assert plan.counts[UNCHANGED] == 3, changed
    if form != "dc":  # which has no place for most of it
        codes = {"levels", "domains", "licence", "pedagogical_type", "document_type"}
        stated = set.intersection(*(set(line.terms) for line in plan.lines))
        assert codes <= stated


@pytest.mark.parametrize("form", ["lom", "jsonld", "gar"])
def test_a_catalogue_goes_whole_into_another_city(form: str) -> None:
    enrich(full(external_identifier="ark:/1234/x"))
    before = written("csv")
    data = written(form)
    Resource.objects.all().delete()
    plan = tried(data)
    assert plan.counts[CREATE] == 1, [line.problems for line in plan.lines]
    runs.write(plan, publish=True)
    told = [row.split(b";") for row in (before, written("csv"))]
    lost = {b"", *told[0]} - set(told[1])
    allowed = {b"hard", b"low", b"n-places", b"n-needs"} if form == "jsonld" else set()
    assert {cell.strip() for cell in lost} <= {b"", *allowed}, lost


def test_terms_travel_by_address_then_by_label(django_assert_max_num_queries: Any) -> None:
    """Another city has its own codes: the official address counts, and else the words."""
    resource = ResourceFactory()
    level = resource.levels.get()
    level.uri = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-010"
    level.save()
    data = written("lom").replace(b"<lom:value>jeu</lom:value>", b"<lom:value>n7</lom:value>")
    level.label, level.alt_labels = "Dernière année", []
    level.save()
    line = tried(data).lines[0]
    assert line.outcome == UNCHANGED, line.problems
    assert line.terms["pedagogical_type"] == [resource.pedagogical_type_id], "by its label"


FOREIGN_LOM = """<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>
<identifier><catalog>hdl</catalog><entry>hdl:42</entry></identifier>
<title><string language="en">The tides</string><string language="fre">Les marées</string></title>
<language>fre</language><keyword><string language="fre">mer; lune</string></keyword></general>
<lifeCycle><contribute><role><source>LOMv1.0</source><value>author</value></role>
<entity>BEGIN:VCARD
FN;CHARSET=UTF-8:Marie Le Goff
ORG:Marée\\, et Cie
END:VCARD</entity></contribute></lifeCycle>
<technical><location>https://m.example/42</location></technical>
<educational><learningResourceType><source>LOMv1.0</source><value>exercise</value>
</learningResourceType><difficulty><source>LOMv1.0</source><value>very easy</value></difficulty>
<typicalLearningTime><duration>PT1H30M</duration></typicalLearningTime></educational>
<rights><description><string>https://creativecommons.org/licenses/by-sa/4.0/</string></description>
</rights></lom>"""


def test_a_foreign_lom_notice_is_read() -> None:
    cells = lom_reading.read(parse(FOREIGN_LOM.encode()))
    cells = {name: value for name, value in cells.items() if value}
    kind = cells.pop("pedagogical_type")
    assert kind.split("\x1f")[1] == "exercise"
    assert cells == {
        "key": "hdl:42",
        "title": "Les marées",
        "language": "fr",
        "keywords": "mer, lune",
        "author": "Marie Le Goff",
        "url": "https://m.example/42",
        "difficulty": "easy",
        "duration_minutes": "90",
        "licence": "cc-by-sa",
    }


def test_foreign_json_is_read_whichever_way_it_is_wrapped() -> None:
    amb = {
        "@context": ["https://w3id.org/kim/amb/context.jsonld"],
        "id": "https://m.example/7",
        "type": ["LearningResource"],
        "name": "Marées",
        "about": [{"id": "http://x.example/mer", "prefLabel": {"fr": "Sciences et technologie"}}],
        "educationalLevel": [{"prefLabel": {"de": "vierte", "fr": "CM1"}}],
        "license": {"id": "https://creativecommons.org/publicdomain/zero/1.0/"},
        "creator": [{"type": "Person", "name": "Ada"}],
    }
    gar = {
        "idRessource": "ark:/9/1",
        "nomRessource": "Manuel",
        "nomEditeur": "Port",
        "niveauEducatif": [{"uri": "http://x.example/1", "nom": "CM1"}],
        "urlAccesRessource": "https://gar.example/1",
    }
    for told in (amb, [amb], {"@graph": [amb]}):
        line = tried(json.dumps(told).encode()).lines[0]
        assert (line.outcome, line.key) == (CREATE, "https://m.example/7"), line.problems
        assert line.facts["url"] == "https://m.example/7"
        assert {"levels", "domains", "licence"} <= set(line.terms)
    for told in ([gar], {"listeRessources": {"ressource": [gar]}}, gar):
        line = tried(json.dumps(told).encode()).lines[0]
        assert (line.outcome, line.key, line.title) == (CREATE, "ark:/9/1", "Manuel"), line.problems


BOMB = b"""<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><lom>&b;</lom>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><lom/>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<lom>",
        b"<rien/>",
        b"{",
        b"[" * 100_000,
        b'{"a": 1}',
        b"[3]",
        b'{"name": ' * 2_000 + b"1" + b"}" * 2_000,
    ],
)
def test_what_cannot_be_read_safely_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(RuleBroken) as refused:
        tried(data)
    assert refused.value.field == "file"


def test_what_the_database_cannot_hold_is_left_out_of_a_notice() -> None:
    told = {"idRessource": "ark:/9/\x002", "nomRessource": "Zé\x00ro\ud800", "motsCles": ["a\x00b"]}
    plan = tried(json.dumps({"listeRessources": {"ressource": [told]}}).encode())
    runs.write(plan, publish=False, by=SYSTEM)
    made = Resource.objects.get()
    assert (made.title, made.external_identifier, made.keywords) == ("Zéro", "ark:/9/2", ["ab"])


def test_a_list_that_cannot_be_written_keeps_no_other_waiting_and_is_given_up(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ResourceFactory()
    by = Actor(user=UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    bad, good = (
        exports.ask(by=by, form=files.FORMS[form], filters={}, total=1) for form in ("gar", "lom")
    )
    broken = replace(files.FORMS["gar"], write=lambda _rows, _tell: [1 // 0])
    monkeypatch.setitem(files.FORMS, "gar", broken)
    with time_machine.travel(clock.now(), tick=False) as watch:
        watch.shift(dt.timedelta(minutes=2))
        assert exports.LISTS.sweep() == 1
        good.refresh_from_db()
        assert good.state == "ready"
        for _ in range(20):
            watch.shift(dt.timedelta(minutes=10))
            assert exports.LISTS.sweep() == 0
        bad.refresh_from_db()
        assert (bad.state, bad.tries) == ("failed", 4)
        assert "erreur imprévue (ZeroDivisionError)" in bad.problem
        told = Message.objects.get(kind="catalogue_interrupted")
        assert bad.problem in told.body
        watch.shift(KEEP)
        assert exports.LISTS.sweep() == 1, "yesterday's file goes"
    client.force_login(bad.user)
    page = client.get(reverse("exchange:export_file", args=[bad.public_id])).content.decode()
    assert "ZeroDivisionError" in page
    assert "hx-trigger" not in page[page.index('id="liste"') :]


def test_a_document_with_too_many_elements_is_refused() -> None:
    with pytest.raises(BadXml):
        parse(b"<a>" + b"<b/>" * 400_001 + b"</a>")


@pytest.mark.parametrize("form", FORMS)
def test_an_editor_takes_out_the_list_as_it_is_filtered(client: Client, form: str) -> None:
    ResourceFactory(title="Les fractions", state="proposed")
    ResourceFactory(title="Les marées", state="proposed")
    ResourceFactory(title="Les fractions bis")
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    page = client.get(reverse("catalogue:manage"), {"q": "fraction", "etat": "proposed"})
    url = reverse("exchange:export", args=[form]) + "?q=fraction&amp;etat=proposed"
    assert url in page.content.decode()
    answer = client.get(url.replace("&amp;", "&"))
    data = b"".join(answer.streaming_content)
    plan = tried(data)
    assert [line.title for line in plan.lines] == ["Les fractions"]
    assert form in answer["Content-Disposition"]
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    assert client.get(url).status_code == 403


def test_an_export_takes_the_same_queries_however_long() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            written("lom")
        return len(caught)

    full()
    few = cost()
    for _ in range(5):
        full()
    assert cost() == few


@pytest.mark.django_db(transaction=True)
def test_a_long_list_is_written_by_a_worker_and_fetched_by_who_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch, run_tasks: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    ResourceFactory.create_batch(3)
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    client.force_login(editor)
    url = reverse("exchange:export", args=["lom"])
    assert "Préparer le fichier" in client.get(url).content.decode()
    assert not CatalogueExport.objects.exists(), "asking to look makes nothing"
    page = client.post(url, follow=True)
    assert "0 ressources sur 3" in page.content.decode().replace("\xa0", " ")
    run_tasks()
    made = CatalogueExport.objects.get()
    assert (made.state, made.done, made.total) == ("ready", 3, 3)
    assert made.document is not None
    assert exports.LISTS.make(made.pk) == "ready", "a second worker does nothing"
    other = Client()
    other.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    address = reverse("exchange:export_file", args=[made.public_id])
    assert "Télécharger" in client.get(address).content.decode()
    assert other.get(address).status_code == 404
    assert other.get(made.document.get_absolute_url()).status_code in {403, 404}
    assert tried(made.document.read_bytes()).counts[UNCHANGED] == 3


def test_an_editor_imports_notices_like_a_table(client: Client) -> None:
    vocabularies()
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    upload = SimpleUploadedFile("marees.xml", FOREIGN_LOM.encode())
    page = client.post(
        reverse("catalogue:import_start"), {"supplier": "Port", "file": upload}, follow=True
    )
    assert "Les marées" in page.content.decode()


def test_the_page_of_a_resource_says_where_its_notices_are(client: Client) -> None:
    resource = ResourceFactory()
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    page = client.get(reverse("catalogue:resource", args=[resource.identifier])).content.decode()
    url = reverse("exchange:notice_jsonld", args=[resource.identifier])
    assert f'rel="alternate" type="application/ld+json" href="{url}"' in page
    told = Client().get(url).json()
    assert (told["@type"], told["name"]) == ("LearningResource", resource.title)
    assert told["educationalLevel"][0]["name"] == "CM1"
    assert tried(json.dumps(told).encode()).counts == {
        "create": 0, "update": 0, "unchanged": 1, REJECTED: 0,
    }  # fmt: skip
