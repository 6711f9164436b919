"""Menu entries of the schools app, and what it tells about a child."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import NavItem
from core.templatetags.ui import ltr
from enrolment.schools.models import RollEntry, School
from families.child_facts import ChildFact
from families.models import Child

NAV = (
    NavItem(
        gettext_lazy("Élèves"),
        "schools:my_roll",
        frozenset({Role.HEAD_TEACHER}),
        icon="children",
        order=20,
    ),
    NavItem(
        gettext_lazy("Secteurs scolaires"),
        "schools:segments",
        frozenset({Role.ENROLMENT_AGENT, Role.ADMINISTRATOR}),
        icon="map",
        order=30,
    ),
    NavItem(
        gettext_lazy("Écoles"),
        "schools:directory",
        frozenset({Role.GUARDIAN, Role.ENROLMENT_AGENT}),
        icon="school",
        order=60,
    ),
)


def child_facts(children: Sequence[Child], user: User) -> Iterator[tuple[int, ChildFact]]:
    """Tell school and class of this year, for whoever may see the children."""
    entries = (
        RollEntry.objects.current()
        .filter(child__in=[child.pk for child in children])
        .select_related("school", "class_group", "school_year")
    )
    year = clock.school_year_of(clock.today())
    for entry in entries:
        yield (
            entry.child_id,
            ChildFact(
                label=_("École %(year)s") % {"year": ltr(f"{year}-{year + 1}")},
                text=entry.school.name,
                url=reverse("schools:detail", args=[entry.school.uai]),
                action=_("Voir"),
                order=10,
            ),
        )
        group = entry.class_group.name if entry.class_group else _("à venir")
        yield entry.child_id, ChildFact(label=_("Classe"), text=group, order=11)


def school_places() -> list[tuple[str, str]]:
    """Return the number and the name of every school, by name."""
    return list(School.objects.order_by("name").values_list("uai", "name"))


def school_names(codes: Collection[str]) -> Mapping[str, str]:
    """Return the names of the schools that posts are held in."""
    return dict(School.objects.filter(uai__in=codes).order_by().values_list("uai", "name"))
