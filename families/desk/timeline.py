"""What happened to a family, in plain words: from the journal, and from what it was sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acting
from core.accounts.models import User
from core.journal import JournalEntry
from core.messaging.kinds import kind_of
from core.outbox import Message
from families.merging.relations import IGNORE, relations_to
from families.models import Child, Guardian, Household

#: Entries looked at, newest first; older ones are the archives' business.
DEPTH = 400
#: Rows of one kind whose journal is read.
MOST_ROWS = 500

KINDS: dict[str, str | Promise] = {
    "family": gettext_lazy("Famille"),
    "school": gettext_lazy("École et demandes"),
    "canteen": gettext_lazy("Cantine"),
    "messages": gettext_lazy("Messages envoyés"),
    "reads": gettext_lazy("Consultations"),
}
_BY_APP = {"schools": "school", "registration": "school", "canteen": "canteen"}

_words: dict[str, str | Promise] = {}


def register_timeline_words(words: Mapping[str, str | Promise]) -> None:
    """Say journal verbs in plain words; call it from ``AppConfig.ready``."""
    _words.update(words)


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    at: dt.datetime
    kind: str
    text: str
    who: str = ""


def words_of(verb: str) -> str:
    """Return a verb in plain words; what nobody described is still told, as a change."""
    if verb in _words:
        return str(_words[verb])
    if known := acting.words_of([verb]):
        return known[0]
    return _("Consultation") if verb.startswith("read.") else _("Dossier modifié")


def _subjects(people: Mapping[type[models.Model], Sequence[int]]) -> dict[str, set[str]]:
    """Return every row about these people whose journal belongs here, by type."""
    found: dict[str, set[str]] = defaultdict(set)
    for model, keys in people.items():
        doubles = model._base_manager.filter(merged_into__in=keys).values_list("pk", flat=True)
        whole = [*keys, *doubles]
        found[model._meta.label_lower].update(str(key) for key in whole)
        for relation in relations_to(model):
            rule = relation.known_rule
            if (
                rule is None
                or rule.how == IGNORE
                or not rule.told
                or relation.model in (Guardian, Child, Household)
            ):
                continue
            rows = relation.model._base_manager.filter(**{f"{relation.field.name}__in": whole})
            newest = rows.order_by("-pk").values_list("pk", flat=True)[:MOST_ROWS]
            found[relation.model._meta.label_lower].update(str(key) for key in newest)
    return found


def events_of(
    household: Household,
    guardians: Sequence[Guardian],
    children: Iterable[int],
    reader: User,
    kind: str = "",
) -> list[Event]:
    """Return what happened to a household and its people, newest first.

    Notes say for themselves who may read them: their journal is left out. Of what was sent,
    the kind is told, never the words.
    """
    subjects = _subjects(
        {
            Household: [household.pk],
            Guardian: [guardian.pk for guardian in guardians],
            Child: sorted(children),
        }
    )
    subjects.pop("families.familynote", None)
    condition = Q(pk__in=[])
    for label, keys in subjects.items():
        condition |= Q(subject_type=label, subject_id__in=keys)
    entries = (
        JournalEntry.objects.filter(condition)
        .select_related("actor", "on_behalf_of")
        .order_by("-at", "-pk")[:DEPTH]
    )
    mine = {guardian.user_id for guardian in guardians if guardian.user_id}
    found = [
        Event(entry.at, _kind(entry), words_of(entry.verb), _who(entry, reader, mine))
        for entry in entries
    ]
    sent = Message.objects.filter(recipient__in=mine).order_by("-created_at", "-pk")[:DEPTH]
    found += [Event(m.created_at, "messages", str(kind_of(m.kind).label)) for m in sent]
    found.sort(key=lambda event: event.at, reverse=True)
    return [event for event in found if not kind or event.kind == kind]


def _kind(entry: JournalEntry) -> str:
    if entry.verb.startswith("read."):
        return "reads"
    return _BY_APP.get(entry.subject_type.split(".")[0], "family")


def _who(entry: JournalEntry, reader: User, family: set[Any]) -> str:
    if entry.actor is None:
        return _("automatiquement")
    if entry.actor_id == reader.pk:
        return _("par vous")
    name = str(entry.actor)
    if entry.on_behalf_of is not None:
        return _("par %(agent)s, pour %(person)s") % {"agent": name, "person": entry.on_behalf_of}
    return _("par %(person)s") % {"person": name}
