"""The kinds of messages about movements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from classrooms.telling import FLEET
from core.messaging.kinds import STAFF, Kind

KINDS = (
    Kind("fleet_transfer_sent", _("Matériel en route vers votre école"), FLEET, audience=STAFF),
)
