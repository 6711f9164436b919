"""What the fleet's technicians write to those who reported a fault."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

FLEET = _("Matériel")

KINDS = (
    Kind("fleet_incident_joined", _("Panne déjà signalée"), FLEET, grouped=True, audience=STAFF),
    Kind(
        "fleet_incident_taken_on", _("Panne prise en charge"), FLEET, grouped=True, audience=STAFF
    ),
    Kind("fleet_incident_assigned", _("Panne confiée"), FLEET, audience=STAFF),
    Kind("fleet_incident_works", _("Panne disparue"), FLEET, audience=STAFF),
    Kind("fleet_stolen_seen", _("Appareil volé aperçu"), FLEET, audience=STAFF),
    Kind("fleet_device_swapped", _("Appareil remplacé"), FLEET, audience=STAFF),
    Kind("fleet_lines_ending", _("Contrats de lignes à dénoncer"), FLEET, audience=STAFF),
    Kind("fleet_import_failed", _("Tableau interrompu"), FLEET, audience=STAFF),
    Kind("fleet_incident_settled", _("Panne réglée"), FLEET, grouped=True, audience=STAFF),
)
