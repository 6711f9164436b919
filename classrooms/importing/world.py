"""What is there already: schools, workshops, carts, models, devices; read in a few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from classrooms.access import FLEET_STAFF
from classrooms.models import (
    Cart,
    Depot,
    Device,
    DeviceAddress,
    DeviceCategory,
    DeviceModel,
    HandOutItem,
    Incident,
)
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.spreadsheets.columns import plain
from enrolment.schools.models import School

#: Facts of a device that a table may state, as columns of its row.
FACTS = (
    *("asset_tag", "serial", "model_id", "state", "condition", "cart_id", "slot", "school_id"),
    *("depot_id", "purchased_on", "cost_cents", "funding", "warranty_end"),
    *("os_version", "macs", "extra"),
)
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Place:
    """Where a device stands: a slot of a cart, or a school, or a workshop."""

    cart_id: int | None = None
    slot: int | None = None
    school_id: int | None = None
    depot_id: int | None = None


@dataclass
class Known:
    """A device as it is: ``facts`` by name, days as ISO text."""

    pk: int
    facts: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where it stands."""
        facts = self.facts
        return Place(facts["cart_id"], facts["slot"], facts["school_id"], facts["depot_id"])


class World:
    """All that a table is compared with, as one person reaches it."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.reach = reach_of(user, *FLEET_STAFF)
        self.in_depots = self.reach.city or user.has_role(Role.IT_TECHNICIAN)
        schools = list(School.objects.values_list("pk", "uai", "name", "is_open"))
        self.schools = {pk: name for pk, _uai, name, _open in schools}
        self.uais = {pk: uai for pk, uai, _name, _open in schools}
        self.by_uai = {uai.upper(): pk for pk, uai, _name, is_open in schools if is_open}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for pk, _uai, name, is_open in schools:
            if is_open:
                self.by_name[plain(name)].append(pk)
        depots = list(Depot.objects.values_list("pk", "code", "name"))
        self.depots = {pk: name for pk, _code, name in depots}
        self.by_depot = {plain(text): pk for pk, code, name in depots for text in (code, name)}
        carts = list(Cart.objects.values_list("pk", "code", "school_id", "depot_id", "slots"))
        self.carts = {pk: (code, school, depot, slots) for pk, code, school, depot, slots in carts}
        self.by_cart = {code.upper(): pk for pk, code, *_rest in carts}
        self._load_models()

    def _load_models(self) -> None:
        rows = list(
            DeviceModel.objects.values_list("pk", "maker", "name", "warranty_months", "category")
        )
        self.models = {pk: f"{maker} {name}" for pk, maker, name, *_rest in rows}
        self.warranties = {pk: months for pk, _maker, _name, months, _category in rows}
        self.kinds = {pk: category for pk, _maker, _name, _months, category in rows}
        self.by_model: dict[str, set[int]] = defaultdict(set)
        for pk, maker, name, *_rest in rows:
            self.by_model[plain(f"{maker} {name}")].add(pk)
            self.by_model[plain(name)].add(pk)
            self.by_model[f"{plain(maker)}|{plain(name)}"].add(pk)

    @cached_property
    def categories(self) -> dict[str, DeviceCategory]:
        """The categories by code."""
        return {category.code: category for category in DeviceCategory.objects.order_by("name")}

    @cached_property
    def schemas(self) -> dict[int | str, list[dict[str, Any]]]:
        """The fields of each category, by its number and by its code."""
        found: dict[int | str, list[dict[str, Any]]] = {}
        for code, category in self.categories.items():
            found[code] = found[category.pk] = category.fields
        return found

    @cached_property
    def own_labels(self) -> dict[str, str]:
        """The labels of the categories' fields, by key."""
        return {
            str(row["key"]): str(row["label"])
            for category in self.categories.values()
            for row in category.fields
        }

    def schema_of(self, model: int | str) -> list[dict[str, Any]]:
        """Return the fields of a model's category; ``new:category|…`` is one to create."""
        if isinstance(model, int):
            return self.schemas.get(self.kinds[model], [])
        return self.schemas.get(model.removeprefix("new:").split("|", 1)[0], [])

    @cached_property
    def addresses(self) -> dict[str, int]:
        """Whose each network address is, among live devices."""
        return dict(DeviceAddress.objects.values_list("mac", "device"))

    @cached_property
    def online(self) -> set[int]:
        """The devices that a management server has seen: it tells their system."""
        seen = Device.objects.filter(last_seen_at__isnull=False).order_by()
        return set(seen.values_list("pk", flat=True))

    def covers(self, school: int | None, depot: int | None) -> bool:
        """Tell whether the person runs the fleet of a school or a workshop."""
        if school is not None:
            return self.reach.covers_school(self.uais[school])
        return depot is not None and self.in_depots

    def stands(self, place: Place) -> tuple[int | None, int | None]:
        """Return the school or the workshop where a device is, through its cart."""
        if place.cart_id is not None:
            _code, school, depot, _slots = self.carts[place.cart_id]
            return school, depot
        return place.school_id, place.depot_id

    def words_for(self, place: Place) -> str:
        """Say where a device stands."""
        school, depot = self.stands(place)
        name = self.schools.get(school or 0) or self.depots.get(depot or 0, "")
        if place.cart_id is None:
            return name
        return f"{name} · {self.carts[place.cart_id][0]} · {place.slot}"

    def load_devices(self, serials: Iterable[str], tags: Iterable[str], *, lock: bool) -> None:
        """Read the devices that a table names; with ``lock``, nobody changes them meanwhile."""
        pks: set[int] = set()
        for name, wanted in (("serial", sorted(set(serials))), ("asset_tag", sorted(set(tags)))):
            for some in _chunks(wanted):
                found = Device.objects.filter(**{f"{name}__in": some})
                pks.update(found.order_by().values_list("pk", flat=True))
        rows: dict[int, Known] = {}
        # In the order of their numbers, as every act on the fleet takes its locks.
        for some in _chunks(sorted(pks)):
            rows.update(self._read(Q(pk__in=some), lock=lock))
        self.devices = rows
        self.by_serial = {
            row.facts["serial"]: row for row in rows.values() if row.facts["state"] != "retired"
        }
        self.by_tag = {row.facts["asset_tag"]: row for row in rows.values()}
        self.held = set(
            HandOutItem.objects.filter(returned_at__isnull=True).values_list("device", flat=True)
        )
        self.broken = set(Incident.objects.open().values_list("device", flat=True))

    @staticmethod
    def _read(condition: Q, *, lock: bool) -> dict[int, Known]:
        found = Device.objects.filter(condition).order_by("pk")
        if lock:
            found = found.select_for_update(of=("self",), no_key=True)
        return {
            pk: Known(pk, dict(zip(FACTS, map(_iso, facts), strict=True)))
            for pk, *facts in found.values_list("pk", *FACTS)
        }

    def occupants(self, carts: set[int]) -> dict[tuple[int, int], tuple[int, str]]:
        """Return who is in which slot of some carts: number and tag."""
        rows = Device.objects.filter(cart__in=carts).values_list("cart", "slot", "pk", "asset_tag")
        return {(cart, slot): (pk, tag) for cart, slot, pk, tag in rows}


def _chunks(wanted: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
