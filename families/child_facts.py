"""What other apps know about a child, for the family's pages: school, class, what is pending.

Families stands below the other apps and imports none of them: they register here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.accounts.models import User
from core.acting import opens
from families.models import Child


@dataclass(frozen=True)
class ChildFact:
    """One line of a child's card. With ``url`` and ``action`` it is something to do.

    ``tone`` is ``plain``, ``info``, ``success``, ``warning`` or ``urgent``.
    """

    label: str
    text: str
    url: str = ""
    action: str = ""
    tone: str = "plain"
    icon: str = ""
    order: int = 100


Provider = Callable[[Sequence[Child], User], Iterable[tuple[int, ChildFact]]]
_providers: list[Provider] = []


def register_child_facts(provider: Provider) -> None:
    """Add a provider of (child id, fact) for many children at once; call it from ``ready``."""
    if provider not in _providers:
        _providers.append(provider)


def facts_of(children: Sequence[Child], user: User) -> dict[int, list[ChildFact]]:
    """Return every app's facts by child, in order, for a person who may see the children."""
    found: dict[int, list[ChildFact]] = defaultdict(list)
    for provider in _providers:
        for child_id, fact in provider(children, user):
            if fact.url and not opens(user, fact.url):
                continue
            found[child_id].append(fact)
    return {key: sorted(facts, key=lambda fact: fact.order) for key, facts in found.items()}
