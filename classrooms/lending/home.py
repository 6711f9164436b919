"""What movements put into the menu and on home pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from classrooms.access import FLEET_READERS
from classrooms.panels import Tab

TABS = (
    Tab("transfers", "lending", gettext_lazy("Transferts"), "lending:transfers", FLEET_READERS, 30),
)
