"""What counts put in the fleet's menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from classrooms.access import FLEET_STAFF
from classrooms.panels import Tab

TABS = (Tab("labels", "audits", _("Étiquettes"), "audits:labels", FLEET_STAFF, 40),)
