"""The editor's list taken out: short ones at once, long ones by a worker that says how far."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, journal, queueing
from core.accounts.models import User
from core.errors import RuleBroken
from core.exporting import File, Lists, Progress
from core.journal import Actor
from resources.catalogue import listing, telling
from resources.exchange.formats.files import FORMS, Form
from resources.exchange.models import CatalogueExport

#: Resources beyond which a worker writes the file.
AT_ONCE = 2_000
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


def _write(export: CatalogueExport, tell: Progress) -> File:
    form = FORMS[export.form]
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as f:
        for piece in form.write(rows_of(export.user, export.filters), tell):
            f.write(piece)
            if f.tell() > MAX_BYTES:
                raise RuleBroken("too_big", _("Cette liste est trop longue pour un fichier."))
        f.seek(0)
        data = f.read()
    return File(data, filename_of(form), form.content_type, {"bytes": len(data)})


def _tell(export: CatalogueExport) -> None:
    path = reverse("exchange:export_file", args=[export.public_id])
    telling.tell_interrupted(export.user, path, export.problem)


LISTS = Lists(
    CatalogueExport,
    kind="exchange.export",
    noun="catalogue_export",
    write=_write,
    instead=gettext_lazy("Refaites l’export, au besoin en plusieurs listes."),
    tell=_tell,
)
