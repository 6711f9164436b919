"""A copy of all we hold on somebody: asked for, made by a worker, kept for seven days.

One copy at a time is in the making for a person. A worker takes it by one compare-and-set
update with a lease; if it dies, the sweep gives the copy to another once the lease is over.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import re
import zipfile
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, documents, journal, outbox, queueing
from core.accounts.models import User
from core.documents import Document
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.rights.models import DataExport
from core.rights.registry import Section, collectors

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=7)
LEASE = dt.timedelta(minutes=10)
MAX_ATTEMPTS = 3
#: The version of the JSON; docs/rules/my-data.md and ``schema.json`` describe it.
VERSION = 1
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Données tenues sur une personne",
    "type": "object",
    "required": ["version", "made_at", "person", "sections"],
    "properties": {
        "version": {"const": VERSION},
        "made_at": {"type": "string", "format": "date-time"},
        "person": {"type": "string", "description": "Identifiant opaque du compte"},
        "sections": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "title", "purpose", "kept", "entries", "documents"],
                "properties": {
                    "code": {"type": "string"},
                    "title": {"type": "string"},
                    "purpose": {"type": "string", "description": "À quoi cela sert"},
                    "kept": {"type": "string", "description": "Combien de temps c’est gardé"},
                    "entries": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["heading", "facts"],
                            "properties": {
                                "heading": {"type": "string"},
                                "facts": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["key", "label", "value"],
                                        "properties": {
                                            "key": {"type": "string"},
                                            "label": {"type": "string"},
                                            "value": {
                                                "type": [
                                                    "string",
                                                    "integer",
                                                    "boolean",
                                                    "array",
                                                    "null",
                                                ]
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                    "documents": {
                        "type": "array",
                        "items": {"type": "string", "description": "Chemin dans l’archive"},
                    },
                },
            },
        },
    },
}


def request_export(*, by: Actor, user: User) -> DataExport:
    """Ask for a copy; one that is being made already is returned instead of a second."""
    open_one = DataExport.objects.filter(user=user).open().first()
    if open_one is not None:
        return open_one
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user, steps_total=len(collectors()) + 1)
            journal.record(by, "data_export.ask", export)
            queueing.later("core.build_export", export.pk)
    except IntegrityError:
        # Asked twice at once: the other request's copy serves both.
        return DataExport.objects.filter(user=user).open().get()
    return export


def build(pk: int) -> bool:
    """Make a copy if it waits for that; tell whether it was made now."""
    at = clock.now()
    due = Q(state=DataExport.WAITING) | Q(state=DataExport.RUNNING, lease_until__lt=at)
    taken = DataExport.objects.filter(due, pk=pk, attempts__lt=MAX_ATTEMPTS).update(
        state=DataExport.RUNNING, lease_until=at + LEASE, attempts=F("attempts") + 1, steps_done=0
    )
    if not taken:
        return False
    export = DataExport.objects.select_related("user").get(pk=pk)
    mine = DataExport.objects.filter(pk=pk, state=DataExport.RUNNING, attempts=export.attempts)
    try:
        with translation.override(export.user.language):
            _make(export, mine)
    except Exception:
        logger.exception("export %s failed", pk)
        over = export.attempts >= MAX_ATTEMPTS
        mine.update(state=DataExport.FAILED if over else DataExport.WAITING, lease_until=at)
        return False
    return True


def _make(export: DataExport, mine: Any) -> None:
    user, sections = export.user, []
    for step, collector in enumerate(collectors(), 1):
        sections += [s for s in collector.collect(user) if s.entries or s.documents]
        mine.update(steps_done=step, lease_until=clock.now() + LEASE)
    data = archive(user, sorted(sections, key=lambda section: (section.order, section.code)))
    with transaction.atomic():
        at = clock.now()
        document = documents.store_bytes(
            data,
            by=SYSTEM,
            kind="core.data_export",
            filename=f"mes-donnees-{at:%Y-%m-%d}.zip",
            content_type="application/zip",
        )
        done = mine.update(
            state=DataExport.READY,
            document=document,
            ready_at=at,
            expires_at=at + KEPT,
            steps_done=F("steps_total"),
        )
        if not done:
            raise LeaseLost
        journal.record(SYSTEM, "data_export.make", export, size=len(data))
        outbox.queue(
            kind="rights_export_ready",
            to=user,
            context={"until": clock.service_day(at + KEPT), "path": reverse("rights:home")},
            dedupe_key=f"export:{export.pk}",
        )


class LeaseLost(Exception):
    """Another worker took the copy over; this one's is thrown away."""


def archive(user: User, sections: list[Section]) -> bytes:
    """Return a ZIP: the data as JSON, its schema, how to read it, and every document once."""
    out = io.BytesIO()
    names: dict[int, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for section in sections:
            for document in section.documents:
                if document.pk not in names:
                    names[document.pk] = _add(bundle, document, len(names) + 1)
        told = {
            "version": VERSION,
            "made_at": clock.now().isoformat(),
            "person": str(user.public_id),
            "sections": [_plain(section, names) for section in sections],
        }
        bundle.writestr("donnees.json", json.dumps(told, ensure_ascii=False, indent=1))
        bundle.writestr("schema.json", json.dumps(SCHEMA, ensure_ascii=False, indent=1))
        bundle.writestr("LISEZMOI.txt", _readme())
    return out.getvalue()


def _add(bundle: zipfile.ZipFile, document: Document, number: int) -> str:
    safe = re.sub(r"[^\w.\- ]", "_", document.filename)
    name = f"documents/{number:03d}-{safe}"
    try:
        bundle.writestr(name, document.read_bytes())
    except RuleBroken:
        name = f"documents/{number:03d}-{safe}.manquant.txt"
        bundle.writestr(name, _("Ce fichier n’est plus disponible. Prévenez le service."))
    return name


def _plain(section: Section, names: dict[int, str]) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": str(section.title),
        "purpose": str(section.purpose),
        "kept": str(section.kept),
        "entries": [
            {
                "heading": entry.heading,
                "facts": [
                    {"key": fact.key, "label": str(fact.label), "value": fact.plain}
                    for fact in entry.facts
                ],
            }
            for entry in section.entries
        ],
        "documents": [names[document.pk] for document in section.documents],
    }


def _readme() -> str:
    return _(
        "Voici tout ce que la ville de %(city)s garde sur vous dans %(service)s.\n\n"
        "donnees.json : les données, rangées par sujet, avec leur usage et leur durée.\n"
        "schema.json : la description de ce fichier, pour qui veut le relire avec un "
        "programme.\n"
        "documents : vos documents, tels que vous les avez envoyés.\n\n"
        "La page « Mes données » du portail montre la même chose, à lire : %(url)s\n"
    ) % {
        "city": settings.CITY_NAME,
        "service": settings.SERVICE_NAME,
        "url": settings.PUBLIC_URL + reverse("rights:home"),
    }


def sweep() -> int:
    """Make the copies that a lost task or a dead worker left behind."""
    at = clock.now()
    due = Q(state=DataExport.WAITING) | Q(state=DataExport.RUNNING, lease_until__lt=at)
    DataExport.objects.filter(due, attempts__gte=MAX_ATTEMPTS).update(state=DataExport.FAILED)
    left = DataExport.objects.filter(due).order_by("requested_at", "pk")
    return sum(build(pk) for pk in list(left.values_list("pk", flat=True)[:50]))
