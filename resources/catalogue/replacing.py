"""One resource takes another's place: what pointed at the one points at the other.

Everything that refers to a resource by a foreign key follows by itself, row by row; a row that
cannot (the other is there already) stays with the resource that gave way, which is withdrawn,
not deleted, so nothing is lost. An app that knows better says so with ``register_follower``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DatabaseError, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue import duplicates, history, indexing, restoring
from resources.catalogue.models import DuplicatePair, Favourite, Relation, Resource, ResourceUse

#: Moves what refers to the resource that gives way; (the one kept, the one that gives way).
Follower = Callable[[Resource, Resource], None]
_followers: dict[str, Follower] = {}


def register_follower(name: str, follower: Follower) -> None:
    """Say how rows follow; ``name`` is ``app.Model.field``. Call it from ``AppConfig.ready``."""
    _followers[name] = follower


def stays(*names: str) -> None:
    """Say that rows belong to the resource that gives way, whatever stands for it."""
    for name in names:
        register_follower(name, _stay)


def adds_up(name: str, model: type[models.Model], same: Iterable[str], count: str) -> None:
    """Say that rows are counts: where ``same`` tells two apart, they become one row's sum."""
    alike = tuple(same)

    def follower(kept: Resource, gone: Resource) -> None:
        for row in model._base_manager.filter(resource=gone).order_by("pk"):
            twin = {field: getattr(row, field) for field in alike}
            found = model._base_manager.filter(resource=kept, **twin)
            if found.update(**{count: F(count) + getattr(row, count)}):
                row.delete()
            else:
                model._base_manager.filter(pk=row.pk).update(resource=kept)

    register_follower(name, follower)


def references() -> dict[str, tuple[type[models.Model], str]]:
    """Return the foreign keys to a resource, by name; those of its own lists apart."""
    found = {}
    for relation in Resource._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model: Any = relation.related_model
        if isinstance(model, str) or model._meta.auto_created is Resource:
            continue
        found[f"{model._meta.label}.{relation.field.name}"] = (model, relation.field.name)
    return found


def follow(kept: Resource, gone: Resource) -> None:
    """Let everything that refers to ``gone`` refer to ``kept``, as far as it can."""
    for name, (model, field) in references().items():
        follower = _followers.get(name)
        if follower is not None:
            follower(kept, gone)
            continue
        rows = model._base_manager.filter(**{field: gone})
        for pk in list(rows.values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{field: kept})
            except DatabaseError:
                continue  # its like is there already: it stays where it was


def _stay(_kept: Resource, _gone: Resource) -> None:
    """Leave rows that belong to the description that gives way."""


def _favourites(kept: Resource, gone: Resource) -> None:
    already = Favourite.objects.filter(resource=kept).values("user")
    Favourite.objects.filter(resource=gone, user__in=already).delete()
    Favourite.objects.filter(resource=gone).update(resource=kept)


def _relations(kept: Resource, gone: Resource) -> None:
    """Move both ends; what would point at itself or say the same twice goes."""
    between = Q(resource=gone, other=kept) | Q(resource=kept, other=gone)
    Relation.objects.filter(between).delete()
    for end, far in (("resource", "other"), ("other", "resource")):
        for row in Relation.objects.filter(**{end: gone}):
            twin = {end: kept, far: getattr(row, far), "kind": row.kind}
            if Relation.objects.filter(**twin).exists():
                row.delete()
            else:
                setattr(row, end, kept)
                row.save(update_fields=[end])


def _heirs(kept: Resource, gone: Resource) -> None:
    """Addresses that led to the one that gives way lead straight on."""
    Resource.objects.filter(replaced_by=gone).update(replaced_by=kept)


register_follower("catalogue.Favourite.resource", _favourites)
register_follower("catalogue.Relation.resource", _relations)
register_follower("catalogue.Resource.replaced_by", _heirs)
adds_up("catalogue.ResourceUse.resource", ResourceUse, ("day", "audience"), "count")
stays(
    "catalogue.Relation.other",  # with the other end
    "catalogue.Contribution.resource",
    "catalogue.Revision.resource",
    "catalogue.Cover.resource",
    "catalogue.DuplicatePair.first",
    "catalogue.DuplicatePair.second",
)

#: Facts that stay with each: states have their own acts, keys are unique.
NOT_TAKEN = history.APART | {"external_identifier", "relations"}


@transaction.atomic
def replace(
    *,
    by: Actor,
    pair: DuplicatePair,
    kept: Resource,
    gone: Resource,
    seen: tuple[int, int],
    take: Iterable[str] = (),
) -> Resource:
    """Keep one resource of a pair and let it stand for the other, from whose facts some come.

    ``seen`` are the revisions that the editor was shown, of the one kept and of the other.
    Favourites, uses, relations and whatever else refers to the one that gives way follow;
    it is withdrawn and its address leads on for good. Raises Stale when either has changed,
    RuleBroken ``replaced`` or ``withdrawn`` when one of them stands no more.
    """
    keys = sorted([kept.pk, gone.pk])
    locked = {
        row.pk: row
        for row in Resource.objects.select_for_update(of=("self",))
        .filter(pk__in=keys)
        .order_by("pk")
    }
    heir, giving = locked[kept.pk], locked[gone.pk]
    if (heir.revision, giving.revision) != seen:
        raise history.Stale
    if heir.replaced_by_id or giving.replaced_by_id:
        raise RuleBroken("replaced", _("L’une d’elles a déjà été remplacée."))
    if heir.state == Resource.State.WITHDRAWN:
        raise RuleBroken("withdrawn", _("Celle que vous gardez est retirée : gardez l’autre."))
    _take(by, heir, giving, [name for name in take if name not in NOT_TAKEN])
    with history.tracked(
        keys, by=by, verb="merge", comment=f"{giving.identifier} → {heir.identifier}"
    ):
        now = clock.now()
        key = giving.external_identifier
        Resource.objects.filter(pk=giving.pk).update(
            state=Resource.State.WITHDRAWN,
            replaced_by=heir,
            updated_at=now,
            **({"external_identifier": ""} if key and not heir.external_identifier else {}),
        )
        facts: dict[str, Any] = {
            "opened_count": F("opened_count") + giving.opened_count,
            "updated_at": now,
        }
        if key and not heir.external_identifier:
            facts["external_identifier"] = key
        Resource.objects.filter(pk=heir.pk).update(**facts)
        follow(heir, giving)
    duplicates.settle(by=by, pair=pair, kept=heir, gone=giving)
    journal.record(by, "resource.replace", giving, kept=heir.pk)
    indexing.changed()
    kept.refresh_from_db()
    return kept


def _take(by: Actor, heir: Resource, giving: Resource, names: list[str]) -> None:
    if not names:
        return
    facts = history.snapshots([heir.pk, giving.pk])
    wanted = dict(facts[heir.pk])
    wanted.update({name: facts[giving.pk].get(name) for name in names})
    restoring.write(wanted, by=by, resource=heir, verb="merge", comment=giving.identifier)
