"""The editor's list taken out: short ones at once, long ones by a worker that says how far."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, documents, journal, queueing
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from resources.catalogue import listing
from resources.exchange.formats.files import FORMS, Form
from resources.exchange.models import CatalogueExport

logger = logging.getLogger(__name__)
#: Resources beyond which a worker writes the file.
AT_ONCE = 2_000
#: An export on which nothing moved for this long has lost its worker.
STALLED = dt.timedelta(minutes=10)
#: How long the file is kept.
KEEP = dt.timedelta(days=1)
#: The largest file that is kept.
MAX_BYTES = 500_000_000
_IN_MEMORY = 8_000_000


def rows_of(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Return the resources of a list, by identifier."""
    return listing.listed(user, filters).order_by("identifier")


def filename_of(form: Form) -> str:
    """Return the name of today's file."""
    return f"catalogue-{clock.today():%Y-%m-%d}.{form.suffix}"


@transaction.atomic
def ask(*, by: Actor, form: Form, filters: Mapping[str, str], total: int) -> CatalogueExport:
    """Have a worker write a long list."""
    if by.user is None:
        raise RuleBroken("nobody", _("Cette liste n’a pas de destinataire."))
    export = CatalogueExport.objects.create(
        user=by.user, form=form.code, filters=dict(filters), total=total
    )
    journal.record(by, "catalogue_export.ask", export, form=form.code, resources=total)
    queueing.later("exchange.make_export", export.pk)
    return export


def make(pk: int) -> str:
    """Write one list, if nobody else is at it; return its state. Safe to repeat."""
    now = clock.now()
    free = Q(state="waiting") | Q(state="making", moved_at__lt=now - STALLED)
    claimed = CatalogueExport.objects.filter(free, pk=pk).update(
        state="making", moved_at=now, done=0
    )
    export = CatalogueExport.objects.select_related("user").get(pk=pk)
    if not claimed:
        return str(export.state)
    form, mine = FORMS[export.form], CatalogueExport.objects.filter(pk=pk, state="making")

    def tell(done: int) -> None:
        mine.update(done=min(done, export.total), moved_at=clock.now())

    with translation.override(export.user.language), tempfile.SpooledTemporaryFile(_IN_MEMORY) as f:
        for piece in form.write(rows_of(export.user, export.filters), tell):
            f.write(piece)
            if f.tell() > MAX_BYTES:
                raise RuleBroken("too_big", _("Cette liste est trop longue pour un fichier."))
        f.seek(0)
        data = f.read()
    with transaction.atomic():
        document = documents.store_bytes(
            data,
            by=Actor(export.user),
            kind="exchange.export",
            filename=filename_of(form),
            content_type=form.content_type,
        )
        ready = mine.update(
            state="ready", done=export.total, document=document, moved_at=clock.now()
        )
        if not ready:
            documents.discard(document, by=SYSTEM)
        else:
            journal.record(SYSTEM, "catalogue_export.ready", export, bytes=len(data))
    return "ready"


def sweep() -> int:
    """Take up lists whose worker was lost, for a day, and drop the files of yesterday's."""
    now = clock.now()
    lost = CatalogueExport.objects.filter(
        Q(state="waiting", asked_at__lt=now - STALLED)
        | Q(state="making", moved_at__lt=now - STALLED),
        asked_at__gte=now - KEEP,
    )
    count = 0
    for pk in list(lost.order_by("pk").values_list("pk", flat=True)):
        try:
            make(pk)
        except Exception:  # one list that cannot be written does not keep the others waiting
            logger.exception("catalogue export %s failed", pk)
            continue
        count += 1
    old = CatalogueExport.objects.filter(asked_at__lt=now - KEEP, document__isnull=False)
    for export in old.select_related("document").order_by("pk"):
        document = export.document
        if document is not None:
            with transaction.atomic():
                CatalogueExport.objects.filter(pk=export.pk).update(document=None)
                documents.discard(document, by=SYSTEM)
            count += 1
    return count
