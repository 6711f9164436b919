"""What the registration API says and takes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from ninja import Schema
from pydantic import StringConstraints

StateCode = Literal["submitted", "incomplete", "accepted", "admitted", "refused", "withdrawn"]


class ApplicationFilter(Schema):
    """Which applications; all that were sent unless told."""

    state: StateCode | None = None
    school: Annotated[str, StringConstraints(max_length=8)] = ""
    start_year: int | None = None


class ApplicationOut(Schema):
    """An application without address, documents or anything a partner has no need of."""

    reference: str
    state: str
    school_year: str
    level: str
    child_reference: str
    requested_school: str | None
    school: str | None
    submitted_at: dt.datetime | None
    answer_due_on: dt.date | None
    decided_at: dt.datetime | None
    waiver: str | None


class ProofRequestIn(Schema):
    """One more document to ask the family for."""

    kind: Literal[
        "child_identity",
        "guardian_identity",
        "domicile",
        "authority",
        "vaccination",
        "motive",
        "other",
    ]
    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class AcceptIn(Schema):
    """The school's UAI, only for an address that gives none."""

    school: Annotated[str, StringConstraints(max_length=8)] = ""


class CertificateOut(Schema):
    """What a certificate says, when its code is right; nothing when it is not."""

    valid: bool
    name: str | None = None
    school: str | None = None
    school_year: str | None = None
    level: str | None = None
    issued_at: dt.datetime | None = None
