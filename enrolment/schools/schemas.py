"""What the schools API says."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints


class SchoolOut(Schema):
    """A public school of the city."""

    uai: str
    name: str
    kind: str
    priority: str
    postcode: str
    district: str
    phone: str
    levels: list[str]


class CatchmentQuery(Schema):
    """An address of the register, and a level if only its school is wanted."""

    street: Annotated[str, StringConstraints(max_length=12)]
    number: Annotated[int | None, Field(ge=1, le=99_999)] = None
    level: Annotated[str, StringConstraints(max_length=3)] = ""
    start_year: Annotated[int | None, Field(ge=2000, le=2100)] = None


class CatchmentOut(Schema):
    """The schools of an address: one, none or several (then an agent decides)."""

    outcome: str
    school_year: str
    schools: list[SchoolOut]
