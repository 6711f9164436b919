"""What counts put in the fleet's menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.panels import Tab

TABS = (
    Tab("audits", "audits", _("Contrôles"), "audits:audits", FLEET_READERS, 10),
    Tab("scanner", "audits", _("Scanner"), "audits:scanner", FLEET_READERS, 20),
    Tab("labels", "audits", _("Étiquettes"), "audits:labels", FLEET_STAFF, 40),
)
