"""What is signed, and what waits to be."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from classrooms.lending.actions.agreements import AGREEMENT
from classrooms.lending.models import LoanAgreement
from classrooms.models import HandOut, HandOutItem
from core.accounts.models import User
from core.documents import Document

_SHOWN = ("school", "cart", "class_group", "teacher")


def to_sign(user: User) -> QuerySet[Any]:
    """Return what is out without a signature, by school and holder.

    A cart taken for some hours needs none.
    """
    rows: Any = (
        HandOut.objects.visible_to(user)
        .open()
        .filter(agreement_line__isnull=True, reservation__isnull=True)
    )
    waiting: QuerySet[Any] = (
        rows.select_related(*_SHOWN)
        .annotate(left=Count("items", filter=Q(items__returned_at__isnull=True)))
        .prefetch_related(
            Prefetch(
                "items",
                HandOutItem.objects.out().select_related("device__model"),
                to_attr="still_out",
            )
        )
        .order_by("school__name", "class_group__name", "teacher__family_name", "pk")
    )
    return waiting


def chosen(user: User, keys: list[str]) -> list[HandOut]:
    """Return the hand-outs that an address names, if one may see them."""
    wanted = [key for key in keys[:100] if len(key) == 36 and key.count("-") == 4]
    visible: Any = HandOut.objects.visible_to(user)
    return (
        [
            row
            for row in visible.open().select_related(*_SHOWN).order_by("pk")
            if str(row.public_id) in wanted
        ]
        if wanted
        else []
    )


def signed(user: User) -> QuerySet[Any]:
    """Return the agreements a person may read, latest first."""
    rows: QuerySet[Any] = LoanAgreement.objects.visible_to(user).select_related(
        "school", "signer", "recorded_by", "document"
    )
    return rows


def reads_agreement(user: User, document: Document) -> bool:
    """Tell whether somebody may open the document of an agreement."""
    if document.kind != AGREEMENT.code:
        return False
    return LoanAgreement.objects.visible_to(user).filter(document=document).exists()
