"""Addresses of resources, for lists: worked out once for each kind of page."""

from __future__ import annotations

from functools import cache

from django.urls import get_script_prefix, reverse

#: Stands for the identifier while an address is worked out; no identifier looks like it.
_PLACE = "0-ici-0"


@cache
def _around(name: str, rest: tuple[str, ...], prefix: str) -> tuple[str, str]:
    before, after = reverse(name, args=[_PLACE, *rest]).split(_PLACE)
    return before, after


def address_of(name: str, identifier: str, *rest: str) -> str:
    """Return what ``reverse(name, args=[identifier, *rest])`` returns, a hundred times a page.

    ``identifier`` is a slug, so it is written as it is. Raises NoReverseMatch.
    """
    before, after = _around(name, rest, get_script_prefix())
    return f"{before}{identifier}{after}"
