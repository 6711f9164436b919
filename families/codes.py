"""References of families and children; the characters are :mod:`core.codes`'s."""

from core.codes import (
    ALPHABET,
    check_character,
    grouped,
    is_valid,
    new_code,
    new_reference,
    normal,
)

__all__ = [
    "ALPHABET",
    "check_character",
    "grouped",
    "is_valid",
    "new_code",
    "new_reference",
    "normal",
]
