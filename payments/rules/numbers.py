"""Numbers of invoices, credit notes and receipts: one series a year, without gaps.

The Code général des impôts (annexe II, art. 242 nonies A) asks for a unique number from a
chronological series; cities keep one per accounting year (*exercice*).
"""

from __future__ import annotations

#: What a series' numbers begin with.
PREFIXES = {"invoice": "", "credit_note": "A", "receipt": "R"}


def number(kind: str, year: int, sequence: int) -> str:
    """Return the number people quote: ``2026-000123``, ``A2026-000004``, ``R2026-000051``."""
    return f"{PREFIXES[kind]}{year}-{sequence:06d}"
