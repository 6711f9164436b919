"""Demo data of the catalogue: vocabularies, 1,800 resources, favourites, the index."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core import clock
from core.seeding import SeedContext
from resources.catalogue import indexing, missed, seeding_details, seeding_editors
from resources.catalogue.demo.generate import Draft, drafts
from resources.catalogue.models import (
    CatalogueVersion,
    Contribution,
    Favourite,
    MissedCount,
    MissedQuery,
    Resource,
    SavedSearch,
)
from resources.catalogue.supplying import TermsByCode, own_terms


def _resource(draft: Draft, terms: TermsByCode) -> Resource:
    return Resource(
        identifier=draft.identifier,
        title=draft.title,
        description=draft.description,
        keywords=draft.keywords,
        language=draft.language,
        state=draft.state,
        url=draft.url,
        duration_minutes=draft.duration_minutes,
        document_type=terms["document_type", draft.document_type],
        pedagogical_type=terms["pedagogical_type", draft.pedagogical_type],
        audience=draft.audience,
        difficulty=draft.difficulty,
        cost=draft.cost,
        licence=terms["licence", draft.licence],
        personal_data_level=draft.personal_data_level,
        open_from=draft.open_from,
        open_to=draft.open_to,
        quality=draft.quality,
        published_on=draft.published_on,
        opened_count=draft.opened_count,
        created_at=clock.at(draft.published_on, 9),
        updated_at=clock.at(draft.published_on, 9),
    )


def _seed_resources(made: list[Draft], terms: TermsByCode) -> list[Resource]:
    labels = {key: term.label for key, term in terms.items()}
    resources = [_resource(draft, terms) for draft in made]
    for draft, resource in zip(made, resources, strict=True):
        resource.search_text = indexing.search_text_of(
            indexing.described(resource, draft.levels, (draft.domain,), labels)
        )
    Resource.objects.bulk_create(resources, batch_size=500)
    levels, domains = Resource.levels.through, Resource.domains.through
    levels.objects.bulk_create(
        [
            levels(resource_id=resource.pk, term_id=terms["level", code].pk)
            for draft, resource in zip(made, resources, strict=True)
            for code in draft.levels
        ],
        batch_size=2000,
    )
    domains.objects.bulk_create(
        [
            domains(resource_id=resource.pk, term_id=terms["domain", draft.domain].pk)
            for draft, resource in zip(made, resources, strict=True)
        ],
        batch_size=2000,
    )
    Contribution.objects.bulk_create(
        [
            Contribution(resource=resource, role=role, name=name, position=position)
            for draft, resource in zip(made, resources, strict=True)
            for position, (role, name) in enumerate(
                (("publisher", draft.publisher), ("author", draft.author))
            )
        ],
        batch_size=2000,
    )
    return resources


def _seed_links(ctx: SeedContext, resources: list[Resource]) -> None:
    """Say that the links were asked lately: most answer, a few moved, a few are dead."""
    rng = ctx.rng("links")
    asked = [row for row in resources if row.url and row.state == Resource.State.VALIDATED]
    states = Resource.LinkState
    for number, resource in enumerate(asked):
        resource.link_state = states.FINE
        if number % 60 == 7:
            resource.link_state, resource.link_failures = states.BROKEN, 3
        elif number % 45 == 11:
            resource.link_state = states.MOVED
            resource.link_moved_to = resource.url.replace("https://", "https://nouveau.")
        resource.link_checked_at = clock.at(ctx.today, 6) - dt.timedelta(days=rng.randrange(1, 29))
    Resource.objects.bulk_update(
        asked, ["link_state", "link_failures", "link_moved_to", "link_checked_at"], batch_size=500
    )


#: What nobody finds: words, how many asked by level, decided or not.
_MISSED: tuple[tuple[str, dict[str, int], str], ...] = (
    ("roman policier corse", {"CM1": 4, "CM2": 9, "": 3}, "open"),
    ("langue des signes", {"CP": 6, "CE1": 5, "MS": 4}, "open"),
    ("robotique sous marine", {"CM2": 5}, "open"),
    ("échecs", {"CE2": 7, "CM1": 6}, "bought"),
    ("portugais", {"CM1": 3, "": 2}, "open"),
    ("film de super héros", {"CM2": 4}, "ignored"),
)


def _seed_searches(ctx: SeedContext, resources: list[Resource]) -> None:
    """Write what a teacher keeps, and what several people looked for in vain."""
    teacher = ctx.people.get("teacher")
    lately = ctx.today - dt.timedelta(days=30)
    seen = [row.pk for row in resources if row.published_on and row.published_on < lately]
    if teacher is not None:
        for name, query, rhythm in (
            ("Fractions pour mes CM1", "q=fractions&niveau=CM1", SavedSearch.Frequency.WEEKLY),
            ("Vidéos de sciences", "domaine=sciences&support=video", SavedSearch.Frequency.NEVER),
        ):
            SavedSearch.objects.create(
                user=teacher,
                name=name,
                query=query,
                frequency=rhythm,
                seen=seen,
                checked_on=ctx.today,
            )
    month = ctx.today.replace(day=1)
    for text, levels, state in _MISSED:
        asked = MissedQuery.objects.create(
            digest=missed.digest_of(text), text=text, state=state, last_asked_on=ctx.today
        )
        for level, count in levels.items():
            MissedCount.objects.create(query=asked, month=month, level=level, count=count)
    MissedQuery.objects.create(digest=missed.digest_of("jamais lu"), last_asked_on=ctx.today)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city; the index is built once all is committed."""
    rng = ctx.rng("catalogue")
    terms = own_terms()
    made = list(drafts(rng, ctx.scale.resources, ctx.today))
    resources = _seed_resources(made, terms)
    ctx.progress("Catalogue", len(resources), len(resources))
    teacher = ctx.people.get("teacher")
    if teacher is not None:
        liked = [
            resource
            for draft, resource in zip(made, resources, strict=True)
            if "CM1" in draft.levels and draft.state == "validated" and draft.open_to is None
        ]
        Favourite.objects.bulk_create(
            Favourite(user=teacher, resource=resource) for resource in rng.sample(liked, 9)
        )
    seeding_details.seed(ctx, made, resources)
    _seed_links(ctx, resources)
    _seed_searches(ctx, resources)
    seeding_editors.seed(ctx, resources)
    CatalogueVersion.objects.update_or_create(pk=1, defaults={"number": 1})
    transaction.on_commit(lambda: indexing.rebuild(force=True))
