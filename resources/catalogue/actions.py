"""The only writers of the catalogue: save, validate, withdraw, keep, open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup, School
from resources.catalogue import covers, history, indexing, openings, rules, telling
from resources.catalogue.access import EDITORS
from resources.catalogue.models import (
    Contribution,
    Favourite,
    Relation,
    Resource,
    ResourceUse,
    Term,
)

#: Fields that an editor fills in; terms, credits, relations and places come apart.
EDITABLE = (
    "title",
    "description",
    "keywords",
    "language",
    "external_identifier",
    "url",
    "thumbnail_url",
    "thumbnail_alt",
    "format",
    "size_bytes",
    "duration_minutes",
    "document_type",
    "pedagogical_type",
    "audience",
    "difficulty",
    "cost",
    "licence",
    "rights",
    "personal_data_level",
    "open_from",
    "open_to",
    "licence_seats",
    "licence_unit",
    "quality",
    "published_on",
)


@dataclass(frozen=True)
class Links:
    """What a resource states through other rows; None leaves a part as it is.

    ``terms`` by field (``activities``…), ``credits`` as (role, name), ``relations`` as
    (kind, other resource).
    """

    terms: Mapping[str, Iterable[Term]] = field(default_factory=dict)
    credits: Sequence[tuple[str, str]] | None = None
    relations: Sequence[tuple[str, Resource]] | None = None
    schools: Iterable[School] | None = None
    class_groups: Iterable[ClassGroup] | None = None


def _note_text(resource: Resource) -> None:
    """Write again what the database searches in when no index can be read."""
    document = indexing.document_of(resource, indexing.term_labels())
    Resource.objects.filter(pk=resource.pk).update(
        search_text=indexing.search_text_of(document), updated_at=clock.now()
    )


@transaction.atomic
def save_resource(
    *,
    by: Actor,
    resource: Resource | None,
    facts: dict[str, Any],
    levels: Iterable[Term],
    domains: Iterable[Term],
    publisher: str = "",
    author: str = "",
    links: Links | None = None,
    identifier: str = "",
    base: int | None = None,
    comment: str = "",
    verb: str = "edit",
) -> Resource:
    """Create a draft, or write an editor's changes to a resource.

    ``facts`` holds fields of ``EDITABLE``; ``base`` is the revision they were written on.
    ``links`` replaces ``publisher`` and ``author`` where it names credits. The journal names
    the fields that changed, not their text; the revision keeps them. Raises Stale when the
    resource has changed since ``base``, RuleBroken ``incomplete`` when a validated resource
    would lose a fact that it must state, ``identifier`` for one already taken.
    """
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    stated = links or Links()
    with history.tracked(
        [resource.pk] if resource else [], by=by, verb=verb, comment=comment
    ) as tracker:
        kept = _opened(resource, identifier)
        if base is not None and kept.revision != base:
            raise history.Stale
        _fill(kept, facts)
        chosen = {"levels": list(levels), "domains": list(domains)}
        if kept.state == Resource.State.VALIDATED:
            _require_complete(kept, len(chosen["levels"]), len(chosen["domains"]))
        kept.updated_at = clock.now()
        _keep(kept)
        for name, terms in {**chosen, **stated.terms}.items():
            getattr(kept, name).set(terms)
        if stated.credits is not None:
            _credit_all(kept, stated.credits)
        elif links is None:
            _credit(kept, publisher=publisher, author=author)
        _relate(kept, stated)
        if resource is None:
            tracker.add(kept.pk)
    changes = tracker.changed.get(kept.pk, [])
    kept.refresh_from_db()
    _note_text(kept)
    if resource is None or changes:
        verb_name = "resource.create" if resource is None else "resource.edit"
        journal.record(by, verb_name, kept, fields=[change.name for change in changes])
        indexing.changed()
    if {"url", "thumbnail_url"} & {change.name for change in changes} or resource is None:
        covers.want(kept)
    return kept


def _opened(resource: Resource | None, identifier: str) -> Resource:
    if resource is not None:
        found: Resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        return found
    if identifier and Resource.objects.filter(identifier=identifier).exists():
        raise RuleBroken("identifier", _("Cet identifiant est déjà pris."), "identifier")
    return Resource(identifier=identifier or _next_identifier())


def _fill(resource: Resource, facts: dict[str, Any]) -> None:
    moved = "url" in facts and resource.url != facts["url"]
    for name, value in facts.items():
        setattr(resource, name, value)
    if moved:
        resource.link_state, resource.link_moved_to = Resource.LinkState.UNCHECKED, ""
        resource.link_next_check_at, resource.link_failures = None, 0
    key = resource.external_identifier
    others = Resource.objects.exclude(pk=resource.pk)
    if key and others.filter(external_identifier=key).exists():
        raise RuleBroken(
            "external_identifier",
            _("Une autre ressource porte déjà cet identifiant de fournisseur."),
            "external_identifier",
        )


def _keep(resource: Resource) -> None:
    try:
        with transaction.atomic():
            resource.save()
    except IntegrityError as error:
        raise RuleBroken(
            "identifier", _("Cet identifiant vient d’être pris. Enregistrez de nouveau.")
        ) from error


def _next_identifier() -> str:
    """Return the next free local identifier; the unique constraint settles a tie."""
    ours = Resource.objects.filter(identifier__regex=r"^pm-[0-9]+$")
    last = ours.order_by(Length("identifier").desc(), "-identifier").first()
    number = int(last.identifier.rpartition("-")[2]) if last else 0
    return f"pm-{number + 1:05d}"


def _credit(resource: Resource, *, publisher: str, author: str) -> None:
    wanted = [
        (Contribution.Kind.PUBLISHER, publisher.strip()),
        (Contribution.Kind.AUTHOR, author.strip()),
    ]
    present = list(resource.contributions.values_list("role", "name"))
    others = [(role, name) for role, name in present if role not in {"publisher", "author"}]
    named = sorted((str(role), name) for role, name in wanted if name)
    if sorted(present) != sorted([*named, *others]):
        _credit_all(resource, [*named, *others])


def _credit_all(resource: Resource, wanted: Sequence[tuple[str, str]]) -> None:
    """Write the credits in their order, each once."""
    named = list(dict.fromkeys((str(role), name.strip()) for role, name in wanted if name.strip()))
    if named == list(resource.contributions.values_list("role", "name")):
        return
    resource.contributions.all().delete()
    Contribution.objects.bulk_create(
        Contribution(resource=resource, role=role, name=name[:160], position=position)
        for position, (role, name) in enumerate(named)
    )


def _relate(resource: Resource, links: Links) -> None:
    if links.relations is not None:
        wanted = {(str(kind), other.pk) for kind, other in links.relations}
        if any(other == resource.pk for _kind, other in wanted):
            raise RuleBroken(
                "relation", _("Une ressource ne peut pas renvoyer à elle-même."), "relations"
            )
        present = {(row.kind, row.other_id): row.pk for row in resource.relations.all()}
        gone = [pk for key, pk in present.items() if key not in wanted]
        Relation.objects.filter(pk__in=gone).delete()
        Relation.objects.bulk_create(
            Relation(resource=resource, other_id=other, kind=kind)
            for kind, other in sorted(wanted - set(present))
        )
    if links.schools is not None:
        resource.schools.set(links.schools)
    if links.class_groups is not None:
        resource.class_groups.set(links.class_groups)


def _require_complete(resource: Resource, levels: int, domains: int) -> None:
    missing = rules.missing_before_validation(
        title=resource.title,
        description=resource.description,
        levels=levels,
        domains=domains,
        licence=resource.licence is not None,
    )
    if missing:
        raise RuleBroken(
            "incomplete",
            _("Il manque encore une information pour que la ressource puisse être trouvée."),
            missing[0],
        )


def parts_of(user: User | None, resource: Resource) -> set[str]:
    """Return the parts somebody has in a resource's way: editor, proposer. None: the service."""
    if user is None or user.has_role(*EDITORS):
        return {rules.EDITOR}
    return {rules.PROPOSER} if resource.proposed_by_id == user.pk else set()


