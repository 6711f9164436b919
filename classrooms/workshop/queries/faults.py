"""Faults that come back: on one model, on one device."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from classrooms.models import Device, DeviceModel, Incident
from classrooms.workshop import rules
from classrooms.workshop.queries.terms import terms_on
from core import clock
from core.accounts.models import User


@dataclass(frozen=True)
class Recurring:
    """A kind of fault of a model: how many these days, among how many devices."""

    model: DeviceModel
    kind: str
    count: int
    fleet: int

    @property
    def percent(self) -> int:
        """Faults for a hundred devices."""
        return self.count * 100 // self.fleet if self.fleet else 100

    @property
    def label(self) -> str:
        """The kind, in words."""
        return str(Incident.Kind(self.kind).label)


def recurring_now(day: dt.date) -> list[Recurring]:
    """Return what comes back too often in the city, the worst first; four queries."""
    terms = terms_on(day)
    since = clock.at(day - dt.timedelta(days=rules.ALERT_DAYS), 0)
    rows = Incident.objects.filter(
        reported_at__gte=since, reported_at__lt=clock.at(day + dt.timedelta(days=1), 0)
    ).filter(kind__in=rules.MODEL_FAULTS)
    # A fault that turned out to be none says nothing of the model.
    rows = rows.exclude(outcome=Incident.Outcome.NOTHING).order_by()
    counted = list(
        rows.values_list("device__model", "kind")
        .annotate(n=Count("pk"))
        .filter(n__gte=terms.alert_min)
    )
    models = DeviceModel.objects.in_bulk({model for model, _kind, _n in counted})
    live = Device.objects.present().order_by()
    live = live.filter(model__in=models)
    fleet = dict(live.values_list("model").annotate(n=Count("pk")))
    found = [
        Recurring(models[model], kind, count, fleet.get(model, 0))
        for model, kind, count in counted
        if rules.is_recurring(count, fleet.get(model, 0), terms)
    ]
    return sorted(found, key=lambda row: (-row.percent, -row.count, str(row.model), row.kind))


def back_again(user: User, day: dt.date) -> list[dict[str, Any]]:
    """Return the devices a person sees that failed three times or more within a year."""
    since = clock.at(day - dt.timedelta(days=365), 0)
    rows = (
        Incident.objects.visible_to(user)
        .filter(reported_at__gte=since, device__in=Device.objects.visible_to(user).live())
        .filter(~Q(kind=Incident.Kind.LOST))
        .order_by()
        .values("device")
        .annotate(count=Count("pk"), last=Max("reported_at"))
        .filter(count__gte=rules.BACK_AGAIN)
    )
    counted = {row["device"]: row for row in rows}
    devices = Device.objects.filter(pk__in=counted).select_related(
        "model", "cart__school", "cart__depot", "school", "depot"
    )
    found = [{**counted[device.pk], "device": device} for device in devices]
    return sorted(found, key=lambda row: (-row["count"], row["device"].asset_tag))
