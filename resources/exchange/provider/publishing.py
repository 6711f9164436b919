"""Keeps the provider's memory in step with the catalogue: what appeared, changed, went away.

A datestamp is the second at which what is public changed, not that of any edit: a resource
whose quality or link was noted keeps its own, one that closes on a day gets a new one that
day. Whatever this memory says, rows are read again through the public window before they
are shown, so that what was just withdrawn is told as deleted before the next pass.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from core import clock
from resources.catalogue import terms
from resources.catalogue.models import Resource
from resources.exchange.access import public_resources
from resources.exchange.models import PublicRecord, PublicRecordSet, PublicState
from resources.exchange.notices import Notice, load, notice_of

#: Resources looked at in one transaction.
BATCH = 200
#: What is public of a resource besides its words, credits and relations.
_SAID = (
    "title", "description", "keywords", "language", "url", "format", "size_bytes",
    "duration_minutes", "audience", "difficulty", "cost", "rights", "personal_data_level",
    "published_on",
)  # fmt: skip
_UNSAFE = re.compile(r"[^A-Za-z0-9\-_.!~*'()]")


def refresh(*, full: bool = False) -> int:
    """Bring the records in step; return how many changed. Safe to repeat and to interrupt.

    Nothing is looked at while neither the catalogue nor the day has changed. With ``full``
    every resource is weighed again: a vocabulary's word may have changed since.
    """
    version, day = terms.current_version(), clock.today()
    state, _new = PublicState.objects.get_or_create(pk=1)
    if not full and (state.catalogue_version, state.day) == (version, day):
        return 0
    changed = _part_with_names() + sum(_weigh(keys) for keys in _candidates(full=full)) + _bury()
    PublicState.objects.filter(pk=1).update(
        catalogue_version=version, day=day, checked_at=clock.now()
    )
    return changed


def _candidates(*, full: bool) -> Iterator[list[int]]:
    """Yield the keys of the open resources that may say something new, a batch at a time."""
    found = public_resources().order_by("pk")
    if not full:
        in_step = PublicRecord.objects.filter(
            resource=OuterRef("pk"), deleted=False, source_updated_at=OuterRef("updated_at")
        )
        found = found.filter(~Exists(in_step))
    keys = list(found.values_list("pk", flat=True))
    for first in range(0, len(keys), BATCH):
        yield keys[first : first + BATCH]


def digest_of(notice: Notice) -> str:
    """Return what tells one public state of a resource from another."""
    resource = notice.resource
    said = (
        *(getattr(resource, name) for name in _SAID),
        *(notice.key, notice.document_type, notice.pedagogical_type, notice.licence),
        *(sorted(notice.words.items()), notice.credits, notice.relations),
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


def sets_of(notice: Notice) -> list[str]:
    """Return the sets of a resource, each with those that hold it, in order."""
    found: set[str] = set()
    for word in notice.words["levels"]:
        found.update(_nested("level", word.code))
    for word in notice.words["domains"]:
        found.update(_nested("domain", word.code))
    if notice.pedagogical_type:
        found.update(_nested("type", notice.pedagogical_type.code))
    return sorted(found)


def spec_of(root: str, code: str) -> str:
    """Return the name of the set of a word."""
    return list(_nested(root, code))[-1]


def _nested(root: str, code: str) -> Iterator[str]:
    """Yield a set and the wider ones: ``domain``, ``domain:maths``, ``domain:maths:nombres``."""
    spec = root
    yield spec
    for part in code.split("."):
        spec = f"{spec}:{_UNSAFE.sub('-', part)}"
        yield spec[:150]


@transaction.atomic
def _weigh(keys: list[int]) -> int:
    """Note what some resources say now; return how many say something new."""
    PublicState.objects.select_for_update().get(pk=1)
    public = public_resources()
    rows = list(load(public.filter(pk__in=keys), others=public).order_by("pk"))
    known = {
        record.resource_id: record
        for record in PublicRecord.objects.filter(resource__in=keys).order_by("pk")
    }
    names = PublicRecord.objects.filter(
        resource=None, identifier__in=[row.identifier for row in rows]
    )
    freed = {record.identifier: record for record in names}
    fresh: list[PublicRecord] = []
    moved: list[tuple[PublicRecord, Notice]] = []
    same: list[PublicRecord] = []
    for row in rows:
        notice = notice_of(row)
        digest = digest_of(notice)
        record = known.get(row.pk) or freed.get(row.identifier)
        if record is None:
            record = PublicRecord(identifier=row.identifier)
            fresh.append(record)
        unchanged = record.digest == digest and not record.deleted
        record.resource, record.deleted, record.digest = row, False, digest
        record.source_updated_at = row.updated_at
        if unchanged:
            same.append(record)
        else:
            moved.append((record, notice))
    stamp = clock.now().replace(microsecond=0)
    for record, _notice in moved:
        record.datestamp = stamp
    PublicRecord.objects.bulk_create(fresh)
    changed = [record for record, _notice in moved]
    fields = ["resource", "deleted", "digest", "source_updated_at", "datestamp"]
    PublicRecord.objects.bulk_update([r for r in changed if r not in fresh], fields)
    PublicRecord.objects.bulk_update(same, ["source_updated_at"])
    PublicRecordSet.objects.filter(record__in=changed).delete()
    PublicRecordSet.objects.bulk_create(
        PublicRecordSet(record=record, spec=spec)
        for record, notice in moved
        for spec in sets_of(notice)
    )
    return len(moved)


@transaction.atomic
def _bury() -> int:
    """Note what is open no longer: the header stays, with the second it went."""
    PublicState.objects.select_for_update().get(pk=1)
    open_now = public_resources().order_by().filter(pk=OuterRef("resource"))
    gone = PublicRecord.objects.filter(Q(resource=None) | ~Exists(open_now), deleted=False)
    return gone.update(
        deleted=True,
        digest="",
        source_updated_at=None,
        datestamp=clock.now().replace(microsecond=0),
    )


def _part_with_names() -> int:
    """Bury the names of resources that now go by another; they get a new record with it."""
    renamed = PublicRecord.objects.filter(resource__isnull=False).exclude(
        resource__identifier=F("identifier")
    )
    return renamed.update(
        resource=None, deleted=True, digest="", datestamp=clock.now().replace(microsecond=0)
    )


def visible(records: list[PublicRecord]) -> dict[int, Resource]:
    """Return the resources of some records that are still open, with all their notice says."""
    public = public_resources()
    keys = [record.resource_id for record in records if not record.deleted]
    return {row.pk: row for row in load(public.filter(pk__in=keys), others=public)}


def still_open(records: list[PublicRecord]) -> set[int]:
    """Return the keys of the resources of some records that are still open."""
    keys = [record.resource_id for record in records if not record.deleted]
    return set(public_resources().order_by().filter(pk__in=keys).values_list("pk", flat=True))
