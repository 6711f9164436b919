"""Private files: kept outside every web root, opened only through a permission check.

A file is named on disk by random letters, in a link by a UUID; neither says whose it is.
The row is written in the caller's transaction; the file is on disk before, so that a row
never lacks its file. What a rolled-back transaction leaves is removed by the nightly sweep.
Where an antivirus is configured, nobody opens what it has not looked at.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import antivirus, clock, journal, uploads
from core.accounts.models import User
from core.acting import may_open_document
from core.document_kinds import kind_of, office_kinds
from core.errors import RuleBroken
from core.journal import Actor

logger = logging.getLogger(__name__)

#: Tells whether a person may open a document that is not their own upload.
Reader = Callable[[User, "Document"], bool]
_readers: list[Reader] = []
_PATH = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


def about_child(pk: int) -> str:
    """Return what ``about`` holds for a document about one child, by the row's number."""
    return f"child:{pk}"


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents by who may see them listed."""

    def visible_to(self, user: User) -> DocumentQuerySet:
        """Keep one's own uploads; wider reading is asked of the registered readers."""
        return self.filter(Q(owner=user) | Q(owner__isnull=True, uploaded_by=user))

    def owned_by(self, user: User) -> DocumentQuerySet:
        """Keep one's own papers, not those of the office that one brought."""
        return self.filter(owner=user).exclude(kind__in=office_kinds())

    def kept_by(self, user: User) -> DocumentQuerySet:
        """What somebody keeps among their documents, to serve again."""
        return self.filter(
            owner=user, kept_until__isnull=False, scan__in=[Scan.OFF, Scan.WAITING, Scan.CLEAN]
        )

    def serving(self, kind: str, about: str = "") -> DocumentQuerySet:
        """Keep what may serve a request of this kind today; ``about`` names a child's."""
        day = clock.today()
        return self.filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=day),
            kind=kind,
            about=about,
            kept_until__gte=day,
        ).order_by("-created_at", "-pk")


class Scan(models.TextChoices):
    """What the antivirus says of a file."""

    OFF = "off", _lazy("non examiné")
    WAITING = "waiting", _lazy("en cours de vérification")
    CLEAN = "clean", _lazy("vérifié")
    INFECTED = "infected", _lazy("refusé : virus")


class Document(models.Model):
    """One private file. ``kind`` says what for (``proof.domicile``), never whose.

    ``owner`` is the person whose paper it is: an agent at a desk uploads for somebody.
    ``about`` is the key of the child it is about, empty when it serves all. ``expires_on``
    is the last day on which it convinces, ``kept_until`` the last on which it stays although
    nothing needs it. An infected file's bytes are gone.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=60, unique=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="kept_documents",
    )
    about = models.CharField(max_length=40, blank=True)
    pages = models.PositiveSmallIntegerField(default=1)
    expires_on = models.DateField(null=True, blank=True)
    kept_until = models.DateField(null=True, blank=True)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.OFF)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(scan="waiting"), name="doc_held_idx"),
            models.Index(fields=["owner", "kind"], name="doc_owner_kind_idx"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
            models.CheckConstraint(condition=Q(pages__gt=0), name="document_has_pages"),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        """Return the address that opens the file, after a permission check."""
        return reverse("documents:open", args=[self.public_id])

    @property
    def is_held(self) -> bool:
        """True while the antivirus has not answered: nobody opens it."""
        return self.scan == Scan.WAITING

    @property
    def is_infected(self) -> bool:
        """True once a virus was found: its bytes are gone."""
        return self.scan == Scan.INFECTED

    @property
    def is_expired(self) -> bool:
        """True when it is older than what convinces an agent; blocks nothing."""
        return self.expires_on is not None and self.expires_on < clock.today()

    @property
    def kind_label(self) -> str:
        """What it is, in the reader's language."""
        return str(kind_of(self.kind).label)

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
    """Tell whether a person may open a document: its owner, or whom a reader lets in.

    An agent who uploads for somebody keeps no way to it: the owner is that person. Nor does
    one who brought a paper of the office (``Kind.of_office``), but by the post of the day.
    """
    if not user.is_active or not may_open_document(user, document.kind):
        return False
    office = kind_of(document.kind).of_office
    mine = not office and user.pk == (document.owner_id or document.uploaded_by_id)
    return mine or any(reader(user, document) for reader in _readers)


def store(
    upload: UploadedFile[Any] | Sequence[UploadedFile[Any]],
    *,
    by: Actor,
    kind: str,
    max_bytes: int | None = None,
    about: str = "",
) -> Document:
    """Keep an uploaded PDF or picture, or several pages as one PDF in their order.

    Pictures are written anew without EXIF and shrunk; HEIC becomes JPEG. The limits are
    those of the kind. Raises RuleBroken, with a sentence for the person, when a file is
    empty, too big, of another type than it says, damaged, locked, infected, or of too many
    pages. Call it outside a transaction: an infection is journalled, then refused.
    """
    limits = kind_of(kind)
    allowed = max_bytes or limits.max_bytes
    sent = list(upload) if isinstance(upload, Sequence) else [upload]
    files = []
    for one in sent[: uploads.MAX_FILES + 1]:
        one.seek(0)
        # One byte more than allowed is enough to know that it is too big.
        files.append((one.read(allowed + 1), one.name or ""))
    verdict = _examine([data for data, _name in files], by=by, kind=kind)
    kept = uploads.join(files, max_bytes=allowed, max_pages=limits.max_pages)
    return store_bytes(
        kept.data,
        by=by,
        kind=kind,
        filename=kept.filename,
        content_type=kept.content_type,
        about=about,
        pages=kept.pages,
        scan=verdict,
    )


def _examine(files: Sequence[bytes], *, by: Actor, kind: str) -> str:
    """Have what was sent looked at, before anything of ours opens it."""
    if not antivirus.is_on():
        return Scan.OFF
    for data in files:
        try:
            verdict = antivirus.scan(data)
        except antivirus.ScannerDown:
            return Scan.WAITING
        if verdict.infected:
            logger.warning("infected upload refused: %s", verdict.signature)
            if by.user is not None:
                journal.record(
                    by, "document.infected", by.user, kind=kind, signature=verdict.signature
                )
            raise RuleBroken(
                "file_infected",
                _("Ce fichier contient un virus : il n’est pas accepté. Vérifiez votre appareil."),
                "file",
            )
    return Scan.CLEAN


def store_bytes(
    data: bytes,
    *,
    by: Actor,
    kind: str,
    filename: str,
    content_type: str,
    about: str = "",
    pages: int = 1,
    scan: str = Scan.OFF,
) -> Document:
    """Keep bytes that the service made itself (a certificate, an export), unchecked."""
    if not data:
        raise ValueError("an empty file is not worth keeping")
    path = _write(data)
    rules, day = kind_of(kind), clock.today()
    with transaction.atomic():
        document = Document.objects.create(
            kind=kind,
            filename=filename[:120],
            content_type=content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            path=path,
            uploaded_by=by.user,
            owner=by.person,
            about=about,
            pages=pages,
            expires_on=rules.expires_on(day),
            kept_until=rules.kept_until(day),
            scan=scan,
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