@transaction.atomic
def move_resource(
    *,
    by: Actor,
    resource: Resource,
    to: str,
    reason: str = "",
    proposer: User | None = None,
) -> Resource:
    """Propose, validate, withdraw or send back a resource, and tell who proposed it.

    ``proposer`` is whose proposal it is, where an editor writes it down for somebody.
    Raises RuleBroken ``state`` (not from here), ``forbidden`` (not by this person),
    ``incomplete`` (validated resources state their title, description, levels, domains and
    licence), ``reason`` (withdrawing and sending a proposal back say why) or ``replaced``
    (a duplicate that gave way stays withdrawn).
    """
    reason = reason.strip()
    with history.tracked([resource.pk], by=by, verb="move", comment=reason):
        current: Resource = Resource.objects.get(pk=resource.pk)
        before = current.state
        if (before, to) in rules.MOVES and to not in rules.moves_from(
            before, parts_of(by.person, current)
        ):
            raise RuleBroken("forbidden", _("Seul un documentaliste peut le décider."))
        if current.replaced_by_id:
            raise RuleBroken(
                "replaced", _("Cette ressource a été remplacée : modifiez celle qui reste.")
            )
        if to == Resource.State.VALIDATED:
            _require_complete(current, current.levels.count(), current.domains.count())
        if rules.move_says_why(before, to) and not reason:
            raise RuleBroken("reason", _("Dites pourquoi, en quelques mots."), "reason")
        changes: dict[str, Any] = {"updated_at": clock.now()}
        if to == Resource.State.PROPOSED:
            changes |= {"proposed_by": proposer or by.person, "proposed_at": clock.now()}
        moved = states.move(resource, to, by=by, reason=reason, **changes)
    moved.refresh_from_db(fields=["revision", "proposed_by"])
    telling.tell_proposer(moved, by=by, before=before, comment=reason)
    indexing.changed()
    return moved


