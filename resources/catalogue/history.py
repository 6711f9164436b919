"""What a resource was, step by step: snapshots by codes, revisions, differences.

Every writer of editorial facts works inside ``tracked``: it locks the rows, sees what they
were and what they have become, and writes one revision for each that changed, and the state
it started from where nobody had noted it yet. A snapshot holds codes, never keys of rows, so
that it can be read, compared and restored years later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue.models import BulkEdit, Contribution, Relation, Resource, Revision

Snapshot = dict[str, Any]

#: Facts written as they are.
PLAIN = (
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
    "audience",
    "difficulty",
    "cost",
    "rights",
    "personal_data_level",
    "licence_seats",
    "licence_unit",
    "quality",
    "state",
)
DATES = ("open_from", "open_to", "published_on")
#: One term each, by its code.
SINGLE = ("document_type", "pedagogical_type", "licence")
#: Several terms each, by their codes.
SEVERAL = ("levels", "domains", "activities", "places", "needs", "competences")
#: Facts that differ by words rather than as a whole.
LONG = frozenset({"description", "rights", "title"})

LABELS: Mapping[str, Any] = {
    "title": gettext_lazy("Titre"),
    "description": gettext_lazy("Description"),
    "keywords": gettext_lazy("Mots-clés"),
    "language": gettext_lazy("Langue"),
    "external_identifier": gettext_lazy("Identifiant chez le fournisseur"),
    "contributors": gettext_lazy("Contributeurs"),
    "levels": gettext_lazy("Niveaux"),
    "domains": gettext_lazy("Domaines"),
    "pedagogical_type": gettext_lazy("Type pédagogique"),
    "document_type": gettext_lazy("Type documentaire"),
    "activities": gettext_lazy("Activités induites"),
    "competences": gettext_lazy("Socle commun"),
    "audience": gettext_lazy("Public"),
    "difficulty": gettext_lazy("Difficulté"),
    "places": gettext_lazy("Lieux"),
    "needs": gettext_lazy("Besoins particuliers"),
    "url": gettext_lazy("Adresse"),
    "format": gettext_lazy("Format"),
    "size_bytes": gettext_lazy("Poids en octets"),
    "duration_minutes": gettext_lazy("Durée en minutes"),
    "thumbnail_url": gettext_lazy("Adresse de l’image"),
    "thumbnail_alt": gettext_lazy("Description de l’image"),
    "cost": gettext_lazy("Coût"),
    "licence": gettext_lazy("Licence"),
    "rights": gettext_lazy("Droits"),
    "personal_data_level": gettext_lazy("Données personnelles"),
    "open_from": gettext_lazy("Ouverte à partir du"),
    "open_to": gettext_lazy("Ouverte jusqu’au"),
    "licence_seats": gettext_lazy("Nombre d’accès achetés"),
    "licence_unit": gettext_lazy("Qui prend un accès"),
    "schools": gettext_lazy("Réservée à des écoles"),
    "class_groups": gettext_lazy("Réservée à des classes"),
    "relations": gettext_lazy("Liens avec d’autres ressources"),
    "quality": gettext_lazy("Qualité"),
    "published_on": gettext_lazy("Parue le"),
    "state": pgettext_lazy("d’une ressource", "État"),
    "replaced_by": gettext_lazy("Remplacée par"),
}
#: What restoring or merging never touches: it has its own acts.
APART = frozenset({"state", "replaced_by"})


class Stale(RuleBroken):
    """Somebody else has changed the resource since it was read."""

    def __init__(self) -> None:
        super().__init__(
            "changed", _("Quelqu’un d’autre a modifié cette ressource pendant que vous écriviez.")
        )


def snapshots(pks: Iterable[int]) -> dict[int, Snapshot]:
    """Return what resources state, by codes, in a fixed order and number of queries."""
    wanted = list(pks)
    columns = {name: name for name in (*PLAIN, *DATES)}
    columns |= {name: f"{name}__code" for name in SINGLE}
    columns["replaced_by"] = "replaced_by__identifier"
    rows = Resource.objects.filter(pk__in=wanted).order_by("pk")
    found: dict[int, Snapshot] = {}
    for pk, *values in rows.values_list("pk", *columns.values()):
        facts = dict(zip(columns, values, strict=True))
        facts["keywords"] = [str(word) for word in facts["keywords"]]
        for name in DATES:
            facts[name] = facts[name].isoformat() if facts[name] else None
        for name in (*SINGLE, "replaced_by"):
            facts[name] = facts[name] or ""
        for name in (*SEVERAL, "schools", "class_groups", "contributors", "relations"):
            facts[name] = []
        found[pk] = facts
    for name in SEVERAL:
        _add_terms(found, name)
    _add_places(found)
    credits_of = Contribution.objects.filter(resource__in=found).order_by("position", "pk")
    for pk, role, name in credits_of.values_list("resource", "role", "name"):
        found[pk]["contributors"].append([role, name])
    relations = Relation.objects.filter(resource__in=found).order_by("kind", "other__identifier")
    for pk, kind, other in relations.values_list("resource", "kind", "other__identifier"):
        found[pk]["relations"].append([kind, other])
    return found


def _add_terms(found: dict[int, Snapshot], name: str) -> None:
    through: Any = getattr(Resource, name).through
    links = through.objects.filter(resource__in=found)
    for pk, code in links.order_by("term__position", "term__code").values_list(
        "resource", "term__code"
    ):
        found[pk][name].append(code)


def _add_places(found: dict[int, Snapshot]) -> None:
    schools = Resource.schools.through.objects.filter(resource__in=found)
    for pk, uai in schools.order_by("school__uai").values_list("resource", "school__uai"):
        found[pk]["schools"].append(uai)
    groups = Resource.class_groups.through.objects.filter(resource__in=found)
    names = (
        "classgroup__school__uai",
        "classgroup__school_year__start_year",
        "classgroup__name",
    )
    for pk, *group in groups.order_by(*names).values_list("resource", *names):
        found[pk]["class_groups"].append(group)


@dataclass(frozen=True)
class Change:
    """One fact that two snapshots tell differently."""

    name: str
    old: Any
    new: Any

    @property
    def label(self) -> str:
        """The fact's name in the reader's language."""
        return str(LABELS.get(self.name, self.name))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the facts that differ, in the order of the form."""
    return [
        Change(name, old.get(name), new.get(name))
        for name in LABELS
        if (old.get(name) or None) != (new.get(name) or None)
    ]


