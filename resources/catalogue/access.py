"""Who finds which resource: the one place that says it, in SQL and for the index alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from resources.catalogue import rules

if TYPE_CHECKING:
    from core.accounts.models import User

#: Posts that see and keep the catalogue in order.
EDITORS = (Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR)
#: Posts that find every validated resource.
TEACHING = (Role.TEACHER, Role.HEAD_TEACHER)
#: Whoever may search the catalogue at all.
READERS = (*TEACHING, Role.PUPIL, *EDITORS)

_TAUGHT = "classes_taught_this_year"
_pupil_levels: list[Callable[[User], Iterable[str]]] = []


def register_pupil_levels(provider: Callable[[User], Iterable[str]]) -> None:
    """Let another app say at which level a pupil is; without an answer a pupil finds nothing."""
    if provider not in _pupil_levels:
        _pupil_levels.append(provider)


_places: list[Callable[[User], Iterable[str]]] = []
#: The place of a resource that is open to every school.
EVERYWHERE = "*"


def register_places(provider: Callable[[User], Iterable[str]]) -> None:
    """Let another app say where a person learns or teaches, as ``place_of`` writes it."""
    if provider not in _places:
        _places.append(provider)


def place_of(*, uai: str = "", class_group: int = 0) -> str:
    """Return the name of a school or a class among a resource's places."""
    return f"school:{uai}" if uai else f"class:{class_group}"


_school_uses: list[Callable[[], Iterable[tuple[int, str]]]] = []


def register_school_uses(provider: Callable[[], Iterable[tuple[int, str]]]) -> None:
    """Let another app say which resources (by key) a school's teachers use (by its UAI).

    Asked when the index is built: what colleagues use comes a little higher. Schools, never
    persons.
    """
    if provider not in _school_uses:
        _school_uses.append(provider)


def school_uses() -> dict[int, set[str]]:
    """Return the places where each resource is in use, by its key."""
    found: dict[int, set[str]] = {}
    for provider in _school_uses:
        for pk, uai in provider():
            found.setdefault(pk, set()).add(place_of(uai=uai))
    return found


@dataclass(frozen=True)
class Window:
    """What one person may find, as values that SQL and the search index both understand.

    ``None`` means no limit. ``day`` is the service day on which resources must be open;
    ``places`` are the person's schools and classes.
    """

    levels: frozenset[str] | None
    audiences: frozenset[str] | None
    privacy: frozenset[str] | None
    day: dt.date
    nothing: bool = False
    places: frozenset[str] | None = None

    def scope(self) -> dict[str, frozenset[str]]:
        """Return the limits as facet values to keep, for the search index."""
        found = {
            "level": self.levels,
            "audience": self.audiences,
            "privacy": self.privacy,
            "place": self.places,
        }
        scope = {name: values for name, values in found.items() if values is not None}
        if self.nothing:
            scope["level"] = frozenset()
        return scope

    @property
    def schools(self) -> frozenset[str]:
        """The person's schools, as places."""
        return frozenset(place for place in self.places or () if place.startswith("school:"))


def window_of(user: User | None) -> Window:
    """Return what ``user`` may find. ``None`` stands for a partner system with its token.

    Editors find every validated resource, teaching staff and partners all but those kept for
    other schools or classes; a pupil, of those, only what is meant for pupils, open to the
    pupil's cycle and of no or low personal-data level.
    """
    day = clock.today()
    if user is not None and user.has_role(*EDITORS):
        return Window(None, None, None, day)
    places = {EVERYWHERE}
    if user is not None:
        places.update(place for provider in _places for place in provider(user))
    if user is None or user.has_role(*TEACHING):
        return Window(None, None, None, day, places=frozenset(places))
    if user.has_role(Role.PUPIL):
        levels = frozenset(
            level
            for provider in _pupil_levels
            for own in provider(user)
            for level in rules.levels_open_to(own)
        )
        return Window(
            levels, rules.PUPIL_AUDIENCES, rules.PUPIL_PRIVACY, day, not levels, frozenset(places)
        )
    return Window(frozenset(), None, None, day, nothing=True)


def open_on(day: dt.date) -> Q:
    """Return the condition that a resource is open on a day (``open_to`` is the last one)."""
    return (Q(open_from__isnull=True) | Q(open_from__lte=day)) & (
        Q(open_to__isnull=True) | Q(open_to__gte=day)
    )


class ResourceQuerySet(models.QuerySet[Any]):
    """Resources by what a person may see."""

    def validated(self, on: dt.date | None = None) -> ResourceQuerySet:
        """Keep what an editor has validated and is open on a day (today unless told)."""
        return self.filter(open_on(on or clock.today()), state="validated")

    def within(self, window: Window) -> ResourceQuerySet:
        """Keep what a window shows: the same answer as the index gives."""
        if window.nothing:
            return self.none()
        found = self.validated(window.day)
        if window.audiences is not None:
            found = found.filter(audience__in=window.audiences)
        if window.privacy is not None:
            found = found.filter(personal_data_level__in=window.privacy)
        if window.levels is not None:
            through = self.model.levels.through.objects.filter(
                term__vocabulary="level", term__code__in=window.levels
            )
            found = found.filter(pk__in=through.values("resource"))
        if window.places is not None:
            found = found.filter(self._open_at(window.places))
        return found

    def _open_at(self, places: Iterable[str]) -> Q:
        """Return the condition that a resource is open everywhere, or at one of some places."""
        kept: dict[str, list[str]] = {"school": [], "class": []}
        for place in places:
            kind, _colon, code = place.partition(":")
            kept.setdefault(kind, []).append(code)
        schools = self.model.schools.through.objects
        groups = self.model.class_groups.through.objects
        restricted = Q(pk__in=schools.values("resource")) | Q(pk__in=groups.values("resource"))
        own = Q(pk__in=schools.filter(school__uai__in=kept["school"]).values("resource")) | Q(
            pk__in=groups.filter(classgroup__in=kept["class"]).values("resource")
        )
        return ~restricted | own

    def visible_to(self, user: User) -> ResourceQuerySet:
        """Everything for editors; what their window shows for the others."""
        if reach_of(user, *EDITORS).city:
            return self
        return self.within(window_of(user))


class EditorialQuerySet(models.QuerySet[Any]):
    """Rows of the editors' work: theirs alone."""

    def visible_to(self, user: User) -> EditorialQuerySet:
        """All of them for editors, none for anybody else."""
        return self if reach_of(user, *EDITORS).city else self.none()


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that belong to one person through ``user``."""

    def visible_to(self, user: User) -> OwnQuerySet:
        """One's own, and only those."""
        return self.filter(user=user)


def near_levels(user: User) -> frozenset[str]:
    """Return the levels at which a person works or learns: theirs come a little higher."""
    if user.has_role(Role.PUPIL):
        return frozenset(level for provider in _pupil_levels for level in provider(user))
    if user.has_role(Role.TEACHER):
        return frozenset(level for levels in classes_taught_by(user).values() for level in levels)
    return frozenset()


def classes_taught_by(user: User) -> dict[int, list[str]]:
    """Return the levels of each class that a person teaches this year, by the class's key.

    Kept on the instance, that is for one request.
    """
    held: dict[int, list[str]] | None = vars(user).get(_TAUGHT)
    if held is None:
        year = clock.school_year_of(clock.today())
        taught = user.taught_classes.filter(school_year__start_year=year).order_by()
        held = vars(user)[_TAUGHT] = dict(taught.values_list("pk", "levels"))
    return held
