"""What the families API says and takes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from ninja import Schema
from pydantic import StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class StreetQuery(Schema):
    """Part of a street's name, as one types it."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class StreetOut(Schema):
    """A street of the city's register."""

    code: str
    name: str
    postcode: str
    district: str


class ChildOut(Schema):
    """A child, as their parents know them."""

    reference: str
    given_name: str
    family_name: str
    used_name: str
    birth_date: dt.date


class ChildIn(Schema):
    """A child to add to one's family; ``kind`` is what one is to them."""

    given_name: Name
    family_name: Name
    used_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    birth_date: dt.date
    kind: Literal["mother", "father", "guardian"]


class HouseholdOut(Schema):
    """One's own household."""

    reference: str
    guardian: str
    address: list[str]
    family_quotient: int | None
    children: list[ChildOut]
