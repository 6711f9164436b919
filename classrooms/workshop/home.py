"""What the workshop puts into the menu and on home pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.panels import Tab
from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard

TABS = (
    Tab("workshop", "incidents", gettext_lazy("Atelier"), "workshop:board", FLEET_STAFF, 30),
    Tab("claims", "incidents", gettext_lazy("Garanties"), "workshop:claims", FLEET_STAFF, 40),
    Tab("faults", "incidents", gettext_lazy("Pannes répétées"), "workshop:faults", FLEET_STAFF, 50),
    Tab("terms", "incidents", gettext_lazy("Barème"), "workshop:terms", FLEET_MANAGERS, 95),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield what waits on the bench, for technicians; what comes back, for managers."""
    if user.has_role(Role.IT_TECHNICIAN):
        yield from _technician(user)
    if user.has_role(Role.IT_MANAGER):
        yield from _manager(user)


def _technician(user: User) -> Iterator[HomeCard]:
    from classrooms.workshop.models import Repair

    rows = Repair.objects.visible_to(user).open()
    counts = rows.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(state__in=("waiting_part", "at_supplier"))),
    )
    if counts["all"]:
        yield HomeCard(
            title=_("À l’atelier"),
            text=_("Appareils à réparer, dont %(waiting)d qui attendent une pièce ou un tiers.")
            % {"waiting": counts["waiting"]},
            url=reverse("workshop:board"),
            action=_("Ouvrir l’atelier"),
            tone="waiting",
            count=counts["all"],
            icon="tools",
            order=25,
        )


def _manager(user: User) -> Iterator[HomeCard]:
    from classrooms.workshop.models import FaultAlert
    from classrooms.workshop.rules import quarter_of

    quarter = quarter_of(clock.today())
    count = FaultAlert.objects.visible_to(user).filter(quarter=quarter).count()
    if count:
        yield HomeCard(
            title=_("Pannes répétées"),
            text=_("Des modèles tombent en panne plus souvent que les autres ce trimestre."),
            url=reverse("workshop:faults"),
            action=_("Voir lesquels"),
            tone="waiting",
            count=count,
            icon="alert",
            order=31,
        )
