"""The only writers of the catalogue: save, validate, withdraw, keep, open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue import indexing, openings, rules
from resources.catalogue.models import (
    Contribution,
    Favourite,
    Resource,
    ResourceUse,
    Term,
)

#: Fields that an editor fills in; terms and credits come apart.
EDITABLE = (
    "title",
    "description",
    "keywords",
    "language",
    "url",
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
) -> Resource:
    """Create a draft, or write an editor's changes to a resource.

    ``facts`` holds fields of ``EDITABLE``. The journal names the fields that changed, not
    their text. Raises RuleBroken ``incomplete`` when a validated resource would lose a
    fact that it must state.
    """
    created = resource is None
    if resource is None:
        kept = Resource(identifier=_next_identifier())
    else:
        kept = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    changed = sorted(name for name, value in facts.items() if getattr(kept, name) != value)
    for name, value in facts.items():
        setattr(kept, name, value)
    if "url" in changed:
        kept.link_state, kept.link_moved_to = Resource.LinkState.UNCHECKED, ""
        kept.link_next_check_at, kept.link_failures = None, 0
    chosen_levels, chosen_domains = list(levels), list(domains)
    if kept.state == Resource.State.VALIDATED:
        _require_complete(kept, len(chosen_levels), len(chosen_domains))
    kept.updated_at = clock.now()
    kept.save()
    if created or set(kept.levels.all()) != set(chosen_levels):
        changed.append("levels")
        kept.levels.set(chosen_levels)
    if created or set(kept.domains.all()) != set(chosen_domains):
        changed.append("domains")
        kept.domains.set(chosen_domains)
    if _credit(kept, publisher=publisher, author=author):
        changed.append("contributors")
    _note_text(Resource.objects.get(pk=kept.pk))
    if created or changed:
        verb = "resource.create" if created else "resource.edit"
        journal.record(by, verb, kept, fields=changed)
        indexing.changed()
    return kept


def _next_identifier() -> str:
    """Return the next free local identifier; the unique constraint settles a tie."""
    last = Resource.objects.filter(identifier__startswith="pm-").order_by("-identifier").first()
    number = int(last.identifier.rpartition("-")[2]) if last else 0
    return f"pm-{number + 1:05d}"


def _credit(resource: Resource, *, publisher: str, author: str) -> bool:
    wanted = [
        (Contribution.Kind.PUBLISHER, publisher.strip()),
        (Contribution.Kind.AUTHOR, author.strip()),
    ]
    present = set(resource.contributions.values_list("role", "name"))
    named = {(str(role), name) for role, name in wanted if name}
    kept_roles = {role for role, _name in named} | {"publisher", "author"}
    if {(role, name) for role, name in present if role in kept_roles} == named:
        return False
    resource.contributions.filter(role__in=kept_roles).delete()
    Contribution.objects.bulk_create(
        Contribution(resource=resource, role=role, name=name, position=position)
        for position, (role, name) in enumerate(sorted(named))
    )
    return True


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


@transaction.atomic
def move_resource(*, by: Actor, resource: Resource, to: str, reason: str = "") -> Resource:
    """Validate, withdraw or send back a resource.

    Raises RuleBroken ``state`` (not from here), ``incomplete`` (validated resources state
    their title, description, levels, domains and licence) or ``reason`` (withdrawing
    says why).
    """
    if to == Resource.State.VALIDATED:
        _require_complete(resource, resource.levels.count(), resource.domains.count())
    if to == Resource.State.WITHDRAWN and not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi la ressource est retirée."), "reason")
    moved = states.move(resource, to, by=by, reason=reason.strip())
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
