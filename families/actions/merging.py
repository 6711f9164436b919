"""An agent makes two files of one person one; for thirty days that can be taken back.

Locking: accounts, then the two rows, then their households, each in id order, and not against
foreign keys (``no_key``): those are checked at commit here, by pages that hold one of these
locks already, and the two would wait for each other. So a page under way may still write for
the file just merged; ``settle`` brings that over, minutes later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.documents import Document, about_child
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import become_guardian, person_of
from families.actions.merge_words import tell_merged
from families.merging.own_people import two_people
from families.merging.plan import Line, lines_between
from families.merging.record import Record, seal
from families.merging.relations import relations_to
from families.models import Child, DuplicatePair, Guardian, Household, Merge

#: How long a merge can be undone.
UNDO_FOR = dt.timedelta(days=30)
#: Columns that a merge never chooses between.
_FIXED = {"id", "reference", "created_at", "merged_into"}

Person = Guardian | Child


def kind_of(person: Person) -> str:
    """Return ``guardian`` or ``child``."""
    return "guardian" if isinstance(person, Guardian) else "child"


def choice_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns for which somebody chooses whose value stays."""
    return [f for f in model._meta.concrete_fields if f.name not in _FIXED]


def differing(kept: Person, merged: Person) -> list[models.Field[Any, Any]]:
    """Return the columns that differ, among which an agent chooses.

    An account or an e-mail address that only one file has needs no choice: it stays.
    """
    found = []
    for field in choice_fields(type(kept)):
        mine, theirs = field.value_from_object(kept), field.value_from_object(merged)
        if mine == theirs or (field.name == "user" and None in (mine, theirs)):
            continue
        found.append(field)
    return found


def default_choices(kept: Person, merged: Person) -> dict[str, str]:
    """Return what stays unless somebody says otherwise: what is said, before what is not."""
    return {
        f.name: "kept" if f.value_from_object(kept) not in (None, "") else "merged"
        for f in differing(kept, merged)
    }


def plan_of(kept: Person, merged: Person) -> list[Line]:
    """Return what merging would do to every row that names either file."""
    return lines_between(type(kept), merged.pk, kept.pk)


def fingerprint(kept: Person, merged: Person, lines: Sequence[Line]) -> str:
    """Return a digest of what a preview showed: it changes as soon as anything would."""
    shown = [
        [line.relation.name, line.moving, line.staying, line.ending, line.absorbed, line.refused]
        for line in lines
    ]
    fields = [
        [str(f.value_from_object(row)) for f in choice_fields(type(row))] for row in (kept, merged)
    ]
    text = json.dumps([type(kept).__name__, kept.pk, merged.pk, shown, fields])
    return hashlib.sha256(text.encode()).hexdigest()


