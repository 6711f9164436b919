"""Staff say why before they read a child's care facts; the journal keeps it.

The journal itself remembers: a reading of the last fifteen minutes, by the same person about
the same child and kind of fact, need not be justified again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from core import clock, journal
from core.accounts.models import User
from core.journal import Actor
from families.access.care import FACET_READERS, children_at_school
from families.models import Child

#: How long a reason given holds.
OPEN_FOR = dt.timedelta(minutes=15)
#: Why one may read; codes go to the journal.
REASONS = (
    ("meals", _("Préparer les repas")),
    ("emergency", _("Urgence")),
    ("outing", _("Préparer une sortie ou une activité")),
    ("release", _("Remettre l’enfant à la sortie")),
    ("file", _("Mettre le dossier à jour")),
    ("family_question", _("Répondre à la famille")),
)


def facets_for(user: User, child: Child) -> list[str]:
    """Return the kinds of facts a member of staff may read about a child, in order."""
    return [
        facet
        for facet, roles in FACET_READERS.items()
        if children_at_school(user, *roles).filter(pk=child.pk).exists()
    ]


def is_open(user: User, child: Child, facet: str) -> bool:
    """Tell whether this person said why they read this within the last fifteen minutes."""
    return (
        journal.reads_of(child)
        .filter(actor=user, verb=f"read.{facet}", at__gt=clock.now() - OPEN_FOR)
        .exists()
    )


def open_facets(user: User, child: Child, facets: Iterable[str]) -> list[str]:
    """Return which of these kinds are open to a person now, in one query."""
    verbs = set(
        journal.reads_of(child)
        .filter(actor=user, at__gt=clock.now() - OPEN_FOR)
        .values_list("verb", flat=True)
    )
    return [facet for facet in facets if f"read.{facet}" in verbs]


def say_why(by: Actor, child: Child, facets: Iterable[str], reason: str) -> None:
    """Record that somebody reads these kinds of facts and why."""
    for facet in facets:
        journal.record_read(by, facet, child, reason=reason)
