"""What planning puts in the fleet's menu."""

from django.utils.translation import gettext_lazy

from classrooms.access import FLEET_MANAGERS
from classrooms.panels import Tab

TABS = (
    Tab(
        "refresh",
        "plan",
        gettext_lazy("Renouvellement"),
        "planning:refresh",
        FLEET_MANAGERS,
        10,
    ),
    Tab("plans", "plan", gettext_lazy("Répartitions"), "planning:plans", FLEET_MANAGERS, 20),
)
