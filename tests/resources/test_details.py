"""What a resource's page says of it, and of those it is a version or a part of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from resources.catalogue import supplying
from resources.catalogue.models import Relation, Resource, Term
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.resources.given import client_of

pytestmark = pytest.mark.django_db
KINDS = Relation.Kind


def page(client: Client, resource: Any) -> str:
    answer = client.get(reverse("catalogue:resource", args=[resource.identifier]))
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\u00a0", " ")


@pytest.fixture
def teacher() -> Client:
    return client_of(UserFactory(roles=[(Role.TEACHER, "0990001A")]))


def test_a_teacher_reads_every_fact_that_is_known(teacher: Client) -> None:
    supplying.own_terms()
    resource: Any = ResourceFactory(
        language="en",
        format="application/pdf",
        size_bytes=2_500_000,
        rights="© Le port",
        open_from=clock.today() - dt.timedelta(days=1),
        url="https://port.example/x",
        link_state=Resource.LinkState.FINE,
        link_checked_at=clock.now(),
    )
    for name, kind, label in (
        ("activities", "activity", "S'entraîner"),
        ("places", "place", "Au musée"),
        ("needs", "need", "Difficulté à entendre"),
    ):
        getattr(resource, name).add(Term.objects.get(vocabulary=kind, label=label))
    shown = page(teacher, resource)
    for fact in (
        "Anglais",
        "application/pdf · 2,5 Mo",
        "© Le port",
        "Au musée",
        "S&#x27;entraîner",
    ):
        assert fact in shown, fact
    assert "Le lien répond (vérifié le" in shown
    assert "Ouverte à partir du" in shown
    need = Term.objects.get(vocabulary="need", label="Difficulté à entendre")
    assert f'href="{reverse("catalogue:search")}?besoin={need.code}"' in shown


def test_versions_and_parts_are_told_from_both_sides(teacher: Client) -> None:
    sheet, guide, whole, heir = (
        ResourceFactory(title=title) for title in ("Fiche", "Livret", "Séquence", "Suite")
    )
    for one, other, kind in (
        (sheet, guide, KINDS.PUPIL_VERSION),
        (guide, sheet, KINDS.TEACHER_VERSION),
        (sheet, whole, KINDS.PART),
        (heir, sheet, KINDS.REPLACES),
    ):
        Relation.objects.create(resource=one, other=other, kind=kind)
    shown = page(teacher, sheet)
    assert shown.count("<dt>Version enseignant</dt>") == 1
    for said in ("Version enseignant", "Fait partie de", "Remplacée par"):
        assert f"<dt>{said}</dt>" in shown, said
    assert "<dt>Contient</dt>" in page(teacher, whole)
    assert "<dt>Remplace</dt>" in page(teacher, heir)
    assert "<dt>Version élève</dt>" in page(teacher, guide)


def test_a_version_one_may_not_open_is_not_named(teacher: Client) -> None:
    sheet, draft = ResourceFactory(), ResourceFactory(title="Brouillon", state="draft")
    Relation.objects.create(resource=draft, other=sheet, kind=KINDS.TEACHER_VERSION)
    assert "Brouillon" not in page(teacher, sheet)
    assert "Version enseignant" not in page(teacher, sheet)


def test_a_pupil_is_not_shown_the_teachers_version() -> None:
    account: Any = PupilAccountFactory()
    sheet = ResourceFactory()
    guide = ResourceFactory(title="Livret du maître", audience="teacher")
    Relation.objects.create(resource=guide, other=sheet, kind=KINDS.TEACHER_VERSION)
    assert "Livret du maître" not in page(client_of(account.user), sheet)


def test_the_page_asks_as_much_whatever_the_number_of_versions(
    teacher: Client, django_assert_num_queries: Any
) -> None:
    whole = ResourceFactory()
    Relation.objects.create(resource=ResourceFactory(), other=whole, kind=KINDS.PART)
    page(teacher, whole)
    with CaptureQueriesContext(connection) as one:
        page(teacher, whole)
    for _ in range(8):
        Relation.objects.create(resource=ResourceFactory(), other=whole, kind=KINDS.PART)
    with django_assert_num_queries(len(one)):
        page(teacher, whole)
