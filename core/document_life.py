"""What becomes of private files: held, looked at, released, deleted, swept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from core import antivirus, clock, documents, journal, outbox
from core.document_kinds import replace_everywhere, uses_of
from core.documents import Document, Scan, discard
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor

#: Unattached files and rows are left alone for this long: a form may still be open.
GRACE = dt.timedelta(hours=48)


def release(document: Document, *, by: Actor) -> bool:
    """Say that a request no longer uses a document; it goes unless its owner keeps it.

    Tells whether it went. Another request that uses it keeps it too.
    """
    if document.kept_until is not None and document.kept_until >= clock.today():
        return False
    if is_referenced(document):
        return False
    discard(document, by=by)
    return True


def forget(document: Document, *, by: Actor) -> None:
    """Delete a document of one's own; raises RuleBroken ``needed`` while a request needs it."""
    with transaction.atomic():
        found = Document.objects.select_for_update(of=("self",)).filter(pk=document.pk).first()
        if found is None:
            return
        if any(use.needed for use in uses_of([found]).get(found.pk, [])):
            raise _needed()
        try:
            discard(found, by=by)
        except ProtectedError as error:
            raise _needed() from error


def supersede(*, by: Actor, old: Document, new: Document) -> None:
    """Let a new document serve where the old one does, where that is still open.

    The old one goes unless a closed request still refers to it; then it is no longer kept.
    """
    with transaction.atomic():
        keys = sorted([old.pk, new.pk])
        locked = Document.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        found = {row.pk: row for row in locked.order_by("pk")}
        if old.pk not in found:
            return
        replace_everywhere(by, old, new)
        journal.record(by, "document.replace", old, new=new.pk)
        if is_referenced(old):
            Document.objects.filter(pk=old.pk).update(kept_until=None)
        else:
            discard(old, by=by)


def _needed() -> RuleBroken:
    return RuleBroken(
        "needed", _("Une demande en cours a besoin de ce document : remplacez-le plutôt.")
    )


def _references() -> list[tuple[type[models.Model], str]]:
    """Return the models that refer to documents, with the field that does."""
    # Hidden ones too: most relations to documents have no name of their own on this side.
    return [
        (relation.related_model, relation.field.name)
        for relation in Document._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel)
        and not isinstance(relation.related_model, str)
    ]


def is_referenced(document: Document) -> bool:
    """Tell whether any row refers to a document."""
    return any(
        model._base_manager.filter(**{field: document}).exists() for model, field in _references()
    )


def drop_files(rows: QuerySet[Any]) -> int:
    """Discard what the ``document`` of rows holds: the row stays. Returns how many went."""
    count = 0
    for row in rows.filter(document__isnull=False).select_related("document").order_by("pk"):
        with transaction.atomic():
            document = row.document
            rows.model._base_manager.filter(pk=row.pk).update(document=None)
            discard(document, by=SYSTEM)
        count += 1
    return count


def sweep_held(limit: int = 200) -> int:
    """Have held files looked at; return how many got a verdict. Stops when clamd is silent."""
    done = 0
    waiting = Document.objects.filter(scan=Scan.WAITING).order_by("created_at", "pk")
    for document in waiting[:limit] if antivirus.is_on() else []:
        try:
            verdict = antivirus.scan(document.read_bytes())
        except antivirus.ScannerDown:
            break
        except RuleBroken:
            continue
        settle(document, verdict)
        done += 1
    return done


def settle(document: Document, verdict: antivirus.Verdict) -> bool:
    """Note a verdict on a held file, once; an infected one's bytes go and its owner is told."""
    with transaction.atomic():
        mine = Document.objects.filter(pk=document.pk, scan=Scan.WAITING)
        new = Scan.INFECTED if verdict.infected else Scan.CLEAN
        if not mine.update(scan=new):
            return False
        document.scan = new
        if verdict.infected:
            journal.record(
                journal.SYSTEM, "document.infected", document, signature=verdict.signature
            )
            if document.owner is not None:
                outbox.queue(
                    kind="document_infected",
                    to=document.owner,
                    dedupe_key=f"document_infected-{document.pk}",
                )
            file = document.file
            transaction.on_commit(lambda: file.unlink(missing_ok=True))
    return True


def sweep_orphans() -> int:
    """Remove rows that no row refers to and files without a row, past their grace.

    Returns how many were removed. A model refers to a document by a foreign key.
    """
    before = clock.now() - GRACE
    removed = 0
    unused = Document.objects.filter(created_at__lt=before).exclude(kept_until__gte=clock.today())
    for model, field in _references():
        users = model._base_manager.filter(**{f"{field}__isnull": False})
        unused = unused.exclude(pk__in=users.values(field))
    for document in unused.iterator():
        try:
            discard(document, by=journal.SYSTEM)
        except ProtectedError:
            continue
        removed += 1
    known = set(Document.objects.values_list("path", flat=True))
    for file in documents.root().glob("??/*"):
        written = dt.datetime.fromtimestamp(file.stat().st_mtime, tz=dt.UTC)
        if written < before and file.relative_to(documents.root()).as_posix() not in known:
            file.unlink(missing_ok=True)
            removed += 1
    return removed
