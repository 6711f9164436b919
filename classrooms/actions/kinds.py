"""What the city buys: categories with their own fields, models with their prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms import extras
from classrooms.extras import ExtraField
from classrooms.importing.columns import is_common
from classrooms.models import Device, DeviceCategory, DeviceModel, RepairPrice
from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets.columns import plain

#: Facts of a category and of a model whose changes the journal tells.
CATEGORY = ("name", "family", "is_active")
MODEL = ("maker", "name", "warranty_months", "life_months", "price_cents", "is_active")


def keep_category(
    *, by: Actor, category: DeviceCategory, fields: Iterable[ExtraField]
) -> DeviceCategory:
    """Save a category, new or changed, with its own fields.

    A field without a key is new and gets one from its label. Raises RuleBroken ``fields`` for a
    label that comes twice or is a common fact's, a choice without options, and a change of kind
    once a device has a value.
    """
    with transaction.atomic():
        before = (
            DeviceCategory.objects.select_for_update(no_key=True).get(pk=category.pk)
            if category.pk
            else None
        )
        settled = _settled(category, before, list(fields))
        category.fields = [field.stored() for field in settled]
        category.save()
        facts = _changes(before, category, CATEGORY)
        keys = [row["key"] for row in category.fields]
        if before is None or before.fields != category.fields:
            facts["fields"] = [[row["key"] for row in before.fields] if before else [], keys]
        if before is None or facts:
            verb = "device_category.change" if before else "device_category.create"
            journal.record(by, verb, category, **facts)
    return category


def _settled(
    category: DeviceCategory, before: DeviceCategory | None, fields: list[ExtraField]
) -> list[ExtraField]:
    if len(fields) > extras.MOST_FIELDS:
        raise RuleBroken(
            "fields", _("%(most)d champs propres au plus.") % {"most": extras.MOST_FIELDS}
        )
    known = {field.key: field for field in extras.fields_of(before.fields if before else [])}
    elsewhere = _elsewhere(category)
    settled: list[ExtraField] = []
    for field in fields:
        label = " ".join(field.label.split())
        key = field.key or elsewhere.get(plain(label)) or extras.key_for(label)
        made = ExtraField(key, label, field.kind, field.required, field.unit, field.options)
        _check(made, settled, elsewhere)
        if key in known and known[key].kind != field.kind and _told(category, key):
            raise RuleBroken(
                "fields",
                _("« %(label)s » : des appareils ont déjà une valeur, sa nature ne change plus.")
                % {"label": label},
            )
        settled.append(made)
    return settled


def _check(field: ExtraField, others: list[ExtraField], elsewhere: Mapping[str, str]) -> None:
    label = {"label": field.label}
    if not field.key:
        raise RuleBroken("fields", _("Un champ propre a un nom, en lettres."))
    if is_common(field.label):
        raise RuleBroken(
            "fields", _("« %(label)s » est déjà un fait commun à tous les appareils.") % label
        )
    same = any(
        field.key == other.key or plain(field.label) == plain(other.label) for other in others
    )
    if same or elsewhere.get(plain(field.label), field.key) != field.key:
        raise RuleBroken("fields", _("« %(label)s » : ce nom est déjà pris.") % label)
    if field.kind == "choice" and not field.options:
        raise RuleBroken("fields", _("« %(label)s » : écrivez les choix possibles.") % label)


def _elsewhere(category: DeviceCategory) -> dict[str, str]:
    """Return the keys of other categories' fields by label: a column means one thing."""
    rows = DeviceCategory.objects.exclude(pk=category.pk or 0).values_list("fields", flat=True)
    return {plain(field.label): field.key for row in rows for field in extras.fields_of(row)}


def _told(category: DeviceCategory, key: str) -> bool:
    if category.pk is None:
        return False
    devices = Device.objects.filter(model__category=category, extra__has_key=key)
    return bool(devices.exists())


def keep_model(*, by: Actor, model: DeviceModel, repairs: Mapping[str, int | None]) -> DeviceModel:
    """Save a model, new or changed, with what mending each kind of fault costs (None: unknown).

    A model keeps its category once a device is of it: what the devices say of themselves hangs
    on it. Raises RuleBroken ``category`` otherwise.
    """
    with transaction.atomic():
        before = (
            DeviceModel.objects.select_for_update(no_key=True).get(pk=model.pk)
            if model.pk
            else None
        )
        if before and before.category_id != model.category_id and model.devices.exists():
            raise RuleBroken(
                "category",
                _("Des appareils sont de ce modèle : sa catégorie ne change plus."),
                "category",
            )
        model.save()
        facts = _changes(before, model, MODEL)
        prices = dict(model.repair_prices.values_list("kind", "cents"))
        for kind, cents in sorted(repairs.items()):
            if prices.get(kind) == cents:
                continue
            facts[f"repair.{kind}"] = [prices.get(kind), cents]
            if cents is None:
                model.repair_prices.filter(kind=kind).delete()
            else:
                RepairPrice.objects.update_or_create(
                    model=model, kind=kind, defaults={"cents": cents}
                )
        if before is None or facts:
            verb = "device_model.change" if before else "device_model.create"
            journal.record(by, verb, model, **facts)
    return model


def _changes(before: Any, after: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return what changed of a row, each fact before and after."""
    return {
        name: [getattr(before, name, None), getattr(after, name)]
        for name in names
        if before is None or getattr(before, name) != getattr(after, name)
    }
