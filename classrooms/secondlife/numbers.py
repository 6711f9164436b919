"""Numbers of papers: a prefix, the year, a count."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Length

#: How often somebody who lost the race for a number tries the next one.
_TRIES = 5


def next_number(model: type[Any], prefix: str, year: int) -> str:
    """Return the next free number of a year, e.g. ``DON-2026-004``.

    Two people at once may get the same: see ``create_numbered``.
    """
    stem = f"{prefix}-{year}-"
    known = model._base_manager.filter(number__startswith=stem)
    # Of 999 and 1000, the longer one is the last.
    last = known.order_by(Length("number").desc(), "-number").first()
    count = int(last.number.removeprefix(stem)) if last else 0
    return f"{stem}{count + 1:03d}"


def create_numbered(model: type[Any], prefix: str, year: int, **facts: Any) -> Any:
    """Create a row under the next free number; of two people at once, one takes the next.

    Raises IntegrityError when what else is said of it breaks a rule of the table.
    """
    for turn in range(_TRIES):
        number = next_number(model, prefix, year)
        try:
            with transaction.atomic():
                return model.objects.create(number=number, **facts)
        except IntegrityError:
            taken = model._base_manager.filter(number=number).exists()
            if not taken or turn == _TRIES - 1:
                raise
    raise AssertionError("the last turn returns or raises")