def _locked(kept: Person, merged: Person) -> tuple[Any, Any]:
    """Lock both rows, and what hangs together with them, in the one order everybody takes."""
    model = type(kept)
    if model is not type(merged) or kept.pk == merged.pk:
        raise RuleBroken("same", _("Choisissez deux dossiers différents."))
    keys = sorted([kept.pk, merged.pk])
    if model is Guardian:
        users = Guardian.objects.filter(pk__in=keys, user__isnull=False).values("user")
        list(User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk"))
    locked: Any = (
        model._base_manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    )
    rows: dict[int, Any] = {row.pk: row for row in locked}
    if len(rows) != 2 or any(row.merged_into_id for row in rows.values()):
        raise RuleBroken(
            "state", _("L’un de ces dossiers vient d’être fusionné. Rechargez la page.")
        )
    if model is Guardian:
        homes = {row.household_id for row in rows.values()}
        list(Household.objects.select_for_update(no_key=True).filter(pk__in=homes).order_by("pk"))
    return rows[kept.pk], rows[merged.pk]


@transaction.atomic
def merge(
    *,
    by: Actor,
    kept: Person,
    merged: Person,
    choices: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> Merge:
    """Bring everything of ``merged`` over to ``kept``.

    ``choices`` says, by column, whose value stays (``kept`` or ``merged``); ``seen`` is the
    fingerprint of the preview that was shown. Raises RuleBroken ``state`` when either file was
    merged meanwhile, ``two_people`` when both answer for one child under different names,
    ``changed`` when the preview no longer tells the truth, ``clash`` when
    both files hold what one person cannot.
    """
    agent = person_of(by)
    kept, merged = _locked(kept, merged)
    if why := two_people(kept, merged):
        raise RuleBroken("two_people", why)
    lines = plan_of(kept, merged)
    if seen is not None and seen != fingerprint(kept, merged, lines):
        raise RuleBroken(
            "changed", _("Ces dossiers ont changé depuis l’aperçu. Relisez-le avant de fusionner.")
        )
    refuse_clashes(lines)
    record = Record()
    chosen = {**default_choices(kept, merged), **(choices or {})}
    dropped: User | None = None
    apply_lines(record, lines, kept.pk)
    if isinstance(kept, Guardian) and isinstance(merged, Guardian):
        dropped = _join_accounts(record, kept, merged, chosen)
        _join_households(record, kept, merged, chosen)
    if isinstance(kept, Child):
        for paper in Document.objects.filter(about=about_child(merged.pk)).order_by("pk"):
            record.change(paper, about=about_child(kept.pk))
    values = {
        f.attname: f.value_from_object(merged)
        for f in differing(kept, merged)
        if f.name not in ("user", "household") and chosen.get(f.name) == "merged"
    }
    if values:
        record.change(kept, **values)
    record.change(merged, merged_into_id=kept.pk)
    _remember(record, kept)
    now = clock.now()
    names: dict[str, Any] = {f"kept_{kind_of(kept)}": kept, f"merged_{kind_of(kept)}": merged}
    done: Merge = Merge.objects.create(
        **names,
        done_by=agent,
        done_at=now,
        undo_until=now + UNDO_FOR,
    )
    store(done, record)
    _close_pairs(by, kept, merged)
    journal.record(by, f"{done.kind}.merge", kept, merged=merged.pk, merge=done.pk)
    journal.record(by, f"{done.kind}.merged", merged, kept=kept.pk, merge=done.pk)
    tell_merged(done, dropped=dropped)
    return done


def refuse_clashes(lines: Sequence[Line]) -> None:
    """Raise RuleBroken ``clash``, with what to do first, if both files hold what one cannot."""
    for line in lines:
        if line.refused:
            raise RuleBroken("clash", str(line.rule.refusal))


def apply_lines(record: Record, lines: Sequence[Line], kept: int) -> None:
    """Move, end and absorb, as planned."""
    for line in lines:
        model, name = line.relation.model, line.relation.field.name
        manager = model._base_manager
        for row in manager.filter(pk__in=line.ending).order_by("pk"):
            begun: dt.date = row.starts_on  # type: ignore[attr-defined]
            record.change(row, ends_on=max(clock.today(), begun))
        for key, twin_key in line.absorbed:
            row, twin = manager.get(pk=key), manager.get(pk=twin_key)
            if line.rule.absorb is not None:
                record.change(twin, **line.rule.absorb(twin, row))
            record.remove(row)
        if left := [*line.ending, *line.staying]:
            record.left.setdefault(line.relation.name, []).extend(left)
        record.move(model, name, line.moving, kept)


def _join_accounts(
    record: Record, kept: Guardian, merged: Guardian, chosen: Mapping[str, str]
) -> User | None:
    """Leave the person one account; return the one that is closed, if there were two."""
    if merged.user_id is None:
        return None
    other: User = User.objects.get(pk=merged.user_id)
    record.change(merged, user_id=None)
    if kept.user_id is None:
        record.change(kept, user_id=other.pk)
        become_guardian(other)
        return None
    mine: User = User.objects.get(pk=kept.user_id)
    stays, goes = (other, mine) if chosen.get("user") == "merged" else (mine, other)
    if stays is other:
        record.change(kept, user_id=other.pk)
    for post in Post.objects.current().filter(user=goes, role=Role.GUARDIAN).order_by("pk"):
        record.change(post, ends_on=max(clock.today(), post.starts_on))
    goes.__dict__.pop("current_posts", None)
    if not Post.objects.current().filter(user=goes).exists():
        record.change(goes, is_active=False)
        # Nobody could open the papers of a closed account any more.
        papers = Document.objects.filter(owner=goes).order_by("pk").values_list("pk", flat=True)
        record.move(Document, "owner", list(papers), stays.pk, goes.pk)
    return goes


def _join_households(
    record: Record, kept: Guardian, merged: Guardian, chosen: Mapping[str, str]
) -> None:
    """Live at the chosen address; a household left with nobody is merged into it."""
    if kept.household_id == merged.household_id:
        return
    stays, goes = kept.household_id, merged.household_id
    if chosen.get("household") == "merged":
        stays, goes = goes, stays
        record.change(kept, household_id=stays)
    alone = (
        not Guardian.objects.filter(household=goes, merged_into=None)
        .exclude(pk__in=[kept.pk, merged.pk])
        .exists()
    )
    if not alone:
        if merged.household_id == goes:
            record.change(merged, household_id=stays)
        return
    merged_home = Household.objects.get(pk=goes)
    lines = lines_between(Household, goes, stays)
    refuse_clashes(lines)
    apply_lines(record, lines, stays)
    record.change(merged_home, merged_into_id=stays)
    record.households = [goes, stays]
    kept.refresh_from_db(fields=["household"])
    merged.refresh_from_db(fields=["household"])


def _remember(record: Record, kept: Person) -> None:
    """Note which binding rows the file kept has now: one more later forbids undoing."""
    targets: list[tuple[type[models.Model], int]] = [(type(kept), kept.pk)]
    if record.households:
        targets.append((Household, record.households[1]))
    for model, key in targets:
        for relation in relations_to(model):
            if relation.rule.binds:
                rows = relation.rows(key).order_by("pk").values_list("pk", flat=True)
                record.had[relation.name] = list(rows)


def store(done: Merge, record: Record) -> None:
    """Write and seal what moved."""
    done.record = record.as_json()
    done.seal = seal(done.record, str(done.public_id))
    done.save(update_fields=["record", "seal"])


def _pair(kept: Person, merged: Person) -> models.QuerySet[DuplicatePair]:
    low, high = sorted([kept.pk, merged.pk])
    prefix = kind_of(kept)
    return DuplicatePair.objects.filter(**{f"{prefix}_a": low, f"{prefix}_b": high})


def _close_pairs(by: Actor, kept: Person, merged: Person) -> None:
    _pair(kept, merged).update(
        state=DuplicatePair.MERGED, decided_at=clock.now(), decided_by=person_of(by)
    )


def reopen_pairs(kept: Person, merged: Person) -> None:
    """Ask again whether two files taken apart are one person's."""
    _pair(kept, merged).filter(state=DuplicatePair.MERGED).update(
        state=DuplicatePair.PROPOSED, decided_at=None, decided_by=None
    )


def to_settle() -> models.QuerySet[Merge]:
    """Return the merges for which somebody may still have written: those of the last day."""
    since = clock.now() - dt.timedelta(days=1)
    return Merge.objects.active().filter(done_at__gt=since).order_by("pk")


@transaction.atomic
def settle(*, by: Actor, done: Merge) -> int:
    """Bring over what a page already under way wrote for the merged file; return how many rows.

    Safe to repeat. What would clash is left for a person to see.
    """
    done = Merge.objects.select_for_update(no_key=True).get(pk=done.pk)
    if done.undone_at is not None or not done.seal:
        return 0
    list(
        type(done.kept)
        ._base_manager.select_for_update(no_key=True)
        .filter(pk__in=[done.kept.pk, done.merged.pk])
        .order_by("pk")
    )
    record = Record.of(done.record)
    targets: list[tuple[type[models.Model], int, int]] = [
        (type(done.kept), done.merged.pk, done.kept.pk)
    ]
    if record.households:
        targets.append((Household, record.households[0], record.households[1]))
    count = 0
    for model, merged_key, kept_key in targets:
        for line in lines_between(model, merged_key, kept_key):
            left = set(record.left.get(line.relation.name, []))
            late = [key for key in line.moving if key not in left]
            record.move(line.relation.model, line.relation.field.name, late, kept_key)
            count += len(late)
            if line.rule.binds and late:
                record.had.setdefault(line.relation.name, []).extend(late)
    if count:
        store(done, record)
        journal.record(by, f"{done.kind}.settle", done.kept, merge=done.pk, rows=count)
    return count


@transaction.atomic
def dismiss(*, by: Actor, pair: DuplicatePair) -> DuplicatePair:
    """Note that two files are two people's; they are not proposed again."""
    found = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if found.state == DuplicatePair.DISMISSED:
        return found
    if found.state == DuplicatePair.MERGED:
        raise RuleBroken("state", _("Ces dossiers viennent d’être fusionnés. Rechargez la page."))
    found.state = DuplicatePair.DISMISSED
    found.decided_at, found.decided_by = clock.now(), person_of(by)
    found.save(update_fields=["state", "decided_at", "decided_by"])
    journal.record(by, "duplicate_pair.dismiss", found, kind=found.kind, rows=list(found.keys))
    return found
