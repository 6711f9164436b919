"""The curriculum map: for each notion of a level, what there is, what was used, what is missing.

Built from five questions whatever the size of the catalogue; what a person may not open is
not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.schools.models import ClassGroup
from resources.catalogue import rules as catalogue_rules
from resources.catalogue.access import EDITORS, window_of
from resources.catalogue.models import Resource, Term
from resources.figures import rules
from resources.figures.access import schools_read
from resources.figures.models import CityUse, ClassUse, Gap, GapReport, SchoolUse
from resources.figures.reading import crowd_at

#: Resources proposed for a notion that was not used yet.
SUGGESTED = 3


@dataclass
class Notion:
    """A domain of the level and what it holds, those inside it included.

    ``used`` is None where no use is known (nobody's class was chosen). ``reported`` tells
    that this class said a resource is missing; ``gap`` is what came of it.
    """

    pk: int
    code: str
    label: str
    resources: int = 0
    for_pupils: int = 0
    used: int | None = None
    children: list[Notion] = field(default_factory=list)
    suggestions: list[Resource] = field(default_factory=list)
    gap: Gap | None = None
    reported: bool = False
    unfolded: bool = False

    @property
    def state(self) -> str:
        """``missing``, ``unused``, ``used``, or ``there`` when use is not known."""
        if not self.resources:
            return "missing"
        if self.used is None:
            return "there"
        return "used" if self.used else "unused"

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Notion]]:
        """Yield this notion and those inside it, with their depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True)
class Map:
    """A level's notions; ``whose`` says whose use is shown: class, school, city or nobody."""

    level: str
    roots: list[Notion]
    whose: str
    class_group: ClassGroup | None

    @property
    def leaves(self) -> list[Notion]:
        """The notions that hold no other."""
        return [n for root in self.roots for _d, n in root.walk() if not n.children]

    def count(self, *states: str) -> int:
        """How many of the narrowest notions are in some states."""
        return sum(notion.state in states for notion in self.leaves)

    @property
    def used(self) -> int:
        """Notions used at least once."""
        return self.count("used")

    @property
    def unused(self) -> int:
        """Notions that have resources and were not used."""
        return self.count("unused")

    @property
    def missing(self) -> int:
        """Notions without a resource."""
        return self.count("missing")

    @property
    def stocked(self) -> int:
        """Notions with a resource."""
        return len(self.leaves) - self.missing


def use_known(user: User, level: str, class_group: ClassGroup | None) -> tuple[str, set[int]]:
    """Return whose use a person reads on the map, and the resources used this school year.

    A head's map leaves out what stands for too few: a level of fewer than five pupils, a
    resource opened fewer than five times.
    """
    since = rules.months_of_year(clock.school_year_of(clock.today()))[0]
    if class_group is not None:
        mine = ClassUse.objects.visible_to(user).filter(class_group=class_group, month__gte=since)
        return "class", set(mine.order_by().values_list("resource", flat=True))
    if reach_of(user, *EDITORS).city:
        everywhere = CityUse.objects.filter(level=level, month__gte=since)
        return "city", set(everywhere.order_by().values_list("resource", flat=True).distinct())
    if not user.has_role(Role.HEAD_TEACHER):
        return "", set()
    schools = list(schools_read(user).order_by("pk").values_list("pk", flat=True))
    crowd = crowd_at(clock.school_year_of(clock.today()), schools)
    if (crowd.of_all(schools, level)[0] or 0) < rules.FEWEST:
        return "", set()
    school = SchoolUse.objects.visible_to(user).filter(level=level, month__gte=since).order_by()
    counted = school.values_list("resource").annotate(n=Sum("openings"))
    return "school", {key for key, number in counted if number >= rules.FEWEST}


def build(user: User, level: str, class_group: ClassGroup | None = None) -> Map:
    """Return the map of a level as ``user`` may see it."""
    notions, order = _notions()
    at_level = Resource.levels.through.objects.filter(term__vocabulary="level", term__code=level)
    visible = Resource.objects.within(window_of(user)).filter(pk__in=at_level.values("resource"))
    whose, used = use_known(user, level, class_group)
    own: dict[int, set[int]] = defaultdict(set)
    merit: dict[int, tuple[bool, int, int]] = {}
    links = Resource.domains.through.objects.filter(resource__in=visible.order_by().values("pk"))
    for term, key, audience, privacy, quality, opened in links.values_list(
        "term_id",
        "resource_id",
        "resource__audience",
        "resource__personal_data_level",
        "resource__quality",
        "resource__opened_count",
    ):
        own[term].add(key)
        open_to_pupils = (
            audience in catalogue_rules.PUPIL_AUDIENCES and privacy in catalogue_rules.PUPIL_PRIVACY
        )
        merit[key] = (open_to_pupils, quality, opened)
    cycle = catalogue_rules.cycle_of(level) or ""
    roots = [
        root
        for root in (_filled(notions, pk, own, merit, used if whose else None) for pk in order)
        if _kept(root, [], cycle)
    ]
    found = Map(level, roots, whose, class_group)
    _suggest(found, own, merit)
    _note_gaps(found)
    return found


