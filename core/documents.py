"""Private files: kept outside every web root, opened only through a permission check.

A file is named on disk by random letters, in a link by a UUID; neither says whose it is.
The row is written in the caller's transaction; the file is on disk before, so that a row
never lacks its file. What a rolled-back transaction leaves is removed by the nightly sweep.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, uploads
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor

#: Tells whether a person may open a document that is not their own upload.
Reader = Callable[[User, "Document"], bool]
_readers: list[Reader] = []
#: Unattached files and rows are left alone for this long: a form may still be open.
GRACE = dt.timedelta(hours=48)
_PATH = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents by who may see them listed."""

    def visible_to(self, user: User) -> DocumentQuerySet:
        """Keep one's own uploads; wider reading is asked of the registered readers."""
        return self.filter(uploaded_by=user)


class Document(models.Model):
    """One private file. ``kind`` says what for (``registration.proof``), never whose."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=60, unique=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="document_not_empty"),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        """Return the address that opens the file, after a permission check."""
        return reverse("documents:open", args=[self.public_id])

    @property
    def file(self) -> Path:
        """Where the bytes are."""
        if not _PATH.fullmatch(self.path):
            raise ValueError("a document's path is made by store() only")
        return root() / self.path

    def read_bytes(self) -> bytes:
        """Return the content; raises RuleBroken ``file_lost`` if the disk lost it."""
        try:
            return self.file.read_bytes()
        except FileNotFoundError as error:
            raise RuleBroken(
                "file_lost", _("Ce fichier n’est plus disponible. Prévenez le service.")
            ) from error


def root() -> Path:
    """Return the folder of all private files."""
    return Path(settings.PRIVATE_ROOT) / "documents"


def register_document_reader(reader: Reader) -> None:
    """Widen who may open documents; call it from ``AppConfig.ready``."""
    if reader not in _readers:
        _readers.append(reader)


def can_open(user: User, document: Document) -> bool:
    """Tell whether a person may open a document: the uploader, or whom a reader lets in."""
    if not user.is_active:
        return False
    return document.uploaded_by_id == user.pk or any(reader(user, document) for reader in _readers)


def store(
    upload: UploadedFile[Any], *, by: Actor, kind: str, max_bytes: int = 10_000_000
) -> Document:
    """Keep an uploaded PDF, JPEG or PNG.

    Pictures are written anew without EXIF and shrunk. Raises RuleBroken, with a sentence
    for the person, when the file is empty, too big (``max_bytes``), of another type,
    damaged, locked, or of too many pages.
    """
    # One byte more than allowed is enough to know that it is too big.
    upload.seek(0)
    data = upload.read(max_bytes + 1)
    kept = uploads.clean(data, upload.name or "", max_bytes=max_bytes)
    return store_bytes(
        kept.data, by=by, kind=kind, filename=kept.filename, content_type=kept.content_type
    )


def store_bytes(data: bytes, *, by: Actor, kind: str, filename: str, content_type: str) -> Document:
    """Keep bytes that the service made itself (a certificate, an export), unchecked."""
    if not data:
        raise ValueError("an empty file is not worth keeping")
    path = _write(data)
    with transaction.atomic():
        document = Document.objects.create(
            kind=kind,
            filename=filename[:120],
            content_type=content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            path=path,
            uploaded_by=by.user,
        )
        journal.record(by, "document.store", document, kind=kind, size=len(data))
    return document


def _write(data: bytes) -> str:
    name = secrets.token_hex(16)
    relative = f"{name[:2]}/{name}"
    target = root() / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(target)
    return relative


def discard(document: Document, *, by: Actor) -> None:
    """Remove a document that nothing refers to any more, file included, after the commit."""
    file = document.file
    with transaction.atomic():
        journal.record(by, "document.discard", document, kind=document.kind)
        document.delete()
        transaction.on_commit(lambda: file.unlink(missing_ok=True))


def sweep_orphans() -> int:
    """Remove rows that no row refers to and files without a row, past their grace.

    Returns how many were removed. A model refers to a document by a foreign key.
    """
    before = clock.now() - GRACE
    removed = 0
    unused = Document.objects.filter(created_at__lt=before)
    for relation in Document._meta.related_objects:
        if relation.related_model is not None:
            field = relation.field.name
            users = relation.related_model._base_manager.filter(**{f"{field}__isnull": False})
            unused = unused.exclude(pk__in=users.values(field))
    for document in unused.iterator():
        try:
            discard(document, by=journal.SYSTEM)
        except ProtectedError:
            continue
        removed += 1
    known = set(Document.objects.values_list("path", flat=True))
    for file in root().glob("??/*"):
        written = dt.datetime.fromtimestamp(file.stat().st_mtime, tz=dt.UTC)
        if written < before and file.relative_to(root()).as_posix() not in known:
            file.unlink(missing_ok=True)
            removed += 1
    return removed
