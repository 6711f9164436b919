"""Record what is to be billed. Repeating it changes nothing; what is billed stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from core import journal
from core.journal import Actor
from families.models import Child, Guardian
from payments.models import Charge

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One charge by plain values; ids, so that a million of them stay cheap.

    ``guardian_id`` is None while nobody is known to pay. ``unit_price_cents`` is already this
    payer's share when several people pay. ``source_key`` is at most 100 characters.
    """

    source_key: str
    child_id: int
    guardian_id: int | None
    service_day: dt.date
    service: str
    label: str
    unit_price_cents: int
    quantity: int = 1
    tariff_band: str = ""
    family_quotient: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What became of a batch: new, corrected before billing, the same, already billed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    billed: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.billed + other.billed,
        )

    @property
    def seen(self) -> int:
        """How many rows were handed in."""
        return self.created + self.updated + self.unchanged + self.billed


_FIELDS = (
    "child_id",
    "guardian_id",
    "service_day",
    "service",
    "label",
    "unit_price_cents",
    "quantity",
    "tariff_band",
    "family_quotient",
)


def record_charges(rows: Iterable[ChargeRow], *, by: Actor) -> Recorded:
    """Write charges in bulk, each source key once.

    A charge not yet taken by a billing run follows its source (a corrected price or payer
    replaces the old one); one that is being billed or is billed stays as it is, and its
    correction is a credit note. Each chunk is a transaction of its own: interrupted, the
    work is taken up again by calling this once more.
    """
    result = Recorded()
    stream = iter(rows)
    while chunk := list(islice(stream, _CHUNK)):
        result += _record_chunk({row.source_key: row for row in chunk})
    return result


def _record_chunk(rows: dict[str, ChargeRow]) -> Recorded:
    with transaction.atomic():
        known = {c.source_key: c for c in _locked(list(rows))}
        new = [row for key, row in rows.items() if key not in known]
        created = _insert(new)
        updated = unchanged = billed = 0
        changed: list[Charge] = []
        for key, charge in known.items():
            row = rows[key]
            differs = any(getattr(charge, f) != getattr(row, f) for f in _FIELDS)
            if charge.billing_run_id is not None:
                billed += 1
            elif differs:
                for name in _FIELDS:
                    setattr(charge, name, getattr(row, name))
                changed.append(charge)
                updated += 1
            else:
                unchanged += 1
        if changed:
            names = [n.removesuffix("_id") for n in _FIELDS]
            Charge.objects.bulk_update(changed, names, batch_size=500)
    return Recorded(created, updated, unchanged + len(new) - created, billed)


def _locked(keys: list[str]) -> Iterator[Charge]:
    found = Charge.objects.filter(source_key__in=keys).order_by("pk")
    yield from found.select_for_update()


def _insert(rows: list[ChargeRow]) -> int:
    """Insert charges unknown a moment ago; another worker may have been faster: it wins."""
    if not rows:
        return 0
    if connection.vendor == "postgresql":
        return _copy(rows)
    Charge.objects.bulk_create(
        [
            Charge(source_key=row.source_key, **{name: getattr(row, name) for name in _FIELDS})
            for row in rows
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return len(rows)  # SQLite: the write lock was taken at BEGIN, so nobody was faster


def _copy(rows: list[ChargeRow]) -> int:
    """Insert through one statement over arrays: eight times the speed of row-wise inserts."""
    columns = ("source_key", *_FIELDS)
    types = ("text", "int8", "int8", "date", "text", "text", "int4", "int2", "text", "int4")
    arrays = [[getattr(row, name) for row in rows] for name in columns]
    holes = ", ".join(f"%s::{kind}[]" for kind in types)
    names = ", ".join(columns)
    sql = (
        f"INSERT INTO payments_charge ({names}) SELECT * FROM unnest({holes}) "  # noqa: S608
        "ON CONFLICT (source_key) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, arrays)
        return int(cursor.rowcount)


def record_charge(
    *,
    by: Actor,
    source_key: str,
    child: Child,
    guardian: Guardian | None,
    service_day: dt.date,
    service: str,
    label: str,
    unit_price_cents: int,
    quantity: int = 1,
    tariff_band: str = "",
    family_quotient: int | None = None,
) -> Charge:
    """Write one charge (see ``record_charges``) and return it as it now stands."""
    row = ChargeRow(
        source_key=source_key,
        child_id=child.pk,
        guardian_id=guardian.pk if guardian else None,
        service_day=service_day,
        service=service,
        label=label,
        unit_price_cents=unit_price_cents,
        quantity=quantity,
        tariff_band=tariff_band,
        family_quotient=family_quotient,
    )
    with transaction.atomic():
        result = record_charges([row], by=by)
        charge = Charge.objects.get(source_key=source_key)
        if result.created or result.updated:
            journal.record(by, "charge.record", charge, source=source_key)
    return charge


def withdraw_charges(source_keys: Iterable[str], *, by: Actor) -> int:
    """Remove charges whose source is gone, unless billing has taken them; returns how many."""
    removed = 0
    stream = iter(source_keys)
    while keys := list(islice(stream, _CHUNK)):
        deleted, _details = Charge.objects.unbilled().filter(source_key__in=keys).delete()
        removed += deleted
    return removed
