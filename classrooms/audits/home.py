"""What counts put on home pages and in the fleet's menu."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.panels import Tab
from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.dates import date_format
from core.home import HomeCard

TABS = (
    Tab("audits", "audits", gettext_lazy("Contrôles"), "audits:audits", FLEET_READERS, 10),
    Tab("scanner", "audits", gettext_lazy("Scanner"), "audits:scanner", FLEET_READERS, 20),
    Tab("campaigns", "audits", gettext_lazy("Campagnes"), "audits:campaigns", FLEET_READERS, 30),
    Tab("labels", "audits", gettext_lazy("Étiquettes"), "audits:labels", FLEET_STAFF, 40),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield the campaigns that await a technician."""
    from classrooms.audits.queries.campaigns import awaiting

    if not user.has_role(Role.IT_TECHNICIAN):
        return
    today = clock.today()
    for campaign, left in awaiting(user):
        if campaign.starts_on > today:
            continue
        yield HomeCard(
            title=campaign.name,
            text=ngettext(
                "%(count)d contrôle reste à faire dans vos écoles, avant le %(day)s.",
                "%(count)d contrôles restent à faire dans vos écoles, avant le %(day)s.",
                left,
            )
            % {"count": left, "day": date_format(campaign.deadline, "j F")},
            url=reverse("audits:campaign", args=[campaign.public_id]),
            action=_("Continuer les contrôles"),
            tone="urgent" if campaign.is_late(today) else "waiting",
            count=left,
            icon="scan",
            order=22,
        )
