"""Collections, made through their actions."""

from __future__ import annotations

from typing import Any

from core.journal import Actor
from resources.curation.actions import collections as actions
from resources.curation.models import Collection, CollectionItem
from tests.factories.resources import ResourceFactory


def filled(owner: Any, count: int = 3, **facts: Any) -> Collection:
    """A collection of its owner's with some resources, R0 first."""
    made = actions.create(by=Actor(user=owner), title="Les fractions", **facts)
    actions.add(
        by=Actor(user=owner),
        collection=made,
        resources=[ResourceFactory(title=f"R{number}") for number in range(count)],
    )
    return made


def titles(collection: Collection) -> list[str]:
    found = CollectionItem.objects.filter(collection=collection).order_by("position")
    return [item.resource.title for item in found.select_related("resource")]


def item(collection: Collection, title: str) -> CollectionItem:
    return CollectionItem.objects.get(collection=collection, resource__title=title)
