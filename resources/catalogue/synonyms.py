"""The editors' list of ways to say one thing: written here, read by search within seconds."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue import indexing, vocabularies
from resources.catalogue.models import SynonymChange, SynonymGroup
from resources.search.analysis import stems

#: Ways to say one thing, at most, and how long each may be.
MAX_WAYS = 10
MAX_LENGTH = 60


def key_of(words: Iterable[str]) -> str:
    """Return what search makes of a group: the same for "Séisme, tremblements de terre"."""
    return " | ".join(sorted({" ".join(stems(way)) for way in words}))


def checked(words: Iterable[str]) -> list[str]:
    """Return the ways to say one thing, cleaned; raises RuleBroken ``words``.

    Two ways that search takes for one ("dinosaure", "dinosaures") are one way.
    """
    kept: dict[str, str] = {}
    for raw in words:
        way = " ".join(str(raw).replace("\x00", "").split())
        if not way:
            continue
        run = " ".join(stems(way))
        if not run:
            raise RuleBroken(
                "words", _("« %(way)s » ne veut rien dire seul.") % {"way": way}, "words"
            )
        if len(way) > MAX_LENGTH:
            raise RuleBroken("words", _("« %(way)s » est trop long.") % {"way": way}, "words")
        kept.setdefault(run, way)
    if len(kept) < 2:
        raise RuleBroken("words", _("Donnez au moins deux façons de dire la chose."), "words")
    if len(kept) > MAX_WAYS:
        raise RuleBroken("words", _("Dix façons au plus : faites deux groupes."), "words")
    return list(kept.values())


@transaction.atomic
def save(*, by: Actor, group: SynonymGroup | None, words: Iterable[str]) -> SynonymGroup:
    """Add a group, or write other words into one; search follows within seconds.

    Raises RuleBroken ``words``, or ``known`` when another group says the same.
    """
    wanted = checked(words)
    if group is None:
        return _write(by, SynonymGroup(active=False), wanted)
    kept = SynonymGroup.objects.select_for_update().get(pk=group.pk)
    return kept if kept.active and kept.words == wanted else _write(by, kept, wanted)


@transaction.atomic
def remove(*, by: Actor, group: SynonymGroup) -> SynonymGroup:
    """Take a group out of search; it can be put back. Repeating it changes nothing."""
    kept = SynonymGroup.objects.select_for_update().get(pk=group.pk)
    return _write(by, kept, None) if kept.active else kept


@transaction.atomic
def undo(*, by: Actor, change: SynonymChange) -> SynonymGroup:
    """Put a group back as it was before a change.

    Raises RuleBroken ``changed`` when the group has changed since, ``known`` when another one
    says the same by now.
    """
    kept = SynonymGroup.objects.select_for_update().get(pk=change.group_id)
    row = SynonymChange.objects.select_for_update().get(pk=change.pk)
    present = kept.words if kept.active else None
    if row.undone or present != row.after:
        raise RuleBroken("changed", _("Ce groupe a changé depuis : rien n’a été annulé."))
    SynonymChange.objects.filter(pk=row.pk).update(undone=True)
    return _write(by, kept, row.before)


def _write(by: Actor, group: SynonymGroup, words: list[str] | None) -> SynonymGroup:
    """Write a group's words, None to take it out, and what it was before."""
    before = list(group.words) if group.active else None
    group.active = words is not None
    if words is not None:
        group.words, group.key = words, key_of(words)[:400]
    group.updated_at = clock.now()
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as known:
        raise RuleBroken("known", _("Un autre groupe dit déjà la même chose."), "words") from known
    SynonymChange.objects.create(group=group, before=before, after=words, by=by.user)
    verb = (
        "synonyms.remove"
        if words is None
        else "synonyms.add"
        if before is None
        else "synonyms.edit"
    )
    journal.record(by, verb, group, ways=len(group.words))
    indexing.changed()
    return group


def supply() -> int:
    """Add the groups we bring along and that this city never had; return how many."""
    wanted = {key_of(words)[:400]: list(words) for words in vocabularies.SYNONYMS}
    known = set(SynonymGroup.objects.filter(key__in=wanted).values_list("key", flat=True))
    made = [SynonymGroup(key=key, words=words) for key, words in wanted.items() if key not in known]
    SynonymGroup.objects.bulk_create(made)
    return len(made)
