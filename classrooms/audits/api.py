"""API operations of counts: for a native application or a management server."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.audits import actions
from classrooms.audits.models import Audit
from classrooms.audits.queries.finding import cart_named
from classrooms.audits.queries.standing import standing_of
from classrooms.audits.schemas import (
    ActsIn,
    AuditIn,
    AuditOut,
    ScansOut,
    answer_out,
    audit_out,
)
from core.access import get_visible, signed_in
from core.api import actor_of, allow_api
from enrolment.schools.models import School

router = Router(tags=["fleet-audits"])


@router.post("", response={201: AuditOut, 200: AuditOut})
@allow_api(*FLEET_STAFF, scope="fleet:write")
def open_audit(request: HttpRequest, body: AuditIn) -> tuple[int, dict[str, Any]]:
    """Begin to count a cart or a school; 200 with the count that goes on there already."""
    user = signed_in(request)
    cart = cart_named(user, body.cart)
    school = None
    if cart is None:
        schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_STAFF)
        school = schools.filter(uai=body.school_uai).first() if not body.cart else None
        if school is None:
            raise Http404
    audit, is_new = actions.open_audit(by=actor_of(request), cart=cart, school=school)
    return (201 if is_new else 200), audit_out(audit, standing_of(audit, user))


@router.get("/{uuid:public_id}", response=AuditOut)
@allow_api(*FLEET_READERS, scope="fleet:read")
def get_audit(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Return how a count stands."""
    audit = _audit(request, public_id)
    return audit_out(audit, standing_of(audit, signed_in(request)))


@router.post("/{uuid:public_id}/acts", response=ScansOut)
@allow_api(*FLEET_STAFF, scope="fleet:write")
def send_acts(request: HttpRequest, public_id: uuid.UUID, body: ActsIn) -> dict[str, Any]:
    """Take scans in, each under the id that its maker gave it; sending them again is safe."""
    audit = _audit(request, public_id)
    acts = [item.act() for item in body.acts]
    answers = actions.record_acts(by=actor_of(request), audit=audit, acts=acts)
    audit.refresh_from_db(fields=["state"])
    return {
        "answers": [answer_out(answer) for answer in answers],
        "audit": audit_out(audit, standing_of(audit, signed_in(request))),
    }


def _audit(request: HttpRequest, public_id: uuid.UUID) -> Audit:
    audit: Audit = get_visible(
        Audit.objects.select_related("cart__school", "school"),
        signed_in(request),
        public_id=public_id,
    )
    return audit