def _notions() -> tuple[dict[int, tuple[Notion, list[int]]], list[int]]:
    """Return every domain with the keys of those inside it, and the keys of the widest."""
    rows = list(
        Term.objects.filter(vocabulary="domain")
        .order_by("position", "code")
        .values_list("pk", "code", "label", "parent")
    )
    notions: dict[int, tuple[Notion, list[int]]] = {
        pk: (Notion(pk, code, label), []) for pk, code, label, _parent in rows
    }
    roots = []
    for pk, _code, _label, parent in rows:
        if parent in notions:
            notions[parent][1].append(pk)
        else:
            roots.append(pk)
    return notions, roots


def _filled(
    notions: dict[int, tuple[Notion, list[int]]],
    pk: int,
    own: dict[int, set[int]],
    merit: dict[int, tuple[bool, int, int]],
    used: set[int] | None,
) -> Notion:
    """Return a notion with its numbers; each resource counts once, however often it is linked."""

    def fill(key: int) -> tuple[Notion, set[int]]:
        notion, inside = notions[key]
        held = set(own.get(key, ()))
        for child in inside:
            below, theirs = fill(child)
            notion.children.append(below)
            held |= theirs
        notion.resources = len(held)
        notion.for_pupils = sum(merit[resource][0] for resource in held)
        notion.used = None if used is None else len(held & used)
        return notion, held

    return fill(pk)[0]


def _kept(notion: Notion, around: list[str], cycle: str) -> bool:
    """Drop what is not of the cycle and holds nothing; tell whether the notion stays."""
    labels = [notion.label, *around]
    had_children = bool(notion.children)
    notion.children = [child for child in notion.children if _kept(child, labels, cycle)]
    if notion.resources or notion.children:
        return True
    taught = cycle in rules.cycles_of_domain(notion.code, labels)
    return taught and not had_children


def _suggest(found: Map, own: dict[int, set[int]], merit: dict[int, Any]) -> None:
    """Propose the best resources of each narrowest notion that has not been used."""
    chosen = {
        notion.pk: sorted(own[notion.pk], key=lambda key: (merit[key], -key), reverse=True)
        for notion in found.leaves
        if notion.state == "unused"
    }
    wanted = {key for keys in chosen.values() for key in keys[:SUGGESTED]}
    titles = {
        resource.pk: resource
        for resource in Resource.objects.filter(pk__in=wanted).only("identifier", "title")
    }
    for notion in found.leaves:
        keys = chosen.get(notion.pk, [])[:SUGGESTED]
        notion.suggestions = [titles[key] for key in keys if key in titles]


def _note_gaps(found: Map) -> None:
    gaps = {gap.term_id: gap for gap in Gap.objects.filter(level=found.level)}
    reported: set[int] = set()
    if found.class_group is not None:
        reported = set(
            GapReport.objects.filter(
                class_group=found.class_group, gap__level=found.level
            ).values_list("gap__term", flat=True)
        )
    for root in found.roots:
        for _depth, notion in root.walk():
            notion.gap = gaps.get(notion.pk)
            notion.reported = notion.pk in reported


def unfold(found: Map, code: str = "") -> None:
    """Unfold what leads to one notion, or everything when none is named."""
    for root in found.roots:
        for _depth, notion in root.walk():
            notion.unfolded = not code or any(each.code == code for _d, each in notion.walk())


def stock(gaps: list[Gap]) -> dict[int, int]:
    """Return how many validated resources stand for some gaps today, by gap, in two questions."""
    levels = {gap.level for gap in gaps}
    codes = dict(Term.objects.filter(pk__in=[g.term_id for g in gaps]).values_list("pk", "code"))
    rows = (
        Resource.objects.validated()
        .filter(levels__vocabulary="level", levels__code__in=levels, domains__vocabulary="domain")
        .order_by()
        .values_list("levels__code", "domains__code")
        .annotate(n=Count("pk", distinct=True))
    )
    counted = list(rows) if gaps else []
    return {
        gap.pk: sum(
            number
            for level, code, number in counted
            if level == gap.level
            and (code == codes[gap.term_id] or code.startswith(f"{codes[gap.term_id]}."))
        )
        for gap in gaps
    }
