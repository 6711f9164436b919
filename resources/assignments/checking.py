"""Whether resources may be given to some pupils on some days, said in words before saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import clock
from core.dates import date_format
from core.errors import RuleBroken
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import ClassGroup
from resources.assignments import rules
from resources.assignments.rules import Offer
from resources.catalogue.models import Resource
from resources.catalogue.rules import PUPIL_AUDIENCES, PUPIL_PRIVACY, levels_open_to


@dataclass(frozen=True)
class Days:
    """From which day to which, both included."""

    starts_on: dt.date
    due_on: dt.date


def offers_of(resources: Sequence[Resource], class_group: ClassGroup) -> list[Offer]:
    """Return what some resources allow to a class. Three queries, whatever their number."""
    keys = [row.pk for row in resources]
    levels: dict[int, set[str]] = {key: set() for key in keys}
    for key, code in Resource.levels.through.objects.filter(resource__in=keys).values_list(
        "resource", "term__code"
    ):
        levels[key].add(code)
    schools = _places(Resource.schools.through, keys, "school")
    groups = _places(Resource.class_groups.through, keys, "classgroup")
    return [
        Offer(
            validated=row.state == Resource.State.VALIDATED,
            for_pupils=row.audience in PUPIL_AUDIENCES,
            discreet=row.personal_data_level in PUPIL_PRIVACY,
            here=(row.pk not in schools and row.pk not in groups)
            or class_group.school_id in schools.get(row.pk, ())
            or class_group.pk in groups.get(row.pk, ()),
            open_from=row.open_from,
            open_to=row.open_to,
            levels=frozenset(levels[row.pk]),
        )
        for row in resources
    ]


def _places(through: type, keys: Iterable[int], name: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = through.objects.filter(resource__in=keys).values_list("resource", name)  # type: ignore[attr-defined]
    for key, place in rows:
        found.setdefault(key, set()).add(place)
    return found


def _why(code: str, resource: Resource) -> tuple[str, str | None]:
    """Return a refusal in words, and the field that could change it."""
    values = {
        "title": resource.title,
        "from": date_format(resource.open_from, "j F") if resource.open_from else "",
        "to": date_format(resource.open_to, "j F Y") if resource.open_to else "",
    }
    sentences: dict[str, tuple[str, str | None]] = {
        "withdrawn": (_("« %(title)s » n’est plus dans le catalogue."), None),
        "teachers": (
            _("« %(title)s » est faite pour les enseignants : les élèves ne peuvent pas l’ouvrir."),
            None,
        ),
        "personal": (
            _("« %(title)s » demande trop de données personnelles : les élèves ne l’ouvrent pas."),
            None,
        ),
        "elsewhere": (
            _("« %(title)s » est réservée à d’autres écoles ou à d’autres classes."),
            None,
        ),
        "ended": (_("« %(title)s » n’est ouverte que jusqu’au %(to)s."), "due_on"),
        "not_yet": (_("« %(title)s » n’ouvre que le %(from)s."), "starts_on"),
        "level": (
            _(
                "« %(title)s » n’est pas du cycle de tous ces élèves : ils ne la verraient pas. "
                "Choisissez un groupe du bon niveau."
            ),
            "target",
        ),
    }
    sentence, field = sentences[code]
    return sentence % values, field


def check_resources(
    resources: Sequence[Resource], class_group: ClassGroup, days: Days, levels: Collection[str]
) -> None:
    """Raise RuleBroken for the first resource that can't be given on these days to this class."""
    offers = offers_of(resources, class_group)
    for resource, offer in zip(resources, offers, strict=True):
        code = rules.obstacle(
            offer,
            starts=days.starts_on,
            due=days.due_on,
            levels=levels,
            opened_by=levels_open_to,
        )
        if code:
            raise RuleBroken(code, *_why(code, resource))


#: What no other day nor pupil could change.
_LASTING = frozenset({"withdrawn", "teachers", "personal", "elsewhere"})


def lasting_refusals(resources: Sequence[Resource], class_group: ClassGroup) -> dict[int, str]:
    """Return why some of these resources can never be given to a class, by key."""
    found: dict[int, str] = {}
    today = clock.today()
    offers = offers_of(resources, class_group)
    for resource, offer in zip(resources, offers, strict=True):
        code = rules.obstacle(offer, starts=today, due=today, levels=(), opened_by=levels_open_to)
        if code in _LASTING:
            found[resource.pk] = _why(code, resource)[0]
    return found


def check_days(days: Days, class_group: ClassGroup, *, known: Days | None = None) -> None:
    """Raise RuleBroken for days on which nothing can be given; a day kept as known is fine."""
    year_ends = class_group.school_year.ends_on
    calendar = SchoolCalendar.of(days.due_on, days.due_on)
    code = rules.wrong_dates(
        days.starts_on,
        days.due_on,
        today=clock.today(),
        year_ends=year_ends,
        school_day=calendar.is_school_day(days.due_on),
    )
    if code == "started" and known is not None and known.starts_on == days.starts_on:
        return
    if not code:
        return
    closed = calendar.closure_label(days.due_on)
    sentences = {
        "order": (_("Ce jour vient avant celui où les élèves commencent."), "due_on"),
        "past": (_("Ce jour est déjà passé."), "due_on"),
        "started": (
            _("Choisissez un jour de cette semaine ou d’une semaine à venir."),
            "starts_on",
        ),
        "year": (_("L’année scolaire sera finie : choisissez un jour plus tôt."), "due_on"),
        "long": (_("C’est trop long : deux mois au plus, en plusieurs fois si besoin."), "due_on"),
        "no_class": (
            _("Il n’y a pas classe le %(day)s (%(closed)s) : choisissez un jour d’école.")
            if closed
            else _("Il n’y a pas classe le %(day)s : choisissez un jour d’école."),
            "due_on",
        ),
    }
    sentence, field = sentences[code]
    day = date_format(days.due_on, "l j F")
    raise RuleBroken(code, sentence % {"day": day, "closed": closed}, field)
