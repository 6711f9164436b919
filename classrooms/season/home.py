"""What September puts into the fleet's menu and on home pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms.access import FLEET_STAFF
from classrooms.panels import Tab
from core.accounts.models import User
from core.home import HomeCard

TABS = (Tab("season", "lending", gettext_lazy("Rentrée"), "season:overview", FLEET_STAFF, 90),)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield the schools whose return to school is not done, while a run is open."""
    if not user.has_role(*FLEET_STAFF):
        return
    from classrooms.season.models import SeasonRun
    from classrooms.season.queries import current_run, rows_of

    run = current_run(user)
    if run is None or run.state != SeasonRun.State.OPEN:
        return
    left = sum(not row.is_complete for row in rows_of(user, run))
    if left:
        yield HomeCard(
            title=_("Rentrée %(year)s") % {"year": run},
            text=ngettext(
                "%(count)d école n’a pas fini sa rentrée.",
                "%(count)d écoles n’ont pas fini leur rentrée.",
                left,
            )
            % {"count": left},
            url=reverse("season:overview"),
            action=_("Continuer la rentrée"),
            tone="waiting",
            count=left,
            icon="calendar",
            order=22,
        )
