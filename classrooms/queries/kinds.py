"""Categories and models, as their pages and the bench ask for them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from classrooms.models import DeviceCategory, DeviceModel, RepairPrice

_LIVE = ~Q(devices__state="retired")


def categories_listed() -> QuerySet[Any]:
    """Return every category with how many models it has."""
    rows: QuerySet[Any] = DeviceCategory.objects.annotate(
        model_count=Count("device_models", distinct=True)
    )
    return rows.order_by("-is_active", "name")


def models_listed(category: str = "", text: str = "") -> QuerySet[Any]:
    """Return models with how many live devices are of each, those still bought first."""
    rows: QuerySet[Any] = DeviceModel.objects.select_related("category").prefetch_related(
        "repair_prices"
    )
    if category:
        rows = rows.filter(category__code=category)
    if text:
        rows = rows.filter(Q(maker__icontains=text) | Q(name__icontains=text))
    rows = rows.annotate(device_count=Count("devices", filter=_LIVE))
    return rows.order_by("-is_active", "maker", "name")


def repair_cents(model: DeviceModel, kind: str) -> int | None:
    """Return what mending a kind of fault of a model costs, None when nobody has said."""
    found: int | None = (
        RepairPrice.objects.filter(model=model, kind=kind).values_list("cents", flat=True).first()
    )
    return found
