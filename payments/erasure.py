"""Bills outlive an erasure: accounting law keeps them ten years after their year."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.journal import Actor
from core.rights.erasing import Line, register_erasure
from payments.models import Invoice


def plan(user: User) -> Iterator[Line]:
    """Say how many bills stay, and until when."""
    own = Invoice.objects.filter(payer__user=user)
    last = own.aggregate(last=Max("issued_on"))["last"]
    if last is not None:
        yield Line(
            _("Vos factures et vos paiements, avec le nom et l’adresse qu’ils portaient"),
            goes=False,
            count=own.count(),
            until=_now("le 31 décembre %(year)d") % {"year": last.year + 10},
            why=_("Ce sont des pièces comptables."),
            source=_("Code de commerce, article L123-22"),
        )


def erase(user: User, by: Actor) -> None:
    """Take nothing: what stays is frozen, and goes by itself after its years."""


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_erasure("payments", plan, erase)
