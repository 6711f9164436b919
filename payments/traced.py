"""What of a family's bills the journal speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core import acting
from core.accounts.models import User
from core.rights.trace import Subjects, register_subjects, register_words
from payments.models import CreditNote, DeskPayment, Invoice


def subjects(user: User) -> Iterator[Subjects]:
    """Return one's own bills, credit notes and payments at a desk."""
    for name, model, path in (
        ("payments.invoice", Invoice, "payer__user"),
        ("payments.creditnote", CreditNote, "invoice__payer__user"),
        ("payments.deskpayment", DeskPayment, "payer__user"),
    ):
        found = model.objects.filter(**{path: user}).values_list("pk", flat=True)
        yield Subjects(name, dict.fromkeys(map(str, found), ""))


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_subjects(subjects)
    register_words(
        things={
            "payments.invoice": _("une facture"),
            "payments.creditnote": _("un avoir"),
            "payments.deskpayment": _("un paiement au guichet"),
        }
    )
    acting.describe_acts(
        {
            "invoice.remind": _("Relance envoyée"),
            "credit_note.issue": _("Avoir établi"),
            "desk_payment.record": _("Paiement au guichet enregistré"),
        }
    )
