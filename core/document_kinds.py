"""Kinds of private files: their limits, how long they hold, and which requests need one.

Apps register their kinds and what needs a document from ``AppConfig.ready``; core knows none.
One document serves every request that needs it until it expires: a kind that is ``kept``
stays among its owner's documents, may be used again, replaced and, once nothing needs it,
deleted.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from core.clock import months_later

if TYPE_CHECKING:
    from core.documents import Document
    from core.journal import Actor


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    ``valid_months`` is how long a paper convinces an agent (an old one never blocks a
    request); None when it does not age. ``kept`` says that it may serve again, for
    ``keep_months`` at most or until it expires. ``personal`` says that it is about one child
    and does not serve another. ``of_office`` says that it belongs to the office, not to the
    agent who happened to bring it: whoever sent it opens it as the readers let them today, and
    no longer once they have left.
    """

    code: str
    label: str | Promise
    max_bytes: int = 10_000_000
    max_pages: int = 20
    valid_months: int | None = None
    kept: bool = False
    keep_months: int = 13
    personal: bool = False
    of_office: bool = False

    def expires_on(self, day: dt.date) -> dt.date | None:
        """Return the last day on which a document sent on ``day`` convinces."""
        return None if self.valid_months is None else months_later(day, self.valid_months)

    def kept_until(self, day: dt.date) -> dt.date | None:
        """Return the last day on which it stays although nothing needs it; None: not at all."""
        if not self.kept:
            return None
        return self.expires_on(day) or months_later(day, self.keep_months)


@dataclass(frozen=True)
class Use:
    """A request that a document serves. ``needed``: it may not be taken away."""

    label: str
    url: str
    needed: bool


#: Which requests documents serve, by the document's key.
Uses = Callable[[Iterable["Document"]], dict[int, list[Use]]]
#: Puts a new document in the place of an old one wherever that is still possible.
Replace = Callable[["Actor", "Document", "Document"], None]

_kinds: dict[str, Kind] = {}
_uses: dict[str, tuple[Uses, Replace]] = {}


def register_document_kinds(*kinds: Kind) -> None:
    """Add kinds; one with a known code replaces it."""
    _kinds.update({kind.code: kind for kind in kinds})


def kind_of(code: str) -> Kind:
    """Return a registered kind, or a plain one: not kept, of ordinary size."""
    return _kinds.get(code) or Kind(code, code)


def office_kinds() -> list[str]:
    """Return the codes of papers that belong to the office."""
    return [kind.code for kind in _kinds.values() if kind.of_office]


def register_document_uses(name: str, uses: Uses, replace: Replace) -> None:
    """Say which requests of an app documents serve, and how one takes another's place."""
    _uses[name] = (uses, replace)


def uses_of(documents: Iterable[Document]) -> dict[int, list[Use]]:
    """Return the requests that documents serve, in a fixed number of queries."""
    rows = list(documents)
    found: dict[int, list[Use]] = defaultdict(list)
    for uses, _replace in _uses.values():
        for key, values in uses(rows).items():
            found[key] += values
    return found


def replace_everywhere(by: Actor, old: Document, new: Document) -> None:
    """Let ``new`` serve the open requests that ``old`` serves."""
    for _uses_of, replace in _uses.values():
        replace(by, old, new)
