"""Keys of rows, as a form sends them back."""

from __future__ import annotations

from collections.abc import Iterable

#: More digits than any key has; Python refuses to read some thousands of them.
MAX_DIGITS = 15


def keys_of(values: Iterable[str]) -> list[int]:
    """Return the keys among what was ticked, in order; nonsense is left out."""
    return [
        int(value)
        for value in values
        if len(value) <= MAX_DIGITS and value.isascii() and value.isdigit()
    ]
