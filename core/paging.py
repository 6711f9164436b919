"""Long lists by pages: for people a number, for programs a cursor.

A cursor neither repeats a row nor leaves one out, whatever is written meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError as FieldInvalid
from django.core.paginator import Page as NumberedPage
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema

from core.errors import RuleBroken

T = TypeVar("T")
M = TypeVar("M", bound=Model)

#: Rows of a list on one page, for people; for programs, at the most.
ROWS, MAX_PAGE = 25, 200


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = ROWS
) -> NumberedPage[Any]:
    """Return the page asked for; a number that makes no sense is the first or the last."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


class Page(Schema, Generic[T]):
    """One page of a list; give ``next_cursor`` back as ``cursor`` to get the following one."""

    items: list[T]
    next_cursor: str | None = None


#: For ``openapi_extra=PAGE_PARAMETERS`` on operations that answer with a Page.
PAGE_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "in": "query",
            "name": "cursor",
            "required": False,
            "schema": {"type": "string"},
            "description": "The next_cursor of the page before.",
        },
        {
            "in": "query",
            "name": "limit",
            "required": False,
            "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50},
            "description": "Items a page.",
        },
    ]
}


def paginate(
    queryset: QuerySet[M],
    request: HttpRequest,
    *,
    order: tuple[str, ...] = ("pk",),
    item: Callable[[M], Any] | None = None,
) -> dict[str, Any]:
    """Return one page as ``{"items": …, "next_cursor": …}``, for ``response=Page[…]``.

    Reads ``cursor`` and ``limit`` from the query. ``order`` names non-null fields of the
    model, ``-`` for descending; the primary key is added so that the order is total and a
    row added meanwhile neither repeats nor hides another. ``item`` turns a row into what
    the schema takes. Raises RuleBroken ``cursor`` or ``limit`` for nonsense.
    """
    fields = [*order] if order[-1].lstrip("-") in ("pk", "id") else [*order, "pk"]
    limit = _limit(request)
    cursor = request.GET.get("cursor")
    rows = queryset.order_by(*fields)
    if cursor:
        rows = rows.filter(_after(queryset.model, fields, _decode(cursor, len(fields))))
    found = list(rows[: limit + 1])
    page, more = found[:limit], len(found) > limit
    return {
        "items": [item(row) for row in page] if item else page,
        "next_cursor": _encode(page[-1], fields) if more else None,
    }


def _limit(request: HttpRequest) -> int:
    raw = request.GET.get("limit", "50")
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:6]) <= MAX_PAGE:
        raise RuleBroken("limit", _("limit : un nombre de 1 à 200."), "limit")
    return int(raw)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else value


def _encode(row: Model, fields: list[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in fields]
    plain = [str(v) if isinstance(v, uuid.UUID) else _plain(v) for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise RuleBroken("cursor", _("Ce curseur n’est pas valable."), "cursor")
    return values


def _after(model: type[Model], fields: list[str], values: list[Any]) -> Q:
    """Return the condition that keeps rows after a point of a total order."""
    condition, same = Q(), Q()
    for name, raw in zip(fields, values, strict=True):
        plain = name.lstrip("-")
        field = model._meta.pk if plain == "pk" else model._meta.get_field(plain)
        try:
            value = field.to_python(raw)  # type: ignore[union-attr]
        except (FieldInvalid, TypeError, ValueError, OverflowError) as error:
            raise RuleBroken("cursor", _("Ce curseur n’est pas valable."), "cursor") from error
        if value is None or isinstance(raw, list | dict):
            raise RuleBroken("cursor", _("Ce curseur n’est pas valable."), "cursor")
        step = "lt" if name.startswith("-") else "gt"
        condition |= same & Q(**{f"{plain}__{step}": value})
        same &= Q(**{plain: value})
    return condition
