"""Payment terms in force on a day."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from core.errors import RuleBroken
from payments.models import BillingTerms


def terms_on(day: dt.date) -> BillingTerms:
    """Return the terms the council had set by a day; raises RuleBroken ``no_terms``."""
    found = BillingTerms.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if found is None:
        raise RuleBroken("no_terms", _("Aucun délai de paiement n'est voté à cette date."))
    return found
