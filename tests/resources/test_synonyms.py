"""Words that editors say mean the same, and how searches follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from resources.catalogue import finding, indexing, synonyms
from resources.catalogue.access import window_of
from resources.catalogue.models import (
    SynonymChange,
    SynonymGroup,
)
from resources.search.engine import Ask
from tests.factories.resources import ResourceFactory, vocabularies
from tests.resources.searching import fresh

pytestmark = pytest.mark.django_db


def test_an_editors_synonym_is_searched_edited_removed_and_put_back(
    index: Callable[[], None], teacher: Any, editor: Any, client: Client
) -> None:
    ResourceFactory(title="Les goélands du port")
    fresh(index)
    window = window_of(teacher)

    def found(words: str) -> int:
        indexing.refresh()
        indexing.engine()._looked_at = float("-inf")
        return finding.find(Ask(words, literal=True), window).answer.exact

    assert found("gabian") == 0
    client.force_login(editor)
    save = reverse("catalogue:synonym_save")
    client.post(save, {"words": "gabian, goéland,  Goélands, "})
    group = SynonymGroup.objects.get(key__contains="gabian")
    assert group.words == ["gabian", "goéland"]
    assert found("gabian") == 1
    client.post(save, {"group": group.pk, "words": "mouette\ngoéland"})
    assert (found("gabian"), found("mouettes")) == (0, 1)
    client.post(save, {"group": group.pk, "do": "remove"})
    assert found("mouettes") == 0
    removal = SynonymChange.objects.first()
    assert removal
    client.post(reverse("catalogue:synonym_undo", args=[removal.pk]))
    assert found("mouettes") == 1
    client.post(reverse("catalogue:synonym_undo", args=[removal.pk]))
    assert found("mouettes") == 1, "undone once"
    assert set(
        JournalEntry.objects.filter(verb__startswith="synonyms").values_list("verb", flat=True)
    ) == {"synonyms.add", "synonyms.edit", "synonyms.remove"}
    page = client.get(reverse("catalogue:synonyms"), {"q": "mouettes", "modifier": group.pk})
    assert 'value="mouette, goéland"' in page.content.decode()
    client.force_login(teacher)
    assert client.get(reverse("catalogue:synonyms")).status_code == 403


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["dinosaure", "Dinosaures"], "words"),
        (["seul"], "words"),
        (["le", "la"], "words"),
        (["a" * 70, "b"], "words"),
        ([f"mot{n}x" for n in range(12)], "words"),
        (["tremblements de terre", "séismes"], "known"),
    ],
)
def test_a_group_that_says_nothing_new_is_refused(editor: Any, words: list[str], code: str) -> None:
    vocabularies()
    with pytest.raises(RuleBroken) as refused:
        synonyms.save(by=Actor(user=editor), group=None, words=words)
    assert refused.value.code == code


def test_the_groups_we_bring_come_once_and_removed_ones_stay_away(editor: Any) -> None:
    vocabularies()
    count = SynonymGroup.objects.count()
    assert count > 30
    group = SynonymGroup.objects.get(key=synonyms.key_of(["séisme", "tremblement de terre"]))
    synonyms.remove(by=Actor(user=editor), group=group)
    assert synonyms.supply() == 0
    assert SynonymGroup.objects.filter(active=True).count() == count - 1
