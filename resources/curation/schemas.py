"""The shapes of collections for programs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Literal

from ninja import Schema
from pydantic import Field

from resources.curation.rules import MAX_ITEMS

ReachCode = Literal["private", "school", "city"]


class CollectionOut(Schema):
    """A collection; ``count`` is of the resources that the caller may open."""

    id: uuid.UUID
    title: str
    introduction: str
    reach: str
    school: str | None = Field(description="UAI of the school it is shared with or comes from")
    count: int
    version: int
    updated_at: dt.datetime


class ItemOut(Schema):
    """A resource in a collection, at its place among those the caller may open."""

    number: int
    resource: str = Field(description="Identifier in the catalogue")
    title: str
    levels: list[str]
    note: str


class CollectionDetailOut(CollectionOut):
    """A collection with its resources, in order."""

    items: list[ItemOut]


class CollectionIn(Schema):
    """The words of a collection and who sees it."""

    title: str = Field(min_length=1, max_length=120)
    introduction: str = Field("", max_length=2000)
    reach: ReachCode = "private"
    school: str | None = Field(None, max_length=8, description="UAI, for a school's")


class ItemIn(Schema):
    """A resource to add at the end."""

    resource: str = Field(min_length=1, max_length=60)
    note: str = Field("", max_length=500)


class OrderIn(Schema):
    """All of a collection's resources, in the order wanted."""

    resources: list[str] = Field(max_length=MAX_ITEMS)
