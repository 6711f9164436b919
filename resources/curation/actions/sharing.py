"""Showing collections: in class spaces, and on the city's shelf after an editor's look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import queue
from enrolment.schools.models import ClassGroup
from resources.catalogue.models import Resource
from resources.curation.access import openable, schools_of
from resources.curation.actions.collections import (
    Reach,
    add,
    copy_items,
    create,
    locked,
    touch,
)
from resources.curation.models import ClassShare, Collection, CollectionItem, Proposal
from resources.workspace.access import managed_classes


@transaction.atomic
def show_in_classes(
    *, by: Actor, collection: Collection, class_groups: Iterable[ClassGroup]
) -> tuple[int, int]:
    """Show a collection in these of one's classes and in no other; return how many new, ended.

    Classes that somebody else looks after are left as they are. Raises RuleBroken ``class``
    for a class that is not one's own, or of another school than the collection's.
    """
    if by.person is None:
        raise ValueError("somebody shows a collection")
    kept = locked(collection)
    own = {group.pk: group for group in managed_classes(by.person)}
    wanted = {group.pk for group in class_groups}
    if not wanted <= set(own):
        raise RuleBroken("class", _("Cette classe n’est pas la vôtre."), "class_groups")
    if kept.reach == Reach.SCHOOL and any(own[pk].school_id != kept.school_id for pk in wanted):
        raise RuleBroken(
            "class", _("Cette collection est celle d’une autre école."), "class_groups"
        )
    present = set(
        ClassShare.objects.filter(collection=kept, class_group__in=own).values_list(
            "class_group", flat=True
        )
    )
    gone = sorted(present - wanted)
    ClassShare.objects.filter(collection=kept, class_group__in=gone).delete()
    new = sorted(wanted - present)
    ClassShare.objects.bulk_create(
        ClassShare(collection=kept, class_group_id=pk, shared_by=by.user) for pk in new
    )
    if new or gone:
        journal.record(by, "collection.show", kept, classes=new, ended=gone)
    return len(new), len(gone)


@transaction.atomic
def propose(*, by: Actor, collection: Collection, message: str = "") -> Proposal:
    """Propose a collection to the city.

    Raises RuleBroken ``empty`` (nothing in it), ``introduction`` (readers need one),
    ``waiting`` (it is already proposed) or ``reach`` (it is the city's already).
    """
    if by.user is None:
        raise ValueError("somebody proposes")
    kept = locked(collection)
    if kept.reach == Reach.CITY:
        raise RuleBroken("reach", _("Cette collection est déjà celle de la Ville."))
    if not CollectionItem.objects.filter(collection=kept).exists():
        raise RuleBroken("empty", _("Mettez-y d’abord des ressources."))
    if not kept.introduction:
        raise RuleBroken(
            "introduction",
            _("Écrivez d’abord une introduction : elle dit à quoi sert la collection."),
        )
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                collection=kept, proposed_by=by.user, message=message.strip()
            )
    except IntegrityError as error:
        raise RuleBroken("waiting", _("Elle est déjà proposée : un avis suivra.")) from error
    journal.record(by, "collection.propose", kept)
    return made


@transaction.atomic
def withdraw(*, by: Actor, proposal: Proposal) -> Proposal:
    """Take a proposal back before it is decided."""
    return states.move(
        proposal,
        Proposal.State.WITHDRAWN,
        by=by,
        decided_at=clock.now(),
        decided_by=by.user,
    )


@transaction.atomic
def accept(*, by: Actor, proposal: Proposal, version: int) -> Collection:
    """Put a copy of a proposed collection on the city's shelf, as the editor read it.

    The teacher's own stays theirs. A collection accepted before is brought up to date instead
    of standing there twice. Raises RuleBroken ``changed`` when the collection is no longer in
    the ``version`` that was read, ``state`` when somebody decided first.
    """
    source = locked(proposal.collection)
    if source.version != version:
        raise RuleBroken("changed", _("La collection a changé depuis : relisez-la."), "version")
    moved = states.move(
        proposal, Proposal.State.ACCEPTED, by=by, decided_at=clock.now(), decided_by=by.user
    )
    target = _city_copy(source)
    CollectionItem.objects.filter(collection=target).delete()
    copy_items(source, target, openable(None))
    touch(target)
    Proposal.objects.filter(pk=moved.pk).update(result=target)
    journal.record(by, "collection.publish", target, source=source.pk)
    queue(
        kind="collection_published",
        to=moved.proposed_by,
        context={"title": target.title, "path": str(target.public_id)},
        dedupe_key=f"collection-published:{moved.pk}",
    )
    return target


def _city_copy(source: Collection) -> Collection:
    """Return the city's collection made from one, locked, with today's words; new if none."""
    known: Collection | None = (
        Collection.objects.of_city()
        .select_for_update(of=("self",))
        .filter(based_on=source)
        .order_by("pk")
        .first()
    )
    school = source.school or _school_of(source)
    if known is None:
        return Collection.objects.create(
            title=source.title,
            introduction=source.introduction,
            reach=Reach.CITY,
            school=school,
            based_on=source,
        )
    known.title, known.introduction, known.school = source.title, source.introduction, school
    known.save(update_fields=["title", "introduction", "school"])
    return known


def _school_of(source: Collection) -> Any:
    return schools_of(source.owner).order_by("pk").first() if source.owner else None


@transaction.atomic
def decline(*, by: Actor, proposal: Proposal, reason: str) -> Proposal:
    """Decline a proposal, saying why, which its proposer reads."""
    if not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi : la personne le lira."), "reason")
    Proposal.objects.filter(pk=proposal.pk).update(reason=reason.strip())
    moved = states.move(
        proposal, Proposal.State.DECLINED, by=by, decided_at=clock.now(), decided_by=by.user
    )
    queue(
        kind="collection_declined",
        to=moved.proposed_by,
        context={"title": moved.collection.title, "path": str(moved.collection.public_id)},
        dedupe_key=f"collection-declined:{moved.pk}",
    )
    return moved


@transaction.atomic
def from_favourites(
    *,
    by: Actor,
    resources: Iterable[Resource],
    title: str = "",
    collection: Collection | None = None,
) -> tuple[Collection, int]:
    """Put chosen resources into a collection, a new private one where none is given."""
    target = collection or create(by=by, title=title)
    return target, add(by=by, collection=target, resources=resources)
