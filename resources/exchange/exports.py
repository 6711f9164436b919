"""The editor's list taken out: short ones at once, long ones by a worker that says how far."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, document_life, documents, journal, queueing, states, tries
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from resources.catalogue import listing, telling
from resources.exchange.formats.files import FORMS, Form
from resources.exchange.models import CatalogueExport

#: Resources beyond which a worker writes the file.
AT_ONCE = 2_000
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
    tries.attempt(_to_make(), pk, _write, give_up)
    return str(CatalogueExport.objects.values_list("state", flat=True).get(pk=pk))


def _to_make() -> QuerySet[CatalogueExport]:
    return CatalogueExport.objects.filter(state__in=("waiting", "making"))


@transaction.atomic
def give_up(pk: int, fault: BaseException | None) -> None:
    """End a list that could not be written, and tell whoever asked for it."""
    export = CatalogueExport.objects.select_for_update(of=("self",)).get(pk=pk)
    if export.state not in ("waiting", "making"):
        return
    with translation.override(export.user.language):
        problem = tries.sentence(
            _("Cette liste n’a pas pu être écrite"),
            fault,
            f"{_('Refaites l’export, au besoin en plusieurs listes.')} {tries.whom_to_call()}",
        )
    states.move(export, CatalogueExport.State.FAILED, by=SYSTEM, problem=problem)
    path = reverse("exchange:export_file", args=[export.public_id])
    telling.tell_interrupted(export.user, path, problem)


def _write(pk: int) -> bool:
    CatalogueExport.objects.filter(pk=pk).update(state="making", moved_at=clock.now(), done=0)
    export = CatalogueExport.objects.select_related("user").get(pk=pk)
    form, mine = FORMS[export.form], CatalogueExport.objects.filter(pk=pk, state="making")

    def tell(done: int) -> None:
        now = clock.now()
        mine.update(done=min(done, export.total), moved_at=now, next_try_at=now + tries.LEASE)

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
    return bool(ready)


def sweep() -> int:
    """Take up lists whose worker was lost, and drop the files of yesterday's."""
    now = clock.now()
    count = sum(make(pk) == "ready" for pk in tries.due(_to_make()))
    return count + document_life.drop_files(CatalogueExport.objects.filter(asked_at__lt=now - KEEP))
