"""One change to many resources: previewed cell by cell, applied whole or not at all, undone.

The preview is kept: for each resource the revision it was computed from, each cell's old and
new value, or why the resource is refused. What is applied is what was shown (its digest) and
only while every resource still is at the revision shown; a worker checks them in portions, so
that one sees it advance, then writes everything in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, queueing, states, tries
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from resources.catalogue import history, indexing, rules, telling
from resources.catalogue.history import Change, Snapshot
from resources.catalogue.models import BulkEdit, Resource, Term

#: More than this at once is a case for a table.
MAX_ROWS = 10_000
_PORTION = 200
_BATCH = 500
#: Facts that are added to and taken from; the others are set.
LISTS = ("levels", "domains", "keywords")
SETTABLE = ("state", "licence", "cost", "personal_data_level", "open_from", "open_to")
_KINDS = {"levels": "level", "domains": "domain", "licence": "licence"}

Line = dict[str, Any]

logger = logging.getLogger(__name__)


def changed(snapshot: Snapshot, operation: Mapping[str, Any]) -> Snapshot:
    """Return what a resource would state after an operation. Pure."""
    found = dict(snapshot)
    for name in LISTS:
        change = operation.get(name) or {}
        gone = set(change.get("remove") or [])
        kept = [value for value in found.get(name) or [] if value not in gone]
        kept += [value for value in change.get("add") or [] if value not in kept]
        if name == "levels":
            kept.sort(key=lambda code: rules.LEVELS.index(code) if code in rules.LEVELS else 99)
        found[name] = kept
    for name, value in (operation.get("set") or {}).items():
        found[name] = value or None if name in history.DATES else value
    return found


def refusal(old: Snapshot, new: Snapshot, *, free: bool = False) -> str:
    """Say why a resource cannot become what an operation makes of it, "" when it can.

    ``free``: undoing may bring back any state.
    """
    if old.get("replaced_by"):
        return _("Elle a été remplacée par une autre.")
    start, end = new.get("open_from"), new.get("open_to")
    if start and end and end < start:
        return _("Elle fermerait avant d’ouvrir.")
    moves = rules.move_table().get(old["state"], set())
    if new["state"] != old["state"] and new["state"] not in moves and not free:
        return _("Son état ne le permet pas.")
    if new["state"] == Resource.State.VALIDATED:
        missing = rules.missing_before_validation(
            title=new["title"],
            description=new["description"],
            levels=len(new["levels"]),
            domains=len(new["domains"]),
            licence=bool(new["licence"]),
        )
        if missing:
            words = ", ".join(str(history.LABELS[name]) for name in missing)
            return _("Validée, elle doit garder : %(missing)s.") % {"missing": words}
    return ""


def prepare(
    *, by: Actor, pks: Iterable[int], operation: Mapping[str, Any], comment: str
) -> BulkEdit:
    """Keep the preview of an operation on some resources; nothing else is written.

    Raises RuleBroken ``none`` (nothing chosen), ``many`` (too many at once), ``nothing``
    (nothing asked) or ``reason`` (withdrawing says why).
    """
    wanted = sorted(set(pks))
    if not wanted:
        raise RuleBroken("none", _("Choisissez au moins une ressource."))
    if len(wanted) > MAX_ROWS:
        raise RuleBroken("many", _("Pas plus de %(n)s ressources à la fois.") % {"n": MAX_ROWS})
    if not any(operation.get(name) for name in (*LISTS, "set")):
        raise RuleBroken("nothing", _("Choisissez au moins un changement."))
    withdraws = (operation.get("set") or {}).get("state") == Resource.State.WITHDRAWN
    if withdraws and not comment.strip():
        raise RuleBroken("reason", _("Dites pourquoi, en quelques mots."), "comment")
    lines, unchanged = _lines(wanted, lambda _pk, old: changed(old, operation))
    return _kept(by, lines, unchanged, dict(operation), comment)


def prepare_undo(*, by: Actor, edit: BulkEdit) -> BulkEdit:
    """Keep the preview of undoing an applied edit: a cell changed since is refused.

    Raises RuleBroken ``state`` for an edit that was not applied.
    """
    if edit.state != BulkEdit.State.APPLIED:
        raise RuleBroken("state", _("Cette modification n’a pas été enregistrée."))
    done = {line["id"]: line for line in edit.lines if not line["problem"]}

    def back(pk: int, old: Snapshot) -> Snapshot | str:
        found = dict(old)
        for name, (before, after) in done[pk]["changes"].items():
            if (old.get(name) or None) != (after or None):
                return _("« %(field)s » a changé depuis.") % {"field": history.LABELS[name]}
            found[name] = before
        return found

    lines, unchanged = _lines(sorted(done), back, free=True)
    return _kept(by, lines, unchanged, {"undo": str(edit.public_id)}, edit.comment, undo_of=edit)


def _lines(pks: list[int], change: Any, *, free: bool = False) -> tuple[list[Line], int]:
    lines: list[Line] = []
    unchanged = 0
    for start in range(0, len(pks), _BATCH):
        portion = pks[start : start + _BATCH]
        rows = dict(Resource.objects.filter(pk__in=portion).values_list("pk", "revision"))
        keys = dict(Resource.objects.filter(pk__in=portion).values_list("pk", "identifier"))
        for pk, old in history.snapshots(portion).items():
            new = change(pk, old)
            changes: list[Change] = []
            problem = new if isinstance(new, str) else ""
            if not problem:
                changes = history.differences(old, new)
                if not changes:
                    unchanged += 1
                    continue
                problem = refusal(old, new, free=free)
            lines.append(
                {
                    "id": pk,
                    "key": keys[pk],
                    "title": old["title"],
                    "base": rows[pk],
                    "changes": {found.name: [found.old, found.new] for found in changes},
                    "problem": problem,
                }
            )
    return lines, unchanged


def _kept(  # noqa: PLR0917
    by: Actor,
    lines: list[Line],
    unchanged: int,
    operation: dict[str, Any],
    comment: str,
    undo_of: BulkEdit | None = None,
) -> BulkEdit:
    accepted = [line for line in lines if not line["problem"]]
    cells = Counter(name for line in accepted for name in line["changes"])
    text = json.dumps([operation, comment, lines], sort_keys=True)
    return BulkEdit.objects.create(
        started_by=by.user,
        operation=operation,
        comment=comment.strip()[:300],
        lines=lines,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        total=len(accepted),
        counts={
            "change": len(accepted),
            "refused": len(lines) - len(accepted),
            "unchanged": unchanged,
            "cells": dict(cells),
        },
        undo_of=undo_of,
    )


@transaction.atomic
def start(*, by: Actor, edit: BulkEdit, digest: str) -> BulkEdit:
    """Have the preview that was shown applied by a worker.

    Raises RuleBroken ``changed`` for another digest, ``empty`` when it changes nothing and
    ``state`` when it has been dealt with. Starting twice starts once.
    """
    locked: BulkEdit = BulkEdit.objects.select_for_update().get(pk=edit.pk)
    if locked.digest != digest:
        raise RuleBroken("changed", _("Ce n’est pas l’aperçu que vous avez vu : relisez-le."))
    if locked.state == BulkEdit.State.APPLYING:
        return locked
    if locked.state != BulkEdit.State.DRAFT:
        raise RuleBroken("state", _("Cette modification a déjà été traitée."))
    if not locked.total:
        raise RuleBroken("empty", _("Aucune ressource ne changerait."))
    moved: BulkEdit = states.move(locked, BulkEdit.State.APPLYING, by=by, **tries.fresh())
    queueing.later("catalogue.apply_bulk", moved.pk)
    return moved


@transaction.atomic
def drop(*, by: Actor, edit: BulkEdit) -> BulkEdit:
    """Give a preview up."""
    dropped: BulkEdit = states.move(
        edit, BulkEdit.State.DROPPED, by=by, finished_at=clock.now(), lines=[], done=0, total=0
    )
    return dropped


def apply(edit_id: int, *, by: Actor) -> bool:
    """Apply a started edit; False when there is nothing to do or it could not be.

    Each portion that was checked shows in ``done``; the writing is one transaction.
    """
    edit = BulkEdit.objects.get(pk=edit_id)
    if edit.state != BulkEdit.State.APPLYING:
        return False
    accepted = [line for line in edit.lines if not line["problem"]]
    for begin in range(0, len(accepted), _PORTION):
        if _moved_on(accepted[begin : begin + _PORTION]):
            return _fail(edit, by=by)
        waiting = BulkEdit.objects.filter(pk=edit.pk, state=BulkEdit.State.APPLYING)
        waiting.update(done=min(begin + _PORTION, len(accepted)))
    try:
        written = _write_all(edit, accepted, by=by)
    except (LookupError, ValueError, DatabaseError) as fault:
        # A word taken out of a vocabulary meanwhile, a value the database refuses: trying
        # again would fail again.
        logger.exception("bulk edit %s could not be written", edit.pk)
        if isinstance(fault, OperationalError):
            raise
        return _fail(
            edit,
            by=by,
            problem=_("Le catalogue a refusé cette modification : rien n’a été écrit."),
        )
    if written is None:
        return False
    return written or _fail(edit, by=by)


@transaction.atomic
def give_up(edit_id: int, fault: BaseException | None) -> None:
    """End what the workers could not write: nothing of it is, and its owner is told."""
    rows = BulkEdit.objects.select_for_update(of=("self",)).select_related("started_by")
    edit = rows.get(pk=edit_id)
    if edit.state != BulkEdit.State.APPLYING:
        return
    with telling.language_of(edit.started_by):
        problem = tries.sentence(
            _("Rien n’a été écrit, cette modification n’a pas pu être enregistrée"),
            fault,
            tries.whom_to_call(),
        )
    _fail(edit, by=SYSTEM, problem=problem)
    path = reverse("catalogue:bulk", args=[edit.public_id])
    telling.tell_interrupted(edit.started_by, path, problem)


def _write_all(edit: BulkEdit, lines: list[Line], *, by: Actor) -> bool | None:
    """Write all or nothing; False when a resource has moved on, None when another did it."""
    author = Actor(user=edit.started_by, via=by.via)
    with transaction.atomic():
        locked = BulkEdit.objects.select_for_update().get(pk=edit.pk)
        if locked.state != BulkEdit.State.APPLYING:
            return None
        if not _write(locked, lines, by=author):
            transaction.set_rollback(True)
            return False
        states.move(locked, BulkEdit.State.APPLIED, by=by, finished_at=clock.now(), done=len(lines))
        indexing.changed()
    return True


def _moved_on(lines: list[Line]) -> bool:
    """Tell whether a resource is no longer at the revision that was shown."""
    keys = [line["id"] for line in lines]
    now = dict(Resource.objects.filter(pk__in=keys).values_list("pk", "revision"))
    return any(now.get(line["id"]) != line["base"] for line in lines)


def _fail(edit: BulkEdit, *, by: Actor, problem: str = "") -> bool:
    with transaction.atomic():
        locked = BulkEdit.objects.select_for_update().get(pk=edit.pk)
        if locked.state == BulkEdit.State.APPLYING:
            states.move(
                locked,
                BulkEdit.State.FAILED,
                by=by,
                done=0,
                problem=problem
                or _("Une ressource a changé depuis l’aperçu : rien n’a été écrit."),
            )
    return False


def _write(edit: BulkEdit, lines: list[Line], *, by: Actor) -> bool:
    """Write the cells of all lines in a few statements; False if a resource has moved on."""
    verb = "undo" if edit.undo_of_id else "bulk"
    with history.tracked(
        [line["id"] for line in lines], by=by, verb=verb, comment=edit.comment, bulk=edit
    ) as tracker:
        if _moved_on(lines):
            return False
        rows = Resource.objects.select_related("proposed_by").in_bulk(tracker.before)
        known = Term.objects.filter(vocabulary__in=_KINDS.values())
        terms = {(term.vocabulary, term.code): term for term in known}
        moved = []
        for line in lines:
            row = rows[line["id"]]
            before = row.state
            _fill(row, line["changes"], terms, by)
            if row.state != before:
                moved.append((row, before))
        touched = {name for line in lines for name in line["changes"]} - {"levels", "domains"}
        Resource.objects.bulk_update(
            rows.values(), [*sorted(touched), "proposed_by", "proposed_at", "updated_at"], _BATCH
        )
        for name in ("levels", "domains"):
            _link(name, lines, terms)
        indexing.note_texts(list(rows))
    for row, before in moved:
        row.revision = row.revision + 1
        journal.record(by, f"resource.{row.state}", row, reason=edit.comment, before=before)
        telling.tell_proposer(row, by=by, before=before, comment=edit.comment)
    return True


def _fill(
    row: Resource, changes: Mapping[str, Any], terms: Mapping[tuple[str, str], Term], by: Actor
) -> None:
    for name, (_old, new) in changes.items():
        if name in {"levels", "domains"}:
            continue
        value = new
        if name in history.DATES:
            value = dt.date.fromisoformat(new) if new else None
        elif name == "licence":
            value = terms[_KINDS[name], new] if new else None
        elif name == "keywords":
            value = new or []
        setattr(row, name, value)
        if name == "state" and new == Resource.State.PROPOSED:
            row.proposed_by, row.proposed_at = by.person, clock.now()
    row.updated_at = clock.now()


def _link(name: str, lines: list[Line], terms: Mapping[tuple[str, str], Term]) -> None:
    stated = [(line["id"], line["changes"][name][1]) for line in lines if name in line["changes"]]
    through = getattr(Resource, name).through
    through.objects.filter(resource__in=[pk for pk, _codes in stated]).delete()
    through.objects.bulk_create(
        (
            through(resource_id=pk, term=terms[_KINDS[name], code])
            for pk, codes in stated
            for code in codes or []
        ),
        2000,
    )
