"""What a merge did, kept so that it can be undone, and sealed so that nobody alters it."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.crypto import salted_hmac

_SALT = "families.merge"


def plain(value: Any) -> Any:
    """Return a field's value as JSON holds it."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def values_of(row: models.Model, names: list[str] | None = None) -> dict[str, Any]:
    """Return a row's values by column, as JSON holds them."""
    return {
        f.attname: plain(f.value_from_object(row))
        for f in row._meta.concrete_fields
        if names is None or f.attname in names
    }


def restored(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Return values read back from JSON as the columns hold them."""
    fields = {f.attname: f for f in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in values.items()}


@dataclass
class Record:
    """What moved, what changed, what was removed.

    ``had`` holds, for relations that bind, the rows of the file kept right after the merge:
    one more of them since, and the merge can no longer be taken back.
    """

    moved: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    removed: list[dict[str, Any]] = field(default_factory=list)
    had: dict[str, list[int]] = field(default_factory=dict)
    #: Rows that stayed with the merged file on purpose, by relation.
    left: dict[str, list[int]] = field(default_factory=dict)
    households: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Record:
        """Read a record as stored."""
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        """Return the record as it is stored."""
        return {
            "moved": self.moved,
            "changed": self.changed,
            "removed": self.removed,
            "had": self.had,
            "left": self.left,
            "households": self.households,
        }

    def move(
        self,
        model: type[models.Model],
        name: str,
        keys: list[int],
        to: int,
        source: int | None = None,
    ) -> None:
        """Point rows at the file kept; ``source`` says whence, where it is not the merged file."""
        if keys:
            count = model._base_manager.filter(pk__in=keys).update(**{name: to})
            if count != len(keys):
                raise RuntimeError("rows went while their file was locked")
            line = {"m": model._meta.label, "f": name, "to": to, "ids": keys}
            self.moved.append(line if source is None else line | {"from": source})

    def change(self, row: models.Model, **values: Any) -> None:
        """Write new values into a row, keeping the old ones."""
        names = list(values)
        before = values_of(row, names)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=names)
        self.changed.append(
            {
                "m": row._meta.label,
                "pk": row.pk,
                "before": before,
                "after": values_of(row, names),
            }
        )

    def remove(self, row: models.Model) -> None:
        """Delete a row, keeping all it held."""
        self.removed.append({"m": row._meta.label, "pk": row.pk, "values": values_of(row)})
        row.delete()


def model_of(label: str) -> type[models.Model]:
    """Return the model of a record's line."""
    return apps.get_model(label)


def _digest(data: dict[str, Any], owner: str, secret: Any) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return salted_hmac(_SALT, f"{owner}|{text}", secret=secret, algorithm="sha256").hexdigest()


def seal(data: dict[str, Any], owner: str) -> str:
    """Return the seal of a record; ``owner`` binds it to its merge."""
    return _digest(data, owner, None)


def is_sound(data: dict[str, Any], owner: str, sealed: str) -> bool:
    """Tell whether a record is still what was sealed, under this or a former secret key."""
    return any(
        hmac.compare_digest(_digest(data, owner, secret), sealed)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
