"""The fleet and the schools as tables for a spreadsheet. Text stays text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from classrooms import extras
from classrooms.importing.columns import OWN, own_targets
from classrooms.models import Device, DeviceCategory
from classrooms.queries.figures import SchoolFigures
from core.spreadsheets import Column, write_csv, write_xlsx
from core.spreadsheets.columns import Target


def _device_columns(own: list[Target]) -> list[Column]:
    return [
        Column(_("Numéro d’inventaire"), width=18),
        Column(_("Numéro de série"), width=20),
        Column(_("Catégorie"), width=20),
        Column(_("Marque"), width=14),
        Column(_("Modèle"), width=22),
        Column(_("UAI"), width=11),
        Column(_("École ou atelier"), width=36),
        Column(_("Chariot"), width=11),
        Column(_("Emplacement"), "integer", width=13),
        Column(_("Situation"), width=14),
        Column(_("État"), width=12),
        Column(_("Acheté le"), "date", width=12),
        Column(_("Prix payé"), "money", width=12),
        Column(_("Financement"), width=24),
        Column(_("Fin de garantie"), "date", width=14),
        Column(_("Système"), width=12),
        Column(_("Vu en ligne le"), "datetime", width=18),
        Column(_("Adresses MAC"), width=20),
        *(Column(str(target.label), width=18) for target in own),
    ]


def _device_rows(
    devices: QuerySet[Any], categories: list[DeviceCategory], own: list[Target]
) -> Iterator[tuple[Any, ...]]:
    fields = {
        category.pk: {field.key: field for field in extras.fields_of(category.fields)}
        for category in categories
    }
    keys = [target.code.removeprefix(OWN) for target in own]
    blank = [""] * len(keys)
    states = {code: str(label) for code, label in Device.State.choices}
    conditions = {code: str(label) for code, label in Device.Condition.choices}
    fundings = {code: str(label) for code, label in Device.Funding.choices}
    # Only what is shown is read: building 9,000 models with five joins would take longer
    # than writing the file.
    rows = devices.select_related(None).values_list(
        "asset_tag",
        "serial",
        "model__category__name",
        "model__maker",
        "model__name",
        Coalesce(F("cart__school__uai"), F("school__uai")),
        Coalesce(
            F("cart__school__name"), F("school__name"), F("cart__depot__name"), F("depot__name")
        ),
        "cart__code",
        "slot",
        "state",
        "condition",
        "purchased_on",
        "cost_cents",
        "funding",
        "warranty_end",
        "os_version",
        "last_seen_at",
        "macs",
        "extra",
        "model__category",
    )
    for row in rows.iterator(chunk_size=2000):
        *cells, macs, extra, category = row
        cells[9] = states[cells[9]]
        cells[10] = conditions[cells[10]]
        cells[13] = fundings[cells[13]]
        cells.append(", ".join(macs))
        known = fields[category]
        told = (
            [extras.written(known[key], extra.get(key)) if key in known else "" for key in keys]
            if extra
            else blank
        )
        yield (*cells, *told)


def _device_table(devices: QuerySet[Any]) -> tuple[list[Column], Iterator[tuple[Any, ...]]]:
    """Return columns and rows: the common facts, then the categories' own fields."""
    categories = list(DeviceCategory.objects.order_by("name"))
    own = own_targets(categories)
    return _device_columns(own), _device_rows(devices, categories, own)


def devices_xlsx(devices: QuerySet[Any]) -> bytes:
    """Return the devices as a workbook."""
    return write_xlsx(_("Parc"), *_device_table(devices))


def devices_csv(devices: QuerySet[Any]) -> bytes:
    """Return the devices as CSV."""
    return write_csv(*_device_table(devices))


def _school_columns() -> list[Column]:
    return [
        Column(_("UAI"), width=11),
        Column(_("École"), width=40),
        Column(_("Quartier"), width=22),
        Column(_("Éducation prioritaire"), width=20),
        Column(_("Élèves"), "integer", width=9),
        Column(_("Ordinateurs"), "integer", width=12),
        Column(_("Tablettes"), "integer", width=10),
        Column(_("Chariots"), "integer", width=10),
        Column(_("Appareils pour 100 élèves"), width=24),
        Column(_("Pannes à régler"), "integer", width=15),
        Column(_("Débit Internet (Mbit/s)"), "integer", width=22),
        Column(_("Très haut débit"), width=15),
    ]


def _school_rows(rows: Iterable[SchoolFigures]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        ratio = row.per_hundred
        yield (
            row.school.uai,
            row.school.name,
            row.school.district,
            row.school.get_priority_display(),
            row.pupils,
            row.computers,
            row.tablets,
            row.carts,
            "" if ratio is None else f"{ratio:.1f}".replace(".", ","),
            row.incidents,
            row.line.down_mbps if row.line else None,
            (_("oui") if row.line.is_very_high_speed else _("non")) if row.line else "",
        )


def schools_xlsx(rows: Iterable[SchoolFigures]) -> bytes:
    """Return the table of schools as a workbook."""
    return write_xlsx(_("Écoles"), _school_columns(), _school_rows(rows))


def schools_csv(rows: Iterable[SchoolFigures]) -> bytes:
    """Return the table of schools as CSV."""
    return write_csv(_school_columns(), _school_rows(rows))
