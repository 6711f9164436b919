"""What editors answer to those who proposed or reported something."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

RESOURCES = _("Ressources")

KINDS = (
    Kind("collection_published", _("Collection publiée par la Ville"), RESOURCES, audience=STAFF),
    Kind("collection_declined", _("Réponse à une collection proposée"), RESOURCES, audience=STAFF),
    Kind("review_hidden", _("Avis masqué"), RESOURCES, audience=STAFF),
    Kind("suggestion_accepted", _("Ressource proposée : retenue"), RESOURCES, audience=STAFF),
    Kind("suggestion_declined", _("Ressource proposée : réponse"), RESOURCES, audience=STAFF),
    Kind("problem_mended", _("Problème signalé : réparé"), RESOURCES, grouped=True, audience=STAFF),
    Kind("problem_dismissed", _("Problème signalé : réponse"), RESOURCES, audience=STAFF),
)