class Tracker:
    """The rows under the eyes of ``tracked``; new ones are added once they exist."""

    def __init__(self, before: dict[int, Snapshot]) -> None:
        self.before = before
        self.created: list[int] = []
        self.changed: dict[int, list[Change]] = {}

    def add(self, *pks: int) -> None:
        """Follow resources that were just created."""
        self.created.extend(pks)


@contextmanager
def tracked(
    pks: Iterable[int],
    *,
    by: Actor,
    verb: str,
    comment: str = "",
    bulk: BulkEdit | None = None,
) -> Iterator[Tracker]:
    """Note what happens to resources inside the block; call it in a transaction.

    The rows are locked in the order of their keys before they are read.
    """
    wanted = sorted(set(pks))
    locked = Resource.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
    held = dict(locked.order_by("pk").values_list("pk", "revision"))
    tracker = Tracker(snapshots(held))
    yield tracker
    _note(tracker, held, by, verb, comment[:300], bulk)


def _note(  # noqa: PLR0917
    tracker: Tracker,
    held: dict[int, int],
    by: Actor,
    verb: str,
    comment: str,
    bulk: BulkEdit | None,
) -> None:
    now = clock.now()
    rows: list[Revision] = []
    numbers: dict[int, int] = {}
    created = set(tracker.created) - set(held)
    after = snapshots([*held, *created])
    for pk, snapshot in after.items():
        number = held.get(pk, 0)
        if pk not in created:
            changes = differences(tracker.before[pk], snapshot)
            if not changes:
                continue
            tracker.changed[pk] = changes
            if number == 0:
                number = 1
                rows.append(
                    Revision(
                        resource_id=pk,
                        number=1,
                        at=now,
                        verb=Revision.Verb.BASELINE,
                        snapshot=tracker.before[pk],
                    )
                )
        numbers[pk] = number + 1
        rows.append(
            Revision(
                resource_id=pk,
                number=number + 1,
                at=now,
                by=by.user,
                verb=verb if pk not in created or verb != "edit" else Revision.Verb.CREATE,
                comment=comment,
                snapshot=snapshot,
                bulk=bulk,
            )
        )
    Revision.objects.bulk_create(rows, batch_size=500)
    counted = list(Resource.objects.filter(pk__in=numbers).only("pk", "revision"))
    for row in counted:
        row.revision = numbers[row.pk]
    Resource.objects.bulk_update(counted, ["revision"], batch_size=500)


def merged(base: Snapshot, mine: Snapshot, theirs: Snapshot) -> tuple[Snapshot, list[Change]]:
    """Return one snapshot out of two made from ``base``, and the facts that both changed.

    A fact that only one of them changed is taken from that one; where both did, mine is kept
    and named in the conflicts, theirs as the old value.
    """
    result, conflicts = dict(theirs), []
    theirs_changed = {change.name for change in differences(base, theirs)}
    for change in differences(base, mine):
        if change.name in APART:
            continue
        if change.name in theirs_changed and (theirs.get(change.name) or None) != (
            change.new or None
        ):
            conflicts.append(Change(change.name, theirs.get(change.name), change.new))
        result[change.name] = change.new
    return result, conflicts


def base_snapshot(resource: Resource, number: int) -> Snapshot | None:
    """Return what a resource was at a revision; None for one that never was.

    Number 0 is what it was before its first change.
    """
    wanted = resource.revisions.filter(number=number or 1)
    return wanted.values_list("snapshot", flat=True).first()
