"""What a category says of its devices beside the common facts: its own fields.

A category keeps a schema, a device the values by key. The rules that keep a change of schema
from breaking rows are in docs/rules/fleet-stock.md: a key never changes, a value that the schema
no longer knows stays, and is shown or kept, never refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.importing.values import Unreadable, day_of
from core.spreadsheets.columns import plain

KINDS = (
    ("text", gettext_lazy("Texte")),
    ("number", gettext_lazy("Nombre")),
    ("choice", gettext_lazy("Choix dans une liste")),
    ("date", gettext_lazy("Date")),
    ("bool", gettext_lazy("Oui ou non")),
)
#: How many fields of its own a category may have, and how long a value may be.
MOST_FIELDS = 15
LONGEST = 120
#: What a cell of a table says to take a value away.
NOTHING = "-"
_YES_NO = (gettext_lazy("oui"), gettext_lazy("non"))


@dataclass(frozen=True)
class ExtraField:
    """One field of a category: ``options`` are the values of a choice."""

    key: str
    label: str
    kind: str
    required: bool = False
    unit: str = ""
    options: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The label with the unit, as forms and tables name it."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def stored(self) -> dict[str, Any]:
        """Return the field as the category keeps it."""
        return {**asdict(self), "options": list(self.options)}


def fields_of(schema: Iterable[Mapping[str, Any]]) -> list[ExtraField]:
    """Return the fields of a category's schema, in order."""
    return [
        ExtraField(
            key=str(row["key"]),
            label=str(row["label"]),
            kind=str(row["kind"]),
            required=bool(row.get("required")),
            unit=str(row.get("unit", "")),
            options=tuple(str(option) for option in row.get("options", ())),
        )
        for row in schema
    ]


def key_for(label: str) -> str:
    """Return the key of a new field; fields of two categories with one label share it."""
    return re.sub(r"\W+", "_", plain(label)).strip("_")[:30]


def read(field: ExtraField, text: str) -> Any:
    """Return the value that a text means for a field. Raises Unreadable with a sentence."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise Unreadable(_("%(most)d caractères au plus.") % {"most": LONGEST})
    if field.kind == "number":
        return _number(text.removesuffix(field.unit).strip() if field.unit else text)
    if field.kind == "date":
        return day_of(text)
    if field.kind == "bool":
        return _yes(text)
    if field.kind == "choice":
        for option in field.options:
            if plain(option) == plain(text):
                return option
        raise Unreadable(
            _("« %(value)s » n’est pas dans la liste : %(options)s.")
            % {"value": text[:40], "options": ", ".join(field.options)}
        )
    return text


def _number(text: str) -> str:
    compact = re.sub(r"\s", "", text).replace(",", ".")
    try:
        value = Decimal(compact)
    except InvalidOperation:
        value = Decimal("NaN")
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", compact) is None or not value.is_finite():
        raise Unreadable(_("« %(value)s » n’est pas un nombre.") % {"value": text[:30]})
    return format(value.normalize(), "f") if value else "0"


def _yes(text: str) -> bool:
    words = {"1": True, "x": True, "true": True, "vrai": True, "0": False, "false": False}
    words["faux"] = False
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {plain(str(word)): not no for no, word in enumerate(_YES_NO)}
    if plain(text) not in words:
        raise Unreadable(_("« %(value)s » : écrivez oui ou non.") % {"value": text[:30]})
    return words[plain(text)]


def written(field: ExtraField, value: Any) -> str:
    """Return a value as a person types it and a table holds it; ``read`` takes it back."""
    if value is None or value == "":
        return ""
    if field.kind == "bool":
        return str(_YES_NO[0] if value is True else _YES_NO[1])
    if field.kind == "date":
        try:
            return dt.date.fromisoformat(str(value)).strftime("%d/%m/%Y")
        except ValueError:
            return str(value)
    if field.kind == "number":
        return str(value).replace(".", ",")
    return str(value)


def shown(field: ExtraField, value: Any) -> str:
    """Return a value as the sheet shows it, with its unit."""
    text = written(field, value)
    return f"{text} {field.unit}" if text and field.unit else text


def sheet(schema: Iterable[Mapping[str, Any]], extra: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a device's sheet tells: labels and values, those that are there."""
    told = [(field.label, shown(field, extra.get(field.key))) for field in fields_of(schema)]
    return [(label, text) for label, text in told if text]


def settle(
    schema: Iterable[Mapping[str, Any]],
    given: Mapping[str, str],
    before: Mapping[str, Any],
    *,
    whole: bool,
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a device's values once some are given as text, and problems (key, sentence).

    A blank text takes a value away; a key that is not given keeps its own. With ``whole``,
    required fields must be there at the end. What a value says as it stands is no change: an
    option that left the list stays for those who have it. Keys that the schema no longer knows
    are kept.
    """
    values, problems = dict(before), []
    for field in fields_of(schema):
        if field.key in given:
            text = given[field.key].strip()
            if text in ("", NOTHING):
                values.pop(field.key, None)
            elif text != written(field, before.get(field.key)):
                try:
                    values[field.key] = read(field, text)
                except Unreadable as error:
                    problems.append((field.key, str(error)))
                    continue
        if whole and field.required and field.key not in values:
            problems.append((field.key, _("« %(field)s » est demandé.") % {"field": field.label}))
    return values, problems
