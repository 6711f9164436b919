"""What awaits people in what is given, for their home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard
from resources.assignments import following
from resources.assignments.access import taught_classes
from resources.assignments.models import Assignment
from resources.assignments.parents import lists_for
from resources.assignments.todo import todo_of

#: Days before it is due from which the teacher is reminded of who has not begun.
SOON = dt.timedelta(days=2)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield a person's cards."""
    if user.has_role(Role.PUPIL):
        left = sum(not line.finished for line in todo_of(user))
        if left:
            yield HomeCard(
                title=_("À faire"),
                text=_("Ce que ta maîtresse ou ton maître t’a donné."),
                url=reverse("workspace:my_class"),
                action=_("Voir"),
                tone="waiting",
                count=left,
                icon="clipboard",
                order=5,
            )
    if user.has_role(Role.GUARDIAN):
        yield from _parent_cards(user)
    if user.has_role(Role.TEACHER):
        yield from _teacher_cards(user)


def _parent_cards(user: User) -> Iterator[HomeCard]:
    waiting = [found for found in lists_for(user) if found.left]
    if not waiting:
        return
    left = sum(found.left for found in waiting)
    names = ", ".join(found.child.given_name for found in waiting)
    yield HomeCard(
        title=_("Le travail donné à l’école"),
        text=ngettext(
            "%(n)d activité à faire : %(names)s.", "%(n)d activités à faire : %(names)s.", left
        )
        % {"n": left, "names": names},
        url=reverse("assignments:children"),
        action=_("Voir"),
        count=left,
        icon="clipboard",
        order=70,
    )


def _teacher_cards(user: User) -> Iterator[HomeCard]:
    today = clock.today()
    soon = list(
        Assignment.objects.active()
        .filter(class_group__in=taught_classes(user).values("pk"))
        .during(today, today)
        .filter(due_on__lte=today + SOON)
        .order_by("due_on", "pk")[:20]
    )
    counts = following.counts_of(soon)
    for row in soon:
        waiting = counts[row.pk].waiting
        if waiting:
            yield HomeCard(
                title=_("Pas encore commencé"),
                text=ngettext(
                    "%(n)d élève n’a pas ouvert « %(title)s ».",
                    "%(n)d élèves n’ont pas ouvert « %(title)s ».",
                    waiting,
                )
                % {"n": waiting, "title": row.title},
                url=reverse("assignments:follow", kwargs={"public_id": row.public_id}),
                action=_("Voir qui"),
                tone="waiting",
                count=waiting,
                icon="clipboard",
                order=45,
            )
            return
