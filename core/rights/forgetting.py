"""Taking away what names a person; the row stays where the journal or a bill refers to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import CASCADE, QuerySet

from core.accounts.models import User

#: Ids of people whom an app still needs by name, at an instant.
Needs = Callable[[dt.datetime], QuerySet[Any]]
_needs: list[Needs] = []

NOBODY = {"given_name": "Compte", "family_name": "effacé"}


def register_needs(needs: Needs) -> None:
    """Let an app say whom it still needs by name, as a query of user ids; from ``ready``."""
    if needs not in _needs:
        _needs.append(needs)


def needed(before: dt.datetime) -> list[int]:
    """Return the ids of people whom some app still needs by name."""
    return sorted({pk for needs in _needs for pk in needs(before) if pk is not None})


def forget_users(rows: QuerySet[Any]) -> int:
    """Empty accounts: no name, no address, no way in; what belonged to them alone goes.

    What belongs to an account alone is what the database deletes with it (favourites,
    sessions, second factors, messages, choices …): it goes now, though the row stays.
    """
    from django.contrib.auth.hashers import make_password

    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for relation in User._meta.related_objects:
        if getattr(relation, "on_delete", None) is CASCADE and relation.related_model:
            relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": ids}
            ).delete()
    emptied: int = User.objects.filter(pk__in=ids).update(
        email=None,
        identifier=None,
        is_active=False,
        last_login=None,
        password=make_password(None),
        **NOBODY,
    )
    return emptied
