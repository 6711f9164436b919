"""What is written to families about their requests for a place."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import Kind

REQUESTS = _("Inscriptions à l’école")
_OFFICIAL = _("C’est la réponse de la ville à votre demande.")

KINDS = (
    Kind("registration_submitted", _("Demande bien reçue"), REQUESTS, _OFFICIAL),
    Kind(
        "registration_proof_asked",
        _("Document à envoyer"),
        REQUESTS,
        _("Sans ce document, votre demande n’avance pas."),
        sms=True,
    ),
    Kind("registration_accepted", _("Demande acceptée"), REQUESTS, _OFFICIAL),
    Kind("registration_refused", _("Demande refusée"), REQUESTS, _OFFICIAL),
    Kind("registration_waiver_decided", _("Réponse à une dérogation"), REQUESTS, _OFFICIAL),
    Kind("registration_admitted", _("Admission à l’école"), REQUESTS, grouped=True),
    Kind("registration_withdrawn", _("Demande retirée"), REQUESTS, grouped=True),
    Kind("registration_departure_asked", _("Demande de radiation"), REQUESTS, _OFFICIAL),
    Kind("registration_departure_issued", _("Certificat de radiation"), REQUESTS, _OFFICIAL),
    Kind("registration_departure_refused", _("Radiation : réponse"), REQUESTS, _OFFICIAL),
    Kind("registration_departure_withdrawn", _("Radiation retirée"), REQUESTS, grouped=True),
)
