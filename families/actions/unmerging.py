"""Taking a merge back within thirty days, unless something since depends on it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import person_of
from families.actions.merge_words import tell_undone
from families.actions.merging import Person, reopen_pairs
from families.merging.record import Record, is_sound, model_of, restored, values_of
from families.merging.relations import Relation, relations_to
from families.models import Guardian, Household, Merge


def _relation(label: str, name: str) -> Relation:
    model = model_of(label)
    field: Any = model._meta.get_field(name)
    return Relation(model, field)


def obstacles(done: Merge) -> list[str]:
    """Return, in words for the agent, everything that forbids taking a merge back."""
    if done.undone_at is not None:
        return [_("Cette fusion a déjà été annulée.")]
    if clock.now() > done.undo_until or not done.seal:
        return [_("Une fusion ne s’annule que pendant trente jours.")]
    if not is_sound(done.record, str(done.public_id), done.seal):
        return [
            _(
                "Le relevé de ce qui a été déplacé n’est plus celui d’origine : "
                "prévenez l’administrateur."
            )
        ]
    found = _later_merges(done)
    record = Record.of(done.record)
    for line in record.moved:
        found += _gone_elsewhere(_relation(line["m"], line["f"]), line["ids"], line["to"])
    found += _added_since(done, record)
    for change in record.changed:
        found += _changed_since(done, change)
    return list(dict.fromkeys(found))


def _later_merges(done: Merge) -> list[str]:
    same = (
        Merge.objects.active().filter(kept_guardian=done.kept_guardian)
        if done.kind == "guardian"
        else Merge.objects.active().filter(kept_child=done.kept_child)
    )
    later = same.filter(pk__gt=done.pk).exists()
    if later or done.kept.merged_into_id is not None:
        return [_("Ce dossier a été fusionné de nouveau depuis : annulez d’abord cette fusion-là.")]
    return []


def _gone_elsewhere(relation: Relation, keys: list[int], to: int) -> list[str]:
    """A moved row that is elsewhere by now; one that is gone, where its kind binds."""
    manager = relation.model._base_manager
    there = manager.filter(pk__in=keys)
    elsewhere = there.exclude(**{relation.field.name: to}).count()
    gone = len(keys) - there.count() if relation.rule.binds else 0
    if elsewhere or gone:
        return [_("Déplacé ou supprimé depuis : %(what)s.") % {"what": relation.rule.label}]
    return []


def _added_since(done: Merge, record: Record) -> list[str]:
    targets: list[tuple[type[models.Model], int]] = [(type(done.kept), done.kept.pk)]
    if record.households:
        targets.append((Household, record.households[1]))
    moved = {f"{line['m']}.{line['f']}": line["ids"] for line in record.moved}
    found = []
    for model, key in targets:
        for relation in relations_to(model):
            if relation.rule.since is not None:
                fresh = relation.rule.since(done, moved)
            elif relation.rule.binds:
                known = set(record.had.get(relation.name, []))
                fresh = len(set(relation.rows(key).values_list("pk", flat=True)) - known)
            else:
                continue
            if fresh:
                found.append(
                    _("Ajouté depuis la fusion : %(what)s (%(count)d).")
                    % {"what": relation.rule.label, "count": fresh}
                )
    return found


def _is_choice(done: Merge, change: dict[str, Any]) -> bool:
    """A value of the file kept itself: newer words of its owner are left as they are."""
    return (
        change["m"] == done.kept._meta.label
        and change["pk"] == done.kept.pk
        and not {"user_id", "household_id"} & set(change["after"])
    )


def _changed_since(done: Merge, change: dict[str, Any]) -> list[str]:
    row = model_of(change["m"])._base_manager.filter(pk=change["pk"]).first()
    if row is None:
        return [_("Une donnée de ces dossiers a été supprimée depuis.")]
    if _is_choice(done, change) or values_of(row, list(change["after"])) == change["after"]:
        return []
    return [_("Modifié depuis la fusion : %(what)s.") % {"what": str(row._meta.verbose_name)}]


@transaction.atomic
def undo(*, by: Actor, done: Merge) -> Merge:
    """Put everything back where it was. Raises RuleBroken ``undo`` with every reason not to."""
    agent = person_of(by)
    done = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    _lock(done)
    reasons = obstacles(done)
    if reasons:
        raise RuleBroken("undo", " ".join(reasons))
    record = Record.of(done.record)
    try:
        with transaction.atomic():
            _put_back(done, record)
    except IntegrityError as error:
        raise RuleBroken(
            "undo", _("Une donnée ajoutée depuis empêche de séparer ces dossiers.")
        ) from error
    done.undone_at, done.undone_by = clock.now(), agent
    done.save(update_fields=["undone_at", "undone_by"])
    kept: Person = done.kept
    reopen_pairs(kept, done.merged)
    journal.record(by, f"{done.kind}.merge_undo", kept, merged=done.merged.pk, merge=done.pk)
    journal.record(by, f"{done.kind}.parted", done.merged, kept=kept.pk, merge=done.pk)
    tell_undone(Merge.objects.get(pk=done.pk))
    return done


def _lock(done: Merge) -> None:
    """Lock what the merge locked, in its order."""
    record = Record.of(done.record) if done.record else Record()
    users = [c["pk"] for c in record.changed if c["m"] == User._meta.label]
    for change in record.changed:
        users += [v for k, v in change["before"].items() if k == "user_id" and v]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk"))
    keys = sorted([done.kept.pk, done.merged.pk])
    rows = type(done.kept)._base_manager.select_for_update(no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk"))
    if isinstance(done.kept, Guardian):
        list(
            Household.objects.select_for_update(no_key=True)
            .filter(pk__in=record.households)
            .order_by("pk")
        )


def _put_back(done: Merge, record: Record) -> None:
    """Undo in reverse: changed values first (an account frees its place), then what moved."""
    for change in reversed(record.changed):
        model = model_of(change["m"])
        row = model._base_manager.get(pk=change["pk"])
        before = restored(model, change["before"])
        if _is_choice(done, change):
            now = values_of(row, list(change["after"]))
            before = {k: v for k, v in before.items() if now[k] == change["after"][k]}
        if before:
            model._base_manager.filter(pk=row.pk).update(**before)
    for line in reversed(record.moved):
        relation = _relation(line["m"], line["f"])
        source = line.get("from") or _source(done, record, relation)
        relation.model._base_manager.filter(pk__in=line["ids"]).update(
            **{relation.field.name: source}
        )
    for removed in reversed(record.removed):
        model = model_of(removed["m"])
        model._base_manager.create(**restored(model, removed["values"]))


def _source(done: Merge, record: Record, relation: Relation) -> int:
    """Return the row that a moved line came from."""
    if relation.field.related_model is Household:
        return record.households[0]
    return done.merged.pk
