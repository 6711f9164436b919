"""Many resources at once: previewed, applied whole or not at all, undone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM
from core.outbox import Message
from resources.catalogue import actions, bulk, tasks
from resources.catalogue.models import BulkEdit, Resource, Term
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, vocabularies
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Any:
    user = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    client.force_login(user)
    return user


def prepared(rows: list[Resource], comment: str = "", **operation: Any) -> BulkEdit:
    return bulk.prepare(
        by=SYSTEM, pks=[row.pk for row in rows], operation=operation, comment=comment
    )


def applied(edit: BulkEdit, committed: Callable[[], Any]) -> BulkEdit:
    with committed():
        bulk.start(by=SYSTEM, edit=edit, digest=edit.digest)
    edit.refresh_from_db()
    return edit


def codes(resource: Resource, name: str) -> list[str]:
    return [term.code for term in getattr(resource, name).all()]


def test_a_preview_counts_cells_and_names_what_is_refused_and_writes_nothing() -> None:
    complete = ResourceFactory(keywords=["parts"])
    bare = ResourceFactory(state="draft", licence=None)
    already = ResourceFactory(cost="paid")
    edit = prepared([complete, bare, already], set={"state": "validated", "cost": "paid"})
    assert edit.counts == {"change": 1, "refused": 1, "unchanged": 1, "cells": {"cost": 1}}
    refused = next(line for line in edit.lines if line["problem"])
    assert refused["id"] == bare.pk
    assert "Licence" in refused["problem"]
    assert set(Resource.objects.values_list("cost", "state")) == {
        ("free", "validated"),
        ("free", "draft"),
        ("paid", "validated"),
    }


def test_what_cannot_be_written_is_given_up_with_a_sentence_and_not_tried_for_ever() -> None:
    row = ResourceFactory()
    edit = prepared([row], set={"licence": "cc0"})
    bulk.start(by=SYSTEM, edit=edit, digest=edit.digest)
    Term.objects.filter(vocabulary="licence", code="cc0").delete()
    assert not tasks.apply_bulk(edit.pk)
    edit.refresh_from_db()
    assert edit.state == "failed"
    assert "rien n’a été écrit" in edit.problem
    row.refresh_from_db()
    assert row.licence is not None


def test_a_fault_that_lasts_stops_no_other_and_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    first, second = ResourceFactory(), ResourceFactory()
    edits = [prepared([row], set={"cost": "paid"}) for row in (first, second)]
    BulkEdit.objects.update(started_by=who)
    for edit in edits:
        bulk.start(by=SYSTEM, edit=edit, digest=edit.digest)
    real, tried = bulk._write_all, []

    def out_of_order(edit: BulkEdit, *args: Any, **kwargs: Any) -> Any:
        if edit.pk == edits[1].pk:
            return real(edit, *args, **kwargs)
        tried.append(clock.now())
        raise OperationalError("no answer")

    monkeypatch.setattr(bulk, "_write_all", out_of_order)
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(100):
            watch.shift(dt.timedelta(minutes=5))
            tasks.sweep_bulk()
    assert len(tried) == 4
    assert dict(BulkEdit.objects.values_list("pk", "state")) == {
        edits[0].pk: "failed",
        edits[1].pk: "applied",
    }
    edits[0].refresh_from_db()
    assert "la base de données n’a pas répondu" in edits[0].problem
    assert [m.recipient for m in Message.objects.filter(kind="catalogue_interrupted")] == [who]


def test_it_is_applied_as_shown_with_a_version_each_and_undone(
    committed: Callable[[], Any],
) -> None:
    one = ResourceFactory(keywords=["parts"], level_codes=["CM1"])
    two = ResourceFactory(level_codes=["CM2"], domain_codes=["maths.calcul"])
    edit = applied(
        prepared(
            [one, two],
            comment="Année nouvelle",
            levels={"add": ["CE2"], "remove": ["CM2"]},
            domains={"add": ["maths.calcul"]},
            keywords={"add": ["pizza"], "remove": ["parts"]},
            set={"open_to": "2027-07-05", "licence": "cc0", "personal_data_level": "low"},
        ),
        committed,
    )
    assert (edit.state, edit.done, edit.total) == ("applied", 2, 2)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (codes(one, "levels"), codes(two, "levels")) == (["CE2", "CM1"], ["CE2"])
    assert set(codes(one, "domains")) == {"maths.nombres", "maths.calcul"}
    assert (one.keywords, two.keywords) == (["pizza"], ["pizza"])
    assert (str(one.open_to), one.personal_data_level) == ("2027-07-05", "low")
    assert one.licence is not None
    assert one.licence.code == "cc0"
    assert " piza" in two.search_text
    last = one.revisions.first()
    assert last is not None
    assert (last.number, last.verb, last.comment, last.bulk) == (2, "bulk", "Année nouvelle", edit)
    back = applied(bulk.prepare_undo(by=SYSTEM, edit=edit), committed)
    assert back.state == "applied"
    one.refresh_from_db()
    assert (codes(one, "levels"), one.keywords, one.open_to) == (["CM1"], ["parts"], None)
    assert codes(two, "levels") == ["CM2"]
    assert one.revisions.first().verb == "undo"  # type: ignore[union-attr]


def test_undoing_refuses_a_cell_that_changed_since(committed: Callable[[], Any]) -> None:
    one, two = ResourceFactory(), ResourceFactory()
    edit = applied(prepared([one, two], set={"cost": "paid"}), committed)
    actions.save_resource(
        by=SYSTEM,
        resource=one,
        facts={"cost": "free"},
        levels=one.levels.all(),
        domains=one.domains.all(),
    )
    back = bulk.prepare_undo(by=SYSTEM, edit=edit)
    assert (back.counts["change"], back.counts["refused"]) == (1, 1)


def test_one_resource_changed_since_the_preview_stops_all_of_it(
    committed: Callable[[], Any],
) -> None:
    rows = [ResourceFactory() for _ in range(3)]
    edit = prepared(rows, set={"cost": "paid"})
    actions.move_resource(by=SYSTEM, resource=rows[1], to="withdrawn", reason="Lien mort")
    edit = applied(edit, committed)
    assert edit.state == "failed"
    assert "a changé" in edit.problem
    assert not Resource.objects.filter(cost="paid").exists()


def test_only_the_preview_that_was_shown_is_applied_and_only_once(
    committed: Callable[[], Any],
) -> None:
    edit = prepared([ResourceFactory()], set={"cost": "paid"})
    with pytest.raises(RuleBroken) as refused:
        bulk.start(by=SYSTEM, edit=edit, digest="another")
    assert refused.value.code == "changed"
    applied(edit, committed)
    assert not bulk.apply(edit.pk, by=SYSTEM)
    assert Resource.objects.get().revision == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_apply_it_once() -> None:
    row = ResourceFactory()
    edit = prepared([row], set={"cost": "paid"})
    bulk.start(by=SYSTEM, edit=edit, digest=edit.digest)

    outcomes = at_once(2, lambda _number: bulk.apply(edit.pk, by=SYSTEM))
    assert sorted(outcomes) == [False, True]
    assert list(row.revisions.order_by("number").values_list("verb", flat=True)) == [
        "baseline",
        "bulk",
    ]
    edit.refresh_from_db()
    assert (edit.state, edit.problem) == ("applied", "")


def test_one_sees_it_advance_and_a_lost_message_is_made_up_for(
    client: Client, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = prepared([ResourceFactory() for _ in range(3)], set={"cost": "paid"})
    bulk.start(by=SYSTEM, edit=edit, digest=edit.digest)
    monkeypatch.setattr(bulk, "_PORTION", 1)
    seen = []
    look = bulk._moved_on

    def watched(lines: Any) -> bool:
        page = client.get(reverse("catalogue:bulk", args=[edit.public_id])).content.decode()
        seen.append(re.search(r'<progress value="(\d+)" max="3"', page))
        return look(lines)

    monkeypatch.setattr(bulk, "_moved_on", watched)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2)):
        assert tasks.sweep_bulk() == 1
    assert [found[1] for found in seen[:3] if found] == ["0", "1", "2"]
    edit.refresh_from_db()
    assert (edit.state, edit.done) == ("applied", 3)


def test_withdrawing_many_says_why_and_proposers_are_told(committed: Callable[[], Any]) -> None:

    teacher = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    row = ResourceFactory(state="proposed", proposed_by=teacher)
    with pytest.raises(RuleBroken):
        prepared([row], set={"state": "withdrawn"})
    applied(prepared([row], comment="Hors sujet", set={"state": "withdrawn"}), committed)
    assert "Hors sujet" in Message.objects.get(recipient=teacher).body


def test_all_of_the_filter_is_chosen_not_only_the_page(
    client: Client, editor: Any, committed: Callable[[], Any]
) -> None:
    vocabularies()
    for _ in range(30):
        ResourceFactory(level_codes=["CP"])
    ResourceFactory(level_codes=["CM2"])
    listed = client.get(reverse("catalogue:manage") + "?niveau=CP").content.decode()
    assert "Modifier les 30" in listed.replace("\u00a0", " ")
    start = reverse("catalogue:bulk_start")
    asked = {"tout": "1", "liste": "niveau=CP"}
    assert client.get(start, asked).context["count"] == 30
    made = client.post(start, {**asked, "cost": "paid", "keywords_add": "port, mer"})
    edit = BulkEdit.objects.get()
    url = reverse("catalogue:bulk", args=[edit.public_id])
    assert made.headers["Location"] == url
    assert edit.counts["cells"] == {"cost": 30, "keywords": 30}
    page = client.get(url)
    assert len(page.context["rows"]) == 25
    with committed():
        client.post(
            reverse("catalogue:bulk_act", args=[edit.public_id]),
            {"do": "apply", "digest": edit.digest},
        )
    assert Resource.objects.filter(cost="paid").count() == 30
    ticked = client.get(start, {"r": [str(pk) for pk in Resource.objects.values_list("pk")[0]]})
    assert ticked.context["count"] == 1


def test_a_preview_page_costs_the_same_for_many_resources(
    client: Client, editor: Any, django_assert_max_num_queries: Any
) -> None:
    edit = prepared([ResourceFactory() for _ in range(30)], set={"cost": "paid"})
    with django_assert_max_num_queries(14):
        client.get(reverse("catalogue:bulk", args=[edit.public_id]))
    with django_assert_max_num_queries(16):
        client.get(reverse("catalogue:manage"))
