"""The catalogue's messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

KINDS = (
    Kind(
        "search_alert",
        _("Nouvelles ressources pour vos recherches"),
        _("Ressources"),
        audience=STAFF,
    ),
)
