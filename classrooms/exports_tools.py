"""The fleet as other tools read it: GLPI, Jamf Pro, the Google Admin console.

Columns and formats follow what each tool documents (docs/rules/fleet-import.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from classrooms.models import Device, DeviceCategory
from core import money
from core.spreadsheets import Column, write_csv

#: What Jamf calls our families of devices; it takes no other.
_JAMF_KINDS = {
    DeviceCategory.Family.COMPUTER: "Computer",
    DeviceCategory.Family.TABLET: "Mobile Device",
}


@dataclass(frozen=True)
class _Row:
    """What the tools are told of a device."""

    tag: str
    serial: str
    family: str
    category: str
    maker: str
    model: str
    uai: str | None
    place: str | None
    cart: str | None
    slot: int | None
    state: str
    purchased_on: Any
    cost_cents: int | None
    warranty_end: Any
    life_months: int

    @property
    def price(self) -> str:
        """The price with a decimal point, as programs read it."""
        return "" if self.cost_cents is None else str(money.to_decimal(self.cost_cents))


def _rows(devices: QuerySet[Any]) -> Iterator[_Row]:
    names = Coalesce(
        F("cart__school__name"), F("school__name"), F("cart__depot__name"), F("depot__name")
    )
    rows = devices.exclude(state=Device.State.RETIRED).select_related(None)
    for row in rows.values_list(
        *("asset_tag", "serial", "model__category__family", "model__category__name"),
        *("model__maker", "model__name", Coalesce(F("cart__school__uai"), F("school__uai"))),
        *(names, "cart__code", "slot", "state", "purchased_on", "cost_cents", "warranty_end"),
        "model__life_months",
    ).iterator(chunk_size=2000):
        yield _Row(*row)


def _glpi(row: _Row) -> list[Any]:
    place = f"{row.place} ({row.uai})" if row.uai else row.place or ""
    location = f"{place} > {row.cart}" if row.cart else place
    bought = f"{row.purchased_on:%d/%m/%Y}" if row.purchased_on else ""
    return [
        *(row.tag, row.serial, row.tag, row.category, row.maker, row.model, location),
        *(str(Device.State(row.state).label), bought, row.price),
    ]


def _jamf(row: _Row) -> list[Any] | None:
    kind = _JAMF_KINDS.get(DeviceCategory.Family(row.family))
    if kind is None:
        return None
    return [
        *(row.serial, kind, row.tag, row.tag, row.place or "", row.cart or ""),
        *(row.purchased_on.isoformat() if row.purchased_on else "", row.price),
        *(row.warranty_end.isoformat() if row.warranty_end else "", str(row.life_months // 12)),
    ]


def _google(row: _Row) -> list[Any]:
    return [row.serial, row.tag]


@dataclass(frozen=True)
class _Tool:
    titles: tuple[str, ...]
    tell: Callable[[_Row], list[Any] | None]
    for_program: bool = True


TOOLS = {
    "glpi": _Tool(
        (
            *("Name", "Serial number", "Inventory number", "Type", "Manufacturer", "Model"),
            *("Location", "Status", "Date of purchase", "Value"),
        ),
        _glpi,
        for_program=False,
    ),
    "jamf": _Tool(
        (
            *("Serial Number", "Device Type", "Asset Tag", "Bar Code 1", "Building", "Room"),
            *("PO Date", "Purchase Price", "Warranty Expiration", "Life Expectancy"),
        ),
        _jamf,
    ),
    "google": _Tool(("Serial Number", "Asset Tag"), _google),
}


def csv_for(tool: str, devices: QuerySet[Any]) -> bytes:
    """Return the devices, those written off left out, as a tool reads them."""
    known = TOOLS[tool]
    told = (known.tell(row) for row in _rows(devices))
    return write_csv(
        [Column(title) for title in known.titles],
        (cells for cells in told if cells is not None),
        for_program=known.for_program,
    )
