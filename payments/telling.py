"""What is written to families about bills and payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.messaging.kinds import STAFF, Kind

BILLS = _("Factures et paiements")

KINDS = (
    Kind("invoice_issued", _("Nouvelle facture"), BILLS, _("Une facture doit vous parvenir.")),
    Kind(
        "invoice_reminder",
        _("Facture à payer"),
        BILLS,
        _("Une relance doit vous parvenir avant toute poursuite."),
        sms=True,
    ),
    Kind("payment_received", _("Reçu d’un paiement"), BILLS),
    Kind("credit_note_issued", _("Avoir sur une facture"), BILLS, grouped=True),
    Kind("refund_made", _("Remboursement"), BILLS, grouped=True),
    Kind(
        "payment_anomaly",
        _("Paiement à vérifier"),
        BILLS,
        _("De l’argent est arrivé que personne ne doit régler sans le voir."),
        audience=STAFF,
    ),
)
