"""The demo's finer metadata: activities, places, needs, common core, files, relations, rights."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from core.seeding import SeedContext
from resources.catalogue import indexing
from resources.catalogue.demo.generate import Draft
from resources.catalogue.models import Relation, Resource, Term

#: What a pupil does, by type; where one learns, by domain or type; codes of our words.
_ACTIVITIES = {
    "jeu": ("jouer",),
    "exercice": ("entrainer",),
    "lecon": ("comprendre",),
    "sequence": ("comprendre", "entrainer"),
    "activite": ("essayer",),
    "experience": ("essayer", "observer"),
    "evaluation": ("bilan",),
    "projet": ("ensemble", "fabriquer"),
    "rituel": ("entrainer",),
    "guide": ("former",),
    "tutoriel": ("fabriquer",),
    "reference": ("chercher", "lire"),
}
_PLACES = {
    "eps": "sport",
    "eveil.corps": "sport",
    "numerique": "informatique",
    "arts.histoire": "musee",
    "sciences.environnement": "dehors",
}
#: The common core, by domain.
_CORE = {
    "francais": "1.1",
    "langues": "1.2",
    "maths": "1.3",
    "sciences": "4",
    "arts": "1.4",
    "eps": "1.4",
    "emc": "3",
    "histoire": "5",
    "geographie": "5",
    "numerique": "2",
}
#: Who is thought of, by document: pictures with captions, texts to hear, an adapted layout.
_NEEDS = {"video": "entendre", "audio": "voir", "fiche": "lire", "album": "lire"}
#: Format, and least and most kilobytes, by document.
_FILES = {
    "video": ("video/mp4", 8_000, 90_000),
    "audio": ("audio/mpeg", 1_500, 12_000),
    "fiche": ("application/pdf", 120, 2_500),
    "album": ("application/epub+zip", 900, 14_000),
    "image": ("image/png", 200, 3_000),
    "carte": ("image/svg+xml", 60, 700),
    "diaporama": ("application/vnd.oasis.opendocument.presentation", 700, 9_000),
    "dossier": ("application/pdf", 500, 6_000),
}
#: How many resources are kept for one school, of those that the city pays.
_RESERVED = 6


def seed(ctx: SeedContext, drafts: Sequence[Draft], resources: Sequence[Resource]) -> None:
    """Write it: through tables at once, then relations between versions of one notion."""
    rng = ctx.rng("details")
    words = _Words()
    pairs = list(zip(drafts, resources, strict=True))
    links: dict[str, list[tuple[int, int]]] = {name: [] for name in words.fields}
    for draft, resource in pairs:
        for name, codes in _said(rng, draft).items():
            links[name] += [(resource.pk, words.of(name, code)) for code in codes]
        if resource.url == "" and draft.document_type in _FILES:
            resource.format, least, most = _FILES[draft.document_type]
            resource.size_bytes = 1024 * rng.randint(least, most)
    for name, rows in links.items():
        through = getattr(Resource, name).through
        through.objects.bulk_create(
            [through(resource_id=resource, term_id=term) for resource, term in rows],
            batch_size=2000,
        )
    Resource.objects.bulk_update(resources, ["format", "size_bytes"], batch_size=500)
    indexing.note_texts(sorted({resource for resource, _ in links["needs"]}))
    Relation.objects.bulk_create(_relations(pairs))
    school = ctx.marks.get("lina_school")
    if school is not None:
        paid = (row for row in resources if row.cost == "paid" and row.state == "validated")
        for row in list(paid)[20 : 20 + _RESERVED]:
            row.schools.add(school)


class _Words:
    """The terms of four vocabularies, by the field that holds them and their code."""

    fields = ("activities", "places", "needs", "competences")

    def __init__(self) -> None:
        kinds = dict(zip(("activity", "place", "need", "competence"), self.fields, strict=True))
        self._known = {
            (kinds[kind], code): pk
            for kind, code, pk in Term.objects.filter(vocabulary__in=kinds).values_list(
                "vocabulary", "code", "pk"
            )
        }

    def of(self, name: str, code: str) -> int:
        return self._known[name, code]


def _said(rng: random.Random, draft: Draft) -> dict[str, tuple[str, ...]]:
    wide = draft.domain.partition(".")[0]
    place = _PLACES.get(draft.domain) or _PLACES.get(wide)
    if draft.document_type == "visite":
        place = "musee"
    need = _NEEDS.get(draft.document_type) if rng.random() < 0.2 else None
    core = _CORE.get(wide)
    return {
        "activities": _ACTIVITIES.get(draft.pedagogical_type, ()),
        "places": (place or "classe",),
        "needs": (need,) if need else (),
        "competences": (core,) if core else (),
    }


def _relations(pairs: Iterable[tuple[Draft, Resource]]) -> list[Relation]:
    """Return, notion by notion: an exercise in its sequence, two versions, what replaced what."""
    notions: dict[tuple[str, ...], dict[str, list[Resource]]] = {}
    for draft, resource in pairs:
        held = notions.setdefault((draft.domain, *draft.keywords), {})
        withdrawn = resource.state == Resource.State.WITHDRAWN
        kind = "withdrawn" if withdrawn else draft.pedagogical_type
        if withdrawn or resource.state == Resource.State.VALIDATED:
            held.setdefault(kind, []).append(resource)
    kinds = Relation.Kind
    found = []
    for held in notions.values():
        exercises = [row for row in held.get("exercice", ()) if row.audience != "teacher"]
        for whole in held.get("sequence", ())[:1]:
            found += [Relation(resource=p, other=whole, kind=kinds.PART) for p in exercises[1:3]]
        told = (*held.get("sequence", ()), *held.get("evaluation", ()), *held.get("guide", ()))
        guides = [row for row in told if row.audience == "teacher"]
        for guide, sheet in zip(guides[:1], exercises[:1], strict=False):
            found.append(Relation(resource=guide, other=sheet, kind=kinds.TEACHER_VERSION))
            found.append(Relation(resource=sheet, other=guide, kind=kinds.PUPIL_VERSION))
        for old in held.get("withdrawn", ()):
            for newer in (held.get("exercice") or held.get("lecon") or [])[:1]:
                found.append(Relation(resource=newer, other=old, kind=kinds.REPLACES))
    return found
