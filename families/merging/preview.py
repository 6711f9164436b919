"""The page on which an agent compares two files before making them one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from core.documents import Document
from families.actions.merging import (
    Person,
    choice_fields,
    default_choices,
    differing,
    fingerprint,
    plan_of,
)
from families.merging.own_people import two_people
from families.merging.plan import Line, lines_between
from families.merging.relations import Relation
from families.models import Guardian, Household


@dataclass(frozen=True)
class Facet:
    """One fact of both files; ``name`` is empty where there is nothing to choose."""

    label: str
    kept: str
    merged: str
    name: str = ""
    chosen: str = "kept"


@dataclass(frozen=True)
class Preview:
    """All that will happen, in words, and the fingerprint that says it is still so."""

    kept: Person
    merged: Person
    facets: list[Facet]
    lines: list[tuple[Line, list[str]]]
    refusals: list[str]
    warnings: list[str]
    seen: str
    home: str = ""

    @property
    def moving(self) -> int:
        """How many rows change hands."""
        return sum(len(line.moving) for line, _told in self.lines)


def _shown(field: models.Field[Any, Any], row: Person) -> str:
    """Return a value as an agent reads it."""
    if field.name == "user":
        user = getattr(row, "user", None)
        return (user.email or _("accès sans e-mail")) if user else ""
    if field.name == "household":
        return _home(row.household) if isinstance(row, Guardian) else ""
    value = field.value_from_object(row)
    if field.name == "language":
        return str(get_language_info(str(value))["name_local"]).capitalize() if value else ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, dt.datetime | dt.date):
        return date_format(value, "j F Y")
    return "" if value is None else str(value)


def _home(household: Household) -> str:
    if household.is_protected:
        return f"{household.reference} · {_('adresse protégée')}"
    return " · ".join([household.reference, ", ".join(household.address_lines)]).strip(" ·")


def facets_of(kept: Person, merged: Person) -> list[Facet]:
    """Return every fact of the two files, those to choose between marked."""
    chosen = default_choices(kept, merged)
    to_choose = {field.name for field in differing(kept, merged)}
    found = []
    for field in choice_fields(type(kept)):
        mine, theirs = _shown(field, kept), _shown(field, merged)
        if not mine and not theirs:
            continue
        found.append(
            Facet(
                _labels().get(field.name, str(field.verbose_name)),
                mine,
                theirs,
                field.name if field.name in to_choose else "",
                chosen.get(field.name, "kept"),
            )
        )
    return found


def _labels() -> dict[str, str]:
    return {"user": _("accès en ligne"), "household": _("foyer et adresse")}


def preview_of(kept: Person, merged: Person) -> Preview:
    """Return what merging would do; nothing is written."""
    lines = plan_of(kept, merged)
    told = [(line, line.told()) for line in lines]
    refusals = [str(line.rule.refusal) for line in lines if line.refused]
    if why := two_people(kept, merged):
        refusals.insert(0, why)
    home = ""
    if isinstance(kept, Guardian) and isinstance(merged, Guardian):
        home, home_lines = _homes(kept, merged)
        told += [(line, line.told()) for line in home_lines if line.count]
        told += [(line, []) for line in _papers(kept, merged)]
    return Preview(
        kept=kept,
        merged=merged,
        facets=facets_of(kept, merged),
        lines=told,
        refusals=refusals,
        warnings=_warnings(kept, merged),
        seen=fingerprint(kept, merged, lines),
        home=home,
    )


def _homes(kept: Guardian, merged: Guardian) -> tuple[str, Sequence[Line]]:
    """Say what becomes of the household that is left, if nobody stays there."""
    if kept.household_id == merged.household_id:
        return "", []
    others = Guardian.objects.filter(household=merged.household_id, merged_into=None)
    if others.exclude(pk__in=[kept.pk, merged.pk]).exists():
        return _("Quelqu’un d’autre vit dans l’autre foyer : il reste tel qu’il est."), []
    home = _("Plus personne ne vivra dans l’autre foyer : ce qu’il contient suit aussi.")
    lines = lines_between(Household, merged.household_id, kept.household_id)
    # The merged guardian's own row is no news.
    return home, [line for line in lines if line.relation.model is not Guardian]


def _papers(kept: Guardian, merged: Guardian) -> list[Line]:
    """The documents of the account that closes, unless the agent chooses the other."""
    if kept.user_id is None or merged.user_id is None:
        return []
    owner = Relation(Document, Document._meta.get_field("owner"))
    keys = list(owner.rows(merged.user_id).order_by("pk").values_list("pk", flat=True))
    return [Line(owner, moving=keys)] if keys else []


def _warnings(kept: Person, merged: Person) -> list[str]:
    if getattr(kept, "user_id", None) is None or getattr(merged, "user_id", None) is None:
        return []
    return [
        _(
            "Les deux dossiers ont un accès : celui qui n’est pas gardé sera fermé, "
            "et son titulaire prévenu à son adresse."
        )
    ]


def heavier(one: Person, two: Person) -> tuple[Person, Person]:
    """Return the two files, the one to keep first: an account, then more in it, then the older."""

    def weight(person: Person, other: Person) -> tuple[bool, int, int]:
        rows = sum(line.count for line in lines_between(type(person), person.pk, other.pk))
        account = getattr(person, "user_id", None) is not None
        return (account, rows, -person.pk)

    if weight(one, two) >= weight(two, one):
        return one, two
    return two, one
