"""Where a household's quotient stands on a day: one state, and what goes with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from families.income.prices import PriceLine, prices_at
from families.income.terms import terms_on
from families.models import Household, IncomeFile, QuotientRequest


@dataclass
class Standing:
    """What a parent is told.

    ``state`` is the one thing to know: ``asked`` (the CAF is being asked), ``waiting`` (an
    agent will check), ``refused`` (to be sent again), ``valid``, ``ending`` (valid, but not
    for the year to come), ``ended`` or ``none`` (top tariff). ``current`` is the file in
    force, whatever the state.
    """

    state: str
    current: IncomeFile | None = None
    waiting: IncomeFile | None = None
    refused: IncomeFile | None = None
    asked: QuotientRequest | None = None
    #: The last answer of the CAF, when it gave no quotient and nothing was declared since.
    failed: QuotientRequest | None = None
    prices: list[PriceLine] = field(default_factory=list)
    history: list[IncomeFile] = field(default_factory=list)


def standing_of(household: Household, day: dt.date) -> Standing:
    """Return where a household's quotient stands, in a fixed number of queries."""
    files = list(
        IncomeFile.objects.filter(household=household)
        .select_related("proof")
        .order_by("-declared_at", "-pk")[:12]
    )
    request = QuotientRequest.objects.filter(household=household).first()
    in_force = [file for file in files if file.in_force(day)]
    found = Standing(
        state="none",
        current=max(in_force, key=lambda file: file.valid_from, default=None),
        waiting=next((file for file in files if file.is_waiting), None),
        history=files[:6],
    )
    latest = files[0] if files else None
    found.refused = latest if latest is not None and latest.refused_at is not None else None
    if request is not None and request.state == QuotientRequest.State.ASKED:
        found.asked = request
    elif request is not None and _failed(request, latest):
        found.failed = request
    found.state = _state(found, files, day)
    quotient = found.current.family_quotient if found.current else None
    found.prices = prices_at(quotient, day)
    return found


def _failed(request: QuotientRequest, latest: IncomeFile | None) -> bool:
    gave_none = request.state in (
        QuotientRequest.State.NOT_FOUND,
        QuotientRequest.State.UNKNOWN,
        QuotientRequest.State.DOWN,
    )
    return gave_none and (latest is None or latest.declared_at < request.created_at)


def _state(found: Standing, files: list[IncomeFile], day: dt.date) -> str:
    if found.waiting is not None:
        return "waiting"
    if found.asked is not None:
        return "asked"
    if found.refused is not None:
        return "refused"
    if found.current is None:
        return "ended" if any(file.checked_at for file in files) else "none"
    until = found.current.valid_until
    if until is not None and (until - day).days < terms_on(day).remind_days:
        return "ending"
    return "valid"
