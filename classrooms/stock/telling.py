"""What the stock writes to the fleet's manager."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

FLEET = _("Matériel")

KINDS = (
    Kind("stock_low", _("Stock sous le minimum"), FLEET, grouped=True, audience=STAFF),
    Kind("stock_sim_lost", _("Carte SIM perdue"), FLEET, audience=STAFF),
)
