"""Numbers people read aloud and copy by hand: unguessable, with a check character.

The alphabet has 31 characters, a prime, so that the weighted check finds every single
mistyped character and every swap of two; it leaves out I, O, U, 0 and 1.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"


def check_character(body: str) -> str:
    """Return the check character of a body of at most 30 characters of the alphabet."""
    total = sum((i + 2) * ALPHABET.index(c) for i, c in enumerate(body))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Tell whether a code without separators carries its right check character."""
    if len(code) < 2 or any(c not in ALPHABET for c in code):
        return False
    return check_character(code[:-1]) == code[-1]


def new_code(length: int, group: int = 4, choose: Callable[[str], str] = secrets.choice) -> str:
    """Draw a code of ``length`` characters, check included, in groups: ``7K4M-29QX``.

    Each character but the last carries 4.95 bits. Only demo data ``choose`` otherwise.
    """
    body = "".join(choose(ALPHABET) for _ in range(length - 1))
    return grouped(body + check_character(body), group)


def grouped(code: str, group: int = 4) -> str:
    """Write a code in groups, as it is shown and stored."""
    return "-".join(code[i : i + group] for i in range(0, len(code), group))


def normal(text: str) -> str:
    """Return a code as typed without what does not count: case, spaces, dashes."""
    return "".join(c for c in text.upper() if c.isalnum())


def new_reference(prefix: str) -> str:
    """Draw a reference such as ``E-7K4M-29QX`` (35 bits: with a login, never alone)."""
    return f"{prefix}-{new_code(8)}"
