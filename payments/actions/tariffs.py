"""Vote new prices: a version is added, none is ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from payments.models import Tariff, TariffBand
from payments.rules.pricing import Formula, Step, problems_of


def add_tariff(
    *,
    by: Actor,
    service: str,
    label: str,
    valid_from: dt.date,
    resolution: str,
    rule: Formula | Sequence[Step],
) -> Tariff:
    """Add a version of a service's prices from a day to come.

    Raises RuleBroken ``past``, ``taken`` (that day has prices), ``bands`` or ``resolution``.
    """
    if valid_from <= clock.today():
        raise RuleBroken(
            "past", _("Les prix des jours passés ne changent pas."), field="valid_from"
        )
    if not resolution.strip():
        raise RuleBroken("resolution", _("Indiquez la délibération."), field="resolution")
    formula = rule if isinstance(rule, Formula) else None
    steps = [] if isinstance(rule, Formula) else list(rule)
    if formula is None and problems_of(steps):
        raise RuleBroken("bands", _("Les tranches ne sont pas cohérentes."))
    try:
        with transaction.atomic():
            tariff = Tariff.objects.create(
                service=service,
                label=label,
                kind=Tariff.Kind.EFFORT_RATE if formula else Tariff.Kind.BANDS,
                valid_from=valid_from,
                resolution=resolution.strip(),
                rate_per_mille=Decimal(formula.rate_per_mille) if formula else None,
                floor_cents=formula.floor_cents if formula else None,
                ceiling_cents=formula.ceiling_cents if formula else None,
                created_by=by.user,
            )
            TariffBand.objects.bulk_create(
                TariffBand(
                    tariff=tariff,
                    code=step.code,
                    quotient_max=step.quotient_max,
                    unit_price_cents=step.unit_price_cents,
                )
                for step in steps
            )
            journal.record(by, "tariff.add", tariff, service=service, day=valid_from.isoformat())
    except IntegrityError as error:
        raise RuleBroken(
            "taken", _("Des prix sont déjà prévus à cette date."), field="valid_from"
        ) from error
    return tariff
