"""What a telephone or another program sends of a count, and what it is answered."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Field, Schema

from classrooms.audits.actions import Act, Answer
from classrooms.audits.models import Audit
from classrooms.audits.queries.standing import Standing
from classrooms.audits.rules import LONGEST, MOST_ACTS
from classrooms.schemas import NO_CONTROL


class ActIn(Schema):
    """One thing done with a telephone; ``scan`` is the id that it gave to the scan."""

    scan: UUID
    kind: Literal["scan", "undo", "move"] = "scan"
    n: int = Field(0, ge=0, le=2**31)
    text: str = Field("", max_length=LONGEST)
    via: Literal["typed", "camera", "tap", "api"] = "typed"
    at: dt.datetime | None = None

    def act(self) -> Act:
        """Return it for the action; an hour without its zone says nothing."""
        at = self.at if self.at is not None and self.at.tzinfo is not None else None
        return Act(self.scan, self.kind, self.n, self.text, self.via, at)


class ActsIn(Schema):
    """Acts in the order of their numbers; sending them again changes nothing."""

    acts: list[ActIn] = Field(default_factory=list, max_length=MOST_ACTS)


class AnswerOut(Schema):
    """What became of one act."""

    scan: UUID
    kind: str
    result: str
    tag: str = ""
    slot: int | None = None
    message: str = ""


class AuditIn(Schema):
    """What to count: a cart by its code or label, or a school's devices outside carts."""

    cart: str = Field("", max_length=LONGEST)
    school_uai: str = Field("", max_length=8, pattern=NO_CONTROL)


class AuditOut(Schema):
    """A count, and how it stands."""

    id: UUID
    cart: str | None
    school_uai: str | None
    state: str
    seen: list[str]
    due: list[str]
    elsewhere: list[str]
    unknown: list[str]


class ScansOut(Schema):
    """What became of the acts sent, and how the count stands after them."""

    answers: list[AnswerOut]
    audit: AuditOut


def audit_out(audit: Audit, standing: Standing) -> dict[str, Any]:
    """Return a count for AuditOut."""
    seen = (place.device for place in standing.of("seen", "moved"))
    return {
        "id": audit.public_id,
        "cart": audit.cart.code if audit.cart else None,
        "school_uai": audit.school.uai if audit.school else None,
        "state": audit.state,
        "seen": [device.asset_tag for device in seen if device is not None],
        "due": [device.asset_tag for device in standing.due],
        "elsewhere": [scan.device.asset_tag for scan in standing.elsewhere if scan.device],
        "unknown": [scan.text for scan in standing.unknown],
    }


def answer_out(answer: Answer) -> dict[str, Any]:
    """Return an answer for AnswerOut."""
    return {
        "scan": answer.scan,
        "kind": answer.kind,
        "result": answer.result,
        "tag": answer.tag,
        "slot": answer.slot,
        "message": answer.message or sentence(answer),
    }


def sentence(answer: Answer) -> str:
    """Say in a few words what became of an act."""
    words = {
        "here": _("Vu : %(tag)s"),
        "again": _("Déjà vu : %(tag)s"),
        "elsewhere": _("%(tag)s a sa place ailleurs"),
        "unknown": _("Code inconnu : il est gardé"),
        "undone": _("Scan retiré"),
        "moved": _("%(tag)s a maintenant sa place ici"),
    }
    said = words.get(answer.result, "") % {"tag": answer.tag}
    if answer.slot and answer.result in {"here", "again", "moved"}:
        said += _(", n° %(slot)s") % {"slot": answer.slot}
    return answer.message or said
