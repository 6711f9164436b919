"""What the families API says and takes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

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


Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 .()-]{6,20}$", max_length=20)
]
Relation = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class ContactIn(Schema):
    """Somebody to call, or who may collect a child."""

    name: PersonName
    relation: Relation = ""
    phone: Phone


class ContactOut(Schema):
    """The same; ``phone`` is null unless one named the person oneself."""

    id: int
    name: str
    relation: str
    phone: str | None


class PhotoOut(Schema):
    """Where a child's pictures may be shown: ``yes``, ``no``, ``waiting``; and one's own answer."""

    use: Literal["class", "city_web", "press"]
    verdict: Literal["yes", "no", "waiting"]
    mine: bool | None


class PhotosIn(Schema):
    """One's answers; a use left out stays as it is."""

    class_: bool | None = Field(None, alias="class")
    city_web: bool | None = None
    press: bool | None = None


class HealthOut(Schema):
    """What is in force: the plan's allergens, those told by the family, packed lunch, end."""

    plan_allergens: list[str]
    plan_ends_on: dt.date | None
    plan_to_confirm: bool
    brings_packed_lunch: bool
    told_allergens: list[str]


class AllergiesIn(Schema):
    """Allergies without a plan: codes of the 14 of EU regulation 1169/2011, and another food."""

    allergens: Annotated[list[str], Field(max_length=14)]
    other_foods: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class CareOut(Schema):
    """A child's care, as a parent sees it; ``health`` is null outside of its scope."""

    collected_by: list[str]
    pickup_contacts: list[ContactOut]
    emergency_contacts: list[ContactOut]
    photos: list[PhotoOut]
    health: HealthOut | None


class MoveIn(Schema):
    """A new address from a day; ``street`` is a code of the register, else ``street_text``."""

    street: Annotated[str, StringConstraints(max_length=12)] | None = None
    street_text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=160)] = ""
    number: Annotated[int, Field(ge=1, le=99_999)] | None = None
    suffix: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5)] = ""
    complement: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    postcode: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5)] = ""
    city: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    starts_on: dt.date
    alone: bool = False


class MoveOut(Schema):
    """A declared address; ``in_force`` is false until its day, ``asked`` are children's numbers.

    Each of them attends a school, and one is asked on the portal whether they stay there.
    """

    address: list[str]
    starts_on: dt.date
    in_force: bool
    asked: list[str]
