"""What the fleet's technicians write to those who reported a fault."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

FLEET = _("Matériel")

KINDS = (
    Kind("fleet_device_swapped", _("Appareil remplacé"), FLEET, audience=STAFF),
    Kind("fleet_incident_settled", _("Panne réglée"), FLEET, grouped=True, audience=STAFF),
)