def set_favourite(*, by: Actor, user: User, resource: Resource, kept: bool) -> None:
    """Keep a resource at hand, or no longer; repeating it changes nothing."""
    if not kept:
        Favourite.objects.filter(user=user, resource=resource).delete()
        return
    try:
        with transaction.atomic():
            Favourite.objects.get_or_create(user=user, resource=resource)
    except IntegrityError:
        return  # kept by another tab at the same instant


@transaction.atomic
def note_opened(*, resource: Resource, audience: str, user: User | None = None) -> None:
    """Count one opening today by a kind of person; nobody's name is kept.

    ``user`` is told to whoever registered in ``openings``, for counts by school and class.
    """
    uses = ResourceUse.objects.filter(resource=resource, day=clock.today(), audience=audience)
    if not uses.update(count=F("count") + 1):
        try:
            with transaction.atomic():
                ResourceUse.objects.create(
                    resource=resource, day=clock.today(), audience=audience, count=1
                )
        except IntegrityError:
            uses.update(count=F("count") + 1)
    Resource.objects.filter(pk=resource.pk).update(opened_count=F("opened_count") + 1)
    if user is not None:
        openings.tell(user, resource)


@transaction.atomic
def note_rating(*, resource: Resource, stars: int, count: int) -> None:
    """Write what teachers gave a resource in all; search follows where its standing changes."""
    locked = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    before = locked.standing
    locked.rating_stars, locked.rating_count = stars, count
    locked.save(update_fields=["rating_stars", "rating_count"])
    if locked.standing != before and locked.state == Resource.State.VALIDATED:
        indexing.changed()
