"""Moves between states, by a table: lock, check, save, journal."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import Actor

S = TypeVar("S", bound=models.Model)


def move(obj: S, to: str, *, by: Actor, reason: str = "", **changes: Any) -> S:
    """Move ``obj`` to state ``to`` if its class's ``MOVES`` table allows it.

    ``MOVES`` maps a state to the set of states it leads to; ``changes`` are further fields
    saved in the same write. The row is locked and read again first, so that of two people
    deciding at once the second one gets RuleBroken ``state`` and changes nothing.
    """
    model = type(obj)
    moves: dict[str, set[str]] = model.MOVES  # type: ignore[attr-defined]
    with transaction.atomic():
        current = model._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        before: str = current.state  # type: ignore[attr-defined]
        if to not in moves.get(before, set()):
            raise RuleBroken(
                "state",
                _("Cela n’est plus possible : le dossier a changé entre-temps. Rechargez la page."),
            )
        for field, value in {"state": to, **changes}.items():
            setattr(current, field, value)
            setattr(obj, field, value)
        current.save(update_fields=["state", *changes])
        journal.record(by, f"{model._meta.model_name}.{to}", current, reason=reason, before=before)
    return obj
