"""The kinds of messages about movements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from classrooms.telling import FLEET
from core.messaging.kinds import STAFF, Kind

KINDS = (
    Kind("fleet_overdue", _("Remises en retard dans vos écoles"), FLEET, audience=STAFF),
    Kind("fleet_overdue_yours", _("Matériel que vous devez rendre"), FLEET, audience=STAFF),
    Kind("fleet_reservation_cancelled", _("Réservation annulée"), FLEET, audience=STAFF),
    Kind("fleet_reservation_tomorrow", _("Chariot réservé pour demain"), FLEET, audience=STAFF),
    Kind("fleet_transfer_sent", _("Matériel en route vers votre école"), FLEET, audience=STAFF),
)
