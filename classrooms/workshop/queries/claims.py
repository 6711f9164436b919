"""Claims: what waits for an answer, what was answered."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from classrooms.models import Device
from classrooms.queries.devices import printable, search
from classrooms.workshop.models import Claim
from core.accounts.models import User


def claims_for(user: User, state: str = "", text: str = "") -> QuerySet[Any]:
    """Return the claims a person sees: open ones first, the longest sent at the top."""
    rows: QuerySet[Any] = Claim.objects.visible_to(user).select_related(
        "device__model", "school", "opened_by", "replacement"
    )
    if state == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif state in Claim.State.values:
        rows = rows.filter(state=state)
    if text := printable(text):
        devices = Device.objects.filter(search(text)).values("pk")
        rows = rows.filter(
            Q(device__in=devices)
            | Q(maker__icontains=text)
            | Q(reference__icontains=text)
            | Q(serial_after__icontains=text)
        )
    ended = Case(When(closed_at__isnull=True, then=Value(0)), default=Value(1))
    shown: QuerySet[Any] = rows.annotate(ended=ended)
    return shown.order_by("ended", F("sent_on").asc(nulls_first=True), "-closed_at", "-pk")
