"""What a table would do, line by line: it is shown first, and written as it was shown."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

CREATE, UPDATE, UNCHANGED, REJECTED = "create", "update", "unchanged", "rejected"
#: What may become of a line, and how pages and tables say it.
OUTCOMES = {
    CREATE: _("À créer"),
    UPDATE: _("À modifier"),
    UNCHANGED: _("Sans changement"),
    REJECTED: _("À corriger"),
}
#: The outcomes that write something.
WRITING = (CREATE, UPDATE)


class Planned(Protocol):
    """A line of a plan."""

    outcome: str


LineT = TypeVar("LineT", bound=Planned)
WordT = TypeVar("WordT")


@dataclass
class Plan(ABC, Generic[LineT, WordT]):
    """The lines in order; ``unknown`` counts the words nobody has explained."""

    lines: list[LineT]
    unknown: Counter[WordT]

    @abstractmethod
    def facts(self) -> Sequence[Any]:
        """Return all that the plan would write, and over what."""

    @property
    def counts(self) -> dict[str, int]:
        """How many lines would do what."""
        found = Counter(line.outcome for line in self.lines)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def digest(self) -> str:
        """What tells this plan from any other."""
        told = json.dumps(self.facts(), default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()
