"""The editors' share of the demo: proposals that wait, versions, a bulk edit, doubles, pictures."""

from __future__ import annotations

import datetime as dt
import io

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, states
from core.accounts.models import User
from core.journal import SYSTEM, Actor
from core.seeding import SeedContext
from resources.catalogue import bulk, covers, duplicates, history
from resources.catalogue.models import BulkEdit, DuplicatePair, Resource, Revision

#: Pictures drawn for a few resources: sky, sea or ground, and what stands out, as colours.
_PICTURES = (
    ("#f6c667", "#2f86bd", "#b3341f", "Un soleil rouge se couche sur la mer."),
    ("#cfe6f3", "#7fb08f", "#ffc93c", "Un soleil jaune se lève sur une prairie."),
    ("#0f2f4a", "#1c4a6e", "#fffdf8", "Une lune blanche au-dessus d’une mer de nuit."),
)


def seed(ctx: SeedContext, resources: list[Resource]) -> None:
    """Write it; without an editor among the demo's people, only the queue of proposals."""
    _proposals(ctx, [row for row in resources if row.state == Resource.State.PROPOSED])
    editor = ctx.people.get("catalogue_editor")
    if editor is None:
        return
    by = Actor(user=editor, via="task")
    shown = [row for row in resources if row.state == Resource.State.VALIDATED]
    _versions(ctx, editor, shown[40:44])
    _bulk_edit(ctx, by, [row for row in shown if row.cost == Resource.Cost.PAID][:12])
    for row, (sky, ground, disc, alt) in zip(shown[3:90:29], _PICTURES, strict=False):
        upload = SimpleUploadedFile("image.png", _drawn(sky, ground, disc), "image/png")
        covers.send_own(by=by, resource=row, upload=upload, alt=alt)
    duplicates.scan()
    doubt = DuplicatePair.objects.order_by("score", "pk").first()
    if doubt is not None:
        duplicates.keep_apart(by=by, pair=doubt)


def _proposals(ctx: SeedContext, waiting: list[Resource]) -> None:
    people = [ctx.people[name] for name in ("teacher", "head_teacher") if name in ctx.people]
    for number, row in enumerate(waiting):
        row.proposed_at = clock.at(ctx.today, 10) - dt.timedelta(days=2 + 3 * number % 40)
        row.proposed_by = people[number % 2] if people and number < 5 else None
    Resource.objects.bulk_update(waiting, ["proposed_at", "proposed_by"], batch_size=500)


def _versions(ctx: SeedContext, editor: User, rows: list[Resource]) -> None:
    """Give a few resources a past: a shorter description, then a level more."""
    facts = history.snapshots(row.pk for row in rows)
    revisions = []
    for row in rows:
        now = facts[row.pk]
        first = {
            **now,
            "description": now["description"].split(". ")[0] + ".",
            "levels": now["levels"][:1],
        }
        second = {**first, "description": now["description"]}
        steps = (
            (first, Revision.Verb.BASELINE, None, 70, ""),
            (second, Revision.Verb.EDIT, editor, 45, "Description complétée avec l’éditeur"),
            (now, Revision.Verb.EDIT, editor, 12, ""),
        )
        for number, (snapshot, verb, by, days, comment) in enumerate(steps, start=1):
            revisions.append(
                Revision(
                    resource=row,
                    number=number,
                    at=clock.at(ctx.today, 11) - dt.timedelta(days=days),
                    by=by,
                    verb=verb,
                    comment=comment,
                    snapshot=snapshot,
                )
            )
        row.revision = len(steps)
    Revision.objects.bulk_create(revisions)
    Resource.objects.bulk_update(rows, ["revision"])


def _bulk_edit(ctx: SeedContext, by: Actor, rows: list[Resource]) -> None:
    if not rows:
        return
    ends = dt.date(clock.school_year_of(ctx.today) + 1, 8, 31)
    edit = bulk.prepare(
        by=by,
        pks=[row.pk for row in rows],
        operation={"keywords": {"add": ["abonnement"]}, "set": {"open_to": ends.isoformat()}},
        comment="Marché renouvelé jusqu’à l’été",
    )
    states.move(edit, BulkEdit.State.APPLYING, by=by)
    bulk.apply(edit.pk, by=SYSTEM)


def _drawn(sky: str, ground: str, disc: str) -> bytes:
    """Return a small landscape as PNG."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (640, 480), sky)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((240, 90, 400, 250), fill=disc)
    pen.polygon([(0, 300), (160, 250), (320, 310), (500, 240), (640, 290), (640, 480), (0, 480)],
                fill=ground)  # fmt: skip
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
