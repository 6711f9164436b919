"""Keeping the search entries true: what the triggers noted is written anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction

from families.desk.words import keys_of, phone_key, words_of
from families.models import (
    Child,
    Guardian,
    NameChange,
    SearchDue,
    SearchEntry,
    SearchKey,
    SearchWord,
)

#: People written anew in one transaction.
BATCH = 500


def catch_up(limit: int = BATCH) -> int:
    """Write anew the entries of up to ``limit`` people noted as stale; return how many notes.

    The notes are locked lowest first, so that two callers take turns; they are removed before
    the people are read, so that a change committed later leaves its own note.
    """
    if not SearchDue.objects.exists():
        return 0
    with transaction.atomic():
        notes = list(SearchDue.objects.select_for_update().order_by("pk")[:limit])
        SearchDue.objects.filter(pk__in=[note.pk for note in notes]).delete()
        guardians = sorted({n.object_id for n in notes if n.kind == "g"})
        children = sorted({n.object_id for n in notes if n.kind == "c"})
        _write_guardians(guardians)
        _write_children(children)
    return len(notes)


def catch_up_all(batch: int = 2000) -> int:
    """Write anew everything noted as stale, a transaction a batch."""
    done = 0
    while count := catch_up(batch):
        done += count
    return done


def _write_guardians(keys: Sequence[int]) -> None:
    SearchEntry.objects.filter(guardian__in=keys).delete()
    rows = list(Guardian.objects.filter(pk__in=keys, merged_into=None).order_by("pk"))
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(
            guardian=row, phone_key=phone_key(row.phone), email_key=row.email.strip().lower()
        )
        for row in rows
    )
    _write_words(zip(entries, rows, strict=True), _former_names("guardian", keys))


def _write_children(keys: Sequence[int]) -> None:
    SearchEntry.objects.filter(child__in=keys).delete()
    rows = list(Child.objects.filter(pk__in=keys, merged_into=None).order_by("pk"))
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(child=row, birth_date=row.birth_date) for row in rows
    )
    _write_words(zip(entries, rows, strict=True), _former_names("child", keys))


def _former_names(kind: str, keys: Sequence[int]) -> dict[int, list[str]]:
    """Return the names people bore before, slips of the pen left out."""
    found: dict[int, list[str]] = defaultdict(list)
    changes = NameChange.objects.filter(**{f"{kind}__in": keys}).exclude(before="")
    for key, before in changes.exclude(reason=NameChange.Reason.TYPING_ERROR).values_list(
        f"{kind}_id", "before"
    ):
        found[key].append(before)
    return found


def _write_words(
    pairs: Iterable[tuple[SearchEntry, Guardian | Child]], former: dict[int, list[str]]
) -> None:
    words = []
    for entry, row in pairs:
        borne = words_of(row.given_name, row.family_name, row.used_name)
        words += [SearchWord(entry=entry, word=word) for word in borne]
        past = sorted(set(words_of(*former.get(row.pk, ()))) - set(borne))
        words += [SearchWord(entry=entry, word=word, former=True) for word in past]
    SearchWord.objects.bulk_create(words, batch_size=5000)
    fresh = {row.word for row in words}
    fresh -= set(
        SearchKey.objects.filter(key__in=fresh, word__in=fresh).values_list("word", flat=True)
    )
    SearchKey.objects.bulk_create(
        [SearchKey(key=key, word=word) for word in sorted(fresh) for key in sorted(keys_of(word))],
        ignore_conflicts=True,
        batch_size=5000,
    )
