"""The labels by which lists show resources: kept by a process, and never for too long."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.accounts.roles import Role
from resources.catalogue import finding, indexing, terms
from resources.catalogue.access import window_of
from resources.catalogue.models import CatalogueVersion, Resource, Term
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, term
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def window() -> Any:
    return window_of(None)


def shown(window: Any) -> list[tuple[str, ...]]:
    rows = finding.rows(list(Resource.objects.values_list("pk", flat=True)), window)
    return [
        (row.pedagogical_type.label, *(t.code for t in (*row.shown_levels, *row.shown_domains)))
        for row in rows
    ]


def test_a_list_of_any_length_reads_its_terms_together(
    window: Any, django_assert_num_queries: Any
) -> None:
    ResourceFactory(level_codes=["CM2", "CE2"], domain_codes=["sciences.vivant"])
    shown(window)
    ResourceFactory.create_batch(6)
    keys = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
    with django_assert_num_queries(2):
        rows = finding.rows(keys, window)
        assert all(row.licence.code for row in rows)
    assert [t.code for t in rows[0].shown_levels] == ["CE2", "CM2"], "in school order"
    assert [t.code for t in rows[0].shown_domains] == ["sciences.vivant"]


def test_a_new_term_is_known_at_once_and_a_new_label_with_the_next_version(
    window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = ResourceFactory()
    assert shown(window) == [("Jeu éducatif", "CM1", "maths.nombres")]
    resource.levels.add(Term.objects.create(vocabulary="level", code="6E", label="6e", position=99))
    assert shown(window) == [("Jeu éducatif", "CM1", "6E", "maths.nombres")]
    Term.objects.filter(pk=term("pedagogical_type", "jeu").pk).update(label="Jeu pour apprendre")
    monkeypatch.setattr(terms, "LOOK_EVERY", 0.0)
    assert shown(window)[0][0] == "Jeu éducatif", "nobody said that the catalogue has changed"
    CatalogueVersion.objects.update_or_create(pk=1, defaults={"number": 999})  # another process
    assert shown(window)[0][0] == "Jeu pour apprendre"


def test_the_process_that_changes_the_catalogue_shows_it_on_its_next_page(window: Any) -> None:
    ResourceFactory()
    assert terms.labels()["pedagogical_type", "jeu"] == "Jeu éducatif"
    Term.objects.filter(vocabulary="pedagogical_type", code="jeu").update(label="Jeux")
    indexing.changed()
    assert terms.labels()["pedagogical_type", "jeu"] == "Jeux"


def test_programs_find_many_resources_in_as_many_queries_as_one(client: Client) -> None:
    sign_in_client(client, UserFactory(roles=[(Role.CATALOGUE_EDITOR, "")]))
    asked = {}
    for made in (1, 8):
        ResourceFactory.create_batch(made)
        client.get("/api/v1/resources/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/resources/").json()["items"][0]["licence"] == "cc-by"
        asked[made] = len(queries)
    assert asked[8] == asked[1]
