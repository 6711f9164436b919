"""The queue of faults, a round of schools, and what one reported."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from classrooms.access import held_by, late_incident
from classrooms.models import Device, DeviceModel, HandOut, Incident
from classrooms.queries.devices import printable, search
from core.accounts.models import User
from enrolment.schools.models import School

_DUE = F("due").asc(nulls_last=True)
ORDERS: dict[str, tuple[Any, ...]] = {
    "": (_DUE, "priority", "reported_at", "pk"),
    "priority": ("priority", _DUE, "reported_at", "pk"),
    "age": ("reported_at", "pk"),
    "school": ("school__name", _DUE, "priority", "reported_at", "pk"),
}
SHOWN = (
    "device__model__category",
    "school",
    "cart",
    "reporter",
    "handler",
    "swapped_with",
)
#: Faults for which a technician brings a spare: the device cannot serve.
NEEDS_SPARE = ("screen", "power", "charging", "keyboard", "lost")


@dataclass(frozen=True)
class Wanted:
    """What a person asks to see of the queue; empty means all that is to be settled."""

    text: str = ""
    school: int | None = None
    priority: int | None = None
    kind: str = ""
    model: int | None = None
    state: str = ""
    who: str = ""
    late: bool = False
    order: str = ""


def queue_for(user: User, wanted: Wanted, today: dt.date) -> QuerySet[Any]:
    """Return the incidents a person may see, filtered, with the day each is due."""
    rows: QuerySet[Any] = Incident.objects.visible_to(user).with_due().select_related(*SHOWN)
    return rows.filter(_conditions(user, wanted, today)).order_by(
        *ORDERS.get(wanted.order, ORDERS[""])
    )


def _conditions(user: User, wanted: Wanted, today: dt.date) -> Q:
    conditions = ~Q(state="closed")
    if wanted.state == "waiting":
        conditions &= Q(paused_on__isnull=False)
    elif wanted.state:
        conditions = Q(state=wanted.state)
    exact = {
        "school": wanted.school,
        "priority": wanted.priority,
        "kind": wanted.kind or None,
        "device__model": wanted.model,
    }
    conditions &= Q(**{name: value for name, value in exact.items() if value is not None})
    if wanted.who == "mine":
        conditions &= Q(handler=user)
    elif wanted.who == "nobody":
        conditions &= Q(handler__isnull=True)
    if wanted.late:
        conditions &= late_incident(today)
    if text := printable(wanted.text):
        conditions &= _search(text)
    return conditions


def _search(text: str) -> Q:
    """Return the condition that a fault is about what was typed: a device, a cart, a school."""
    found = Device.objects.filter(search(text)).values("pk")
    return (
        Q(device__in=found)
        | Q(description__icontains=text)
        | Q(cart__code__iexact=text)
        | Q(cart__name__icontains=text)
        | Q(school__name__icontains=text)
    )


def models_in_queue(user: User) -> list[DeviceModel]:
    """Return the models of the faults that a person has to settle, by name."""
    rows = Incident.objects.visible_to(user).open().values("device__model")
    return list(DeviceModel.objects.filter(pk__in=rows).order_by("maker", "name"))


@dataclass
class Stop:
    """A school of a round: what waits there, in the order of its carts."""

    school: School
    incidents: list[Incident] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it is."""
        street = self.school.street
        number = f"{self.school.number} " if self.school.number else ""
        return f"{number}{street}" if street else ""


def _to_visit(user: User) -> Any:
    """Return the faults for which one has to go to a school: their device is still there."""
    rows = Incident.objects.visible_to(user).open().with_due()
    return rows.exclude(state="swapped").filter(device__depot__isnull=True)


def schools_with_faults(user: User, today: dt.date) -> list[dict[str, Any]]:
    """Return the schools where something is to be settled, the most pressing first."""
    rows = _to_visit(user)
    counted = (
        rows.filter(school__isnull=False)
        .order_by()
        .values("school", "school__name", "school__district")
        .annotate(count=Count("pk"), late=Count("pk", filter=late_incident(today)), due=Min("due"))
    )
    return sorted(
        counted,
        key=lambda row: (row["due"] or dt.date.max, -row["late"], row["school__name"]),
    )


def round_of(user: User, schools: list[int]) -> list[Stop]:
    """Return what waits at some schools, school by school, cart by cart; two queries."""
    known = {
        school.pk: Stop(school)
        for school in School.objects.filter(pk__in=schools)
        .select_related("street")
        .order_by("district", "name", "pk")
    }
    rows = _to_visit(user)
    rows = rows.filter(school__in=known).select_related(*SHOWN)
    for incident in rows.order_by("cart__name", "slot", "priority", "pk"):
        known[incident.school_id].incidents.append(incident)
    return [stop for stop in known.values() if stop.incidents]


def spares_to_bring(user: User, stops: list[Stop]) -> list[dict[str, Any]]:
    """Return, by category, how many spares a round needs and which are in reserve."""
    needed = Counter(
        incident.device.model.category
        for stop in stops
        for incident in stop.incidents
        if incident.kind in NEEDS_SPARE
    )
    spares: dict[int, list[Device]] = {}
    rows = Device.objects.visible_to(user).available_spares().filter(depot__isnull=False)
    rows = rows.filter(model__category__in=[category.pk for category in needed])
    for spare in rows.select_related("model", "depot").order_by("-purchased_on", "asset_tag"):
        spares.setdefault(spare.model.category_id, []).append(spare)
    return [
        {
            "category": category,
            "needed": count,
            "spares": spares.get(category.pk, [])[:count],
            "short": max(0, count - len(spares.get(category.pk, []))),
        }
        for category, count in sorted(needed.items(), key=lambda item: str(item[0]))
    ]


def reported_by(user: User, limit: int = 20) -> list[Incident]:
    """Return what a person reported, alone or after somebody else, latest first."""
    mine = Q(reporter=user) | Q(pk__in=user.followed_incidents.values("incident"))
    rows = Incident.objects.visible_to(user).filter(mine).select_related(*SHOWN)
    return list(rows.order_by("-reported_at", "-pk")[:limit])


def hand_outs_of(user: User) -> list[HandOut]:
    """Return what is with a person's classes or with themselves now."""
    rows = (
        HandOut.objects.visible_to(user)
        .open()
        .filter(held_by(user))
        .select_related("cart__school", "class_group", "teacher", "school")
        .prefetch_related("items__device__model")
    )
    return list(rows.order_by("due_on", "pk"))


def others_told(incident: Incident | None, person: User | None) -> bool:
    """Tell whether somebody else reported a fault, and so is told what becomes of it."""
    if incident is None:
        return False
    first = incident.reporter_id is not None and incident.reporter_id != getattr(person, "pk", None)
    return first or incident.followers.exclude(user=person).exists()
