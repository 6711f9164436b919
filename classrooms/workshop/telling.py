"""What the workshop writes to technicians and managers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

FLEET = _("Matériel")

KINDS = (
    Kind(
        "fleet_claim_unanswered",
        _("Garantie sans réponse"),
        FLEET,
        grouped=True,
        audience=STAFF,
    ),
    Kind("fleet_fault_alert", _("Pannes répétées d’un modèle"), FLEET, audience=STAFF),
)
