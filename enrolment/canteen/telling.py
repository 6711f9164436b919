"""What the canteen writes: numbers to kitchens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

KINDS = (
    Kind(
        "kitchen_order",
        _("Commande à la cuisine"),
        _("Restauration"),
        _("Sans elle, la cuisine ne prépare pas les repas."),
        audience=STAFF,
    ),
)
