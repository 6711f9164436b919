"""Making collections: their words, what is in them and in which order, copies, the bin.

Whatever changes a collection locks its row first, so that two people (or two tabs) who add
and move at once come one after the other; that no place is taken twice, that nothing is in it
twice and that it does not grow too long are constraints as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School
from resources.catalogue.models import Resource
from resources.curation import rules
from resources.curation.access import openable
from resources.curation.models import ClassShare, Collection, CollectionItem
from resources.workspace.access import managed_classes

Reach = Collection.Reach


def locked(collection: Collection) -> Collection:
    """Lock a collection and read it again; raises RuleBroken ``gone`` for a deleted one."""
    found: Collection | None = (
        Collection.objects.alive().select_for_update(of=("self",)).filter(pk=collection.pk).first()
    )
    if found is None:
        raise RuleBroken("gone", _("Cette collection n’existe plus : elle vient d’être supprimée."))
    return found


def touch(collection: Collection) -> None:
    """Note that a locked collection has changed."""
    Collection.objects.filter(pk=collection.pk).update(
        version=F("version") + 1, updated_at=clock.now()
    )


def _owner(by: Actor, reach: str) -> User | None:
    """Return whose a collection of this reach is; the city's is nobody's in particular."""
    if reach == Reach.CITY:
        return None
    if by.user is None:
        raise ValueError("a collection has an owner, or is the city's")
    User.objects.select_for_update(of=("self",)).get(pk=by.user.pk)
    if Collection.objects.alive().filter(owner=by.user).count() >= rules.MAX_COLLECTIONS:
        raise RuleBroken(
            "too_many",
            _("Vous gardez déjà %(n)d collections : supprimez-en une d’abord.")
            % {"n": rules.MAX_COLLECTIONS},
        )
    return by.user


def _require_school(reach: str, school: School | None) -> School | None:
    if reach == Reach.SCHOOL and school is None:
        raise RuleBroken("school", _("Choisissez l’école avec qui la partager."), "school")
    return school if reach != Reach.PRIVATE else None


@transaction.atomic
def create(
    *,
    by: Actor,
    title: str,
    introduction: str = "",
    reach: str = Reach.PRIVATE,
    school: School | None = None,
    based_on: Collection | None = None,
) -> Collection:
    """Make an empty collection.

    Raises RuleBroken ``title`` (none given), ``school`` (for a school, which one?) or
    ``too_many``.
    """
    if not title.strip():
        raise RuleBroken("title", _("Donnez un titre à la collection."), "title")
    made = Collection.objects.create(
        title=title.strip(),
        introduction=introduction.strip(),
        reach=reach,
        school=_require_school(reach, school),
        owner=_owner(by, reach),
        based_on=based_on,
    )
    journal.record(by, "collection.create", made, reach=reach)
    return made


@transaction.atomic
def edit(
    *,
    by: Actor,
    collection: Collection,
    title: str,
    introduction: str,
    reach: str,
    school: School | None = None,
) -> Collection:
    """Rename a collection, change its introduction or who sees it.

    One that its school sees no longer leaves the classes where colleagues showed it. The
    city's stays the city's; an editor's own may become it. Raises RuleBroken ``title``,
    ``school`` or ``reach``.
    """
    kept = locked(collection)
    if not title.strip():
        raise RuleBroken("title", _("Donnez un titre à la collection."), "title")
    if kept.reach == Reach.CITY and reach != Reach.CITY:
        raise RuleBroken(
            "reach",
            _("Une collection de la Ville le reste : copiez-la pour en avoir une à vous."),
            "reach",
        )
    values: dict[str, Any] = {
        "title": title.strip(),
        "introduction": introduction.strip(),
        "reach": reach,
        "school": kept.school if kept.reach == Reach.CITY else _require_school(reach, school),
        "owner": None if reach == Reach.CITY else kept.owner,
    }
    changed = sorted(name for name, value in values.items() if getattr(kept, name) != value)
    if not changed:
        return kept
    for name, value in values.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(values))
    if "reach" in changed or "school" in changed:
        _leave_classes(kept)
    touch(kept)
    journal.record(by, "collection.edit", kept, fields=changed, reach=reach)
    return kept


def _leave_classes(collection: Collection) -> None:
    """End what the new reach does not allow: other schools' classes, colleagues' classes."""
    shares = ClassShare.objects.filter(collection=collection)
    if collection.reach == Reach.SCHOOL:
        shares.exclude(class_group__school=collection.school).delete()
    elif collection.reach == Reach.PRIVATE and collection.owner is not None:
        shares.exclude(class_group__in=managed_classes(collection.owner).values("pk")).delete()


def _places(collection: Collection) -> list[int]:
    return list(
        CollectionItem.objects.filter(collection=collection)
        .order_by("position")
        .values_list("position", flat=True)
    )


@transaction.atomic
def add(*, by: Actor, collection: Collection, resources: Iterable[Resource], note: str = "") -> int:
    """Put resources at the end of a collection; return how many are new in it.

    What is there already keeps its place and its note. Raises RuleBroken ``full`` when they
    do not all fit.
    """
    kept = locked(collection)
    known = set(CollectionItem.objects.filter(collection=kept).values_list("resource", flat=True))
    new = {resource.pk: resource for resource in resources if resource.pk not in known}
    if not new:
        return 0
    if len(known) + len(new) > rules.MAX_ITEMS:
        raise RuleBroken(
            "full",
            _("Une collection tient %(n)d ressources au plus : faites-en une autre pour la suite.")
            % {"n": rules.MAX_ITEMS},
            "collection",
        )
    last = max(_places(kept), default=0)
    if last + len(new) > rules.MAX_ITEMS:
        last = _close_gaps(kept)
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=kept, resource=resource, position=place, note=note.strip())
        for place, resource in enumerate(new.values(), start=last + 1)
    )
    touch(kept)
    journal.record(by, "collection.add", kept, resources=sorted(new))
    return len(new)


def _close_gaps(collection: Collection) -> int:
    """Move items of a locked collection up to the first places; return the last taken."""
    place = 0
    for place, item in enumerate(_items(collection), start=1):
        if item.position != place:
            CollectionItem.objects.filter(pk=item.pk).update(position=place)
    return place


def _items(collection: Collection) -> list[CollectionItem]:
    return list(CollectionItem.objects.filter(collection=collection).order_by("position"))


@transaction.atomic
def remove(*, by: Actor, collection: Collection, item: CollectionItem) -> None:
    """Take a resource out; repeating it changes nothing."""
    kept = locked(collection)
    count, _by_model = CollectionItem.objects.filter(pk=item.pk, collection=kept).delete()
    if count:
        touch(kept)
        journal.record(by, "collection.remove", kept, resource=item.resource_id)


@transaction.atomic
def annotate(*, by: Actor, collection: Collection, item: CollectionItem, note: str) -> None:
    """Write the word that goes with a resource here."""
    kept = locked(collection)
    rows = CollectionItem.objects.filter(pk=item.pk, collection=kept).exclude(note=note.strip())
    if rows.update(note=note.strip()):
        touch(kept)
        journal.record(by, "collection.annotate", kept, resource=item.resource_id)


@transaction.atomic
def move(*, by: Actor, collection: Collection, item: CollectionItem, where: str) -> None:
    """Move a resource ``up``, ``down``, ``first`` or ``last``; past an end, it stays.

    Raises RuleBroken ``gone`` if it was taken out meanwhile, ``where`` for another word.
    """
    kept = locked(collection)
    order = [row.pk for row in _items(kept)]
    if item.pk not in order:
        raise RuleBroken("gone", _("Cette ressource n’est plus dans la collection."))
    at = order.index(item.pk)
    places = {"up": at - 1, "down": at + 1, "first": 0, "last": len(order)}
    if where not in places:
        raise RuleBroken("where", _("Dites où la placer."), "where")
    _put(kept, item.pk, places[where])
    touch(kept)
    journal.record(by, "collection.move", kept, resource=item.resource_id, where=where)


@transaction.atomic
def reorder(*, by: Actor, collection: Collection, resources: Sequence[int]) -> None:
    """Put a collection in the order of some resources' keys, which must be all of its own.

    Raises RuleBroken ``order`` when they are not: somebody added or took out meanwhile.
    """
    kept = locked(collection)
    keys = {row.resource_id: row.pk for row in _items(kept)}
    if len(resources) != len(keys) or set(resources) != set(keys):
        raise RuleBroken(
            "order", _("La collection a changé entre-temps : rechargez-la."), "resources"
        )
    for place, resource in enumerate(resources):
        _put(kept, keys[resource], place)
    touch(kept)
    journal.record(by, "collection.reorder", kept)


def _put(collection: Collection, key: int, to: int) -> None:
    """Move an item of a locked collection to a place of its order (from 0).

    It is taken in hand, the items between step aside one by one, each to the place just
    left: at no moment do two share one.
    """
    items = _items(collection)
    places = [item.position for item in items]
    order = [item.pk for item in items]
    wanted = rules.moved(order, key, to)
    if wanted == order:
        return
    rows = CollectionItem.objects.filter(collection=collection)
    rows.filter(pk=key).update(position=rules.IN_HAND)
    start, end = order.index(key), wanted.index(key)
    step = 1 if end > start else -1
    for place in range(start, end, step):
        rows.filter(pk=order[place + step]).update(position=places[place])
    rows.filter(pk=key).update(position=places[end])


def follow_resource(kept: Resource, gone: Resource) -> None:
    """Let the items of a resource that gives way hold the other, at their place.

    Where the other is in the collection already, its item stays, with a note if either has one.
    No collection is locked here: who adds holds theirs while they wait for the resource's row.
    """
    there = {item.collection_id: item for item in CollectionItem.objects.filter(resource=kept)}
    for item in CollectionItem.objects.filter(resource=gone).order_by("pk"):
        twin = there.get(item.collection_id)
        rows = CollectionItem.objects.filter(pk=item.pk)
        if twin is None:
            try:
                with transaction.atomic():
                    rows.update(resource=kept)
            except IntegrityError:
                continue  # added by its owner this very moment
        else:
            if item.note and not twin.note:
                CollectionItem.objects.filter(pk=twin.pk, note="").update(note=item.note)
            rows.delete()


@transaction.atomic
def duplicate(*, by: Actor, collection: Collection, title: str = "") -> Collection:
    """Make one's own private copy, with the order and the notes, of what one may open."""
    if by.person is None:
        raise ValueError("a copy has an owner")
    name = title.strip() or _("%(title)s (copie)") % {"title": collection.title[:110]}
    made = create(
        by=by,
        title=name,
        introduction=collection.introduction,
        based_on=collection,
    )
    copy_items(collection, made, openable(by.person))
    return made


def copy_items(source: Collection, target: Collection, resources: Any) -> None:
    """Copy the items of a collection whose resources are among ``resources`` to an empty one."""
    items = CollectionItem.objects.filter(
        collection=source, resource__in=resources.values("pk")
    ).order_by("position")
    CollectionItem.objects.bulk_create(
        CollectionItem(
            collection=target, resource_id=item.resource_id, position=place, note=item.note
        )
        for place, item in enumerate(items, start=1)
    )


@transaction.atomic
def delete(*, by: Actor, collection: Collection) -> None:
    """Put a collection in the bin, from which it can be taken back for ``UNDO_DAYS``."""
    kept = locked(collection)
    Collection.objects.filter(pk=kept.pk).update(deleted_at=clock.now())
    journal.record(by, "collection.delete", kept)


@transaction.atomic
def restore(*, by: Actor, collection: Collection) -> Collection:
    """Take a collection back as it was, classes included; repeating it changes nothing."""
    found: Collection = Collection.objects.select_for_update(of=("self",)).get(pk=collection.pk)
    if found.deleted_at is not None:
        found.deleted_at = None
        found.save(update_fields=["deleted_at"])
        journal.record(by, "collection.restore", found)
    return found
