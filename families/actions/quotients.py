"""A household has its quotient fetched: asked first, called after, answered once.

The row is written before the call and commits with the consent. A worker claims it by one
compare-and-set update that pushes ``next_try_at`` behind a lease; it calls outside any
transaction; the answer is settled under the household's lock, where a declaration that an
agent checked meanwhile wins. A worker that dies in between leaves a row that is due again
once its lease is over, and the sweep takes it up. Nothing here ever refuses a declaration.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal, queueing
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from families import quotient_provider
from families.actions.income import HIGHEST, drop_waiting, make_room, tell_household
from families.income.rules import earliest_start, end_of_validity
from families.income.terms import terms_on
from families.models import Guardian, Household, IncomeFile, QuotientRequest
from families.quotient_provider import Answer, Identity

logger = logging.getLogger(__name__)

#: Names the words agreed to on the page; changed whenever they change.
CONSENT = "quotient-2026-1"
#: How long a worker may hold a request before another may take it up.
LEASE = dt.timedelta(seconds=60)
#: Waits after calls that found the provider down; then the family is asked to declare.
BACK_OFF = [dt.timedelta(seconds=seconds) for seconds in (20, 120, 900)]
#: Requests one household may make a day.
PER_DAY = 5

State = QuotientRequest.State


@transaction.atomic
def ask_quotient(*, by: Actor, guardian: Guardian, identity: Identity) -> QuotientRequest:
    """Ask for a household's quotient, with its consent; asked twice, the first stands.

    Raises RuleBroken ``off`` without a provider, ``too_many`` after too many in a day.
    """
    if not quotient_provider.is_on():
        raise RuleBroken("off", _("Cette demande n’est pas possible ici : déclarez le quotient."))
    Household.objects.select_for_update().get(pk=guardian.household_id)
    mine = QuotientRequest.objects.filter(household=guardian.household_id)
    open_request = mine.filter(state=State.ASKED).first()
    if open_request is not None:
        return open_request
    if mine.filter(created_at__gte=clock.now() - dt.timedelta(days=1)).count() >= PER_DAY:
        raise RuleBroken(
            "too_many",
            _("Trop de demandes aujourd’hui. Déclarez votre quotient, ou revenez demain."),
        )
    request = QuotientRequest.objects.create(
        household_id=guardian.household_id,
        guardian=guardian,
        consent=CONSENT,
        identity=identity.as_row(),
    )
    journal.record(by, "quotient.ask", request, household=guardian.household_id, consent=CONSENT)
    queueing.later("families.fetch_quotient", request.pk)
    return request


def claim(pk: int) -> QuotientRequest | None:
    """Take a due request for this worker alone, or return None: somebody else has it."""
    at = clock.now()
    taken = (
        QuotientRequest.objects.due(at)
        .filter(pk=pk)
        .update(attempts=F("attempts") + 1, next_try_at=at + LEASE)
    )
    return QuotientRequest.objects.get(pk=pk) if taken else None


def fetch(pk: int) -> str:
    """Call the provider for one due request and settle the answer; return the state after."""
    request = claim(pk)
    if request is None or request.identity is None:
        return ""
    try:
        answer = quotient_provider.get_provider().quotient(Identity.of_row(request.identity))
    except quotient_provider.NotFound:
        return end(request, State.NOT_FOUND)
    except quotient_provider.IdentityUnknown:
        return end(request, State.UNKNOWN)
    except quotient_provider.SlowDown as slow:
        return _postpone(request, dt.timedelta(seconds=slow.wait), counts=False)
    except quotient_provider.ProviderDown as down:
        if request.attempts > len(BACK_OFF):
            return end(request, State.DOWN, error=str(down)[:20])
        return _postpone(request, BACK_OFF[request.attempts - 1], counts=True)
    return settle(request, answer)


def _postpone(request: QuotientRequest, wait: dt.timedelta, *, counts: bool) -> str:
    """Try again after a wait; being told to slow down is not a failed attempt."""
    mine = QuotientRequest.objects.filter(
        pk=request.pk, state=State.ASKED, attempts=request.attempts
    )
    attempts = request.attempts if counts else request.attempts - 1
    mine.update(next_try_at=clock.now() + wait, attempts=attempts)
    queueing.later("families.fetch_quotient", request.pk, countdown=wait.total_seconds())
    return str(State.ASKED)


def _locked(request: QuotientRequest) -> QuotientRequest | None:
    """Lock the household, then the request; None if it was answered meanwhile."""
    Household.objects.select_for_update().get(pk=request.household_id)
    return (
        QuotientRequest.objects.select_for_update(of=("self",))
        .filter(pk=request.pk, state=State.ASKED)
        .first()
    )


def _close(request: QuotientRequest, state: str, error: str = "") -> None:
    request.state, request.identity, request.error = state, None, error
    request.ended_at = clock.now()
    request.save(update_fields=["state", "identity", "error", "ended_at"])


@transaction.atomic
def end(request: QuotientRequest, state: str, *, error: str = "") -> str:
    """Note that there is no quotient to be had, and ask the family to declare it."""
    found = _locked(request)
    if found is None:
        return ""
    _close(found, state, error)
    journal.record(SYSTEM, f"quotient.{state}", found, household=found.household_id)
    if not IncomeFile.objects.filter(
        household=found.household_id, checked_at__isnull=True, refused_at__isnull=True
    ).exists():
        tell_household(found.household_id, "family_quotient_missing", str(found.pk))
    return state


@transaction.atomic
def settle(request: QuotientRequest, answer: Answer) -> str:
    """Keep a quotient the provider gave, dated as if declared on the day it was asked for.

    A declaration that waits is taken away with its proof: nobody need check it. One that an
    agent checked since the request was made stands.
    """
    found = _locked(request)
    if found is None:
        return ""
    household = found.household_id
    if IncomeFile.objects.filter(household=household, checked_at__gte=found.created_at).exists():
        _close(found, State.SUPERSEDED)
        journal.record(SYSTEM, "quotient.supersede", found, household=household)
        return str(State.SUPERSEDED)
    drop_waiting(SYSTEM, household, verb="income_file.supersede")
    asked = clock.service_day(found.created_at)
    terms = terms_on(asked)
    start = earliest_start(asked, terms)
    make_room(household, start)
    file = IncomeFile.objects.create(
        household_id=household,
        family_quotient=min(answer.quotient, HIGHEST),
        source=IncomeFile.Source.API,
        valid_from=start,
        valid_until=end_of_validity(asked, terms),
        declared_at=found.created_at,
        checked_at=clock.now(),
    )
    _close(found, State.FOUND)
    journal.record(
        SYSTEM,
        "quotient.found",
        file,
        household=household,
        request=found.pk,
        fund=answer.fund,
        month=f"{answer.year}-{answer.month:02d}",
    )
    tell_household(household, "family_quotient_found", str(found.pk))
    return str(State.FOUND)


def sweep(limit: int = 500) -> int:
    """Take up requests that a lost task or a dead worker left; return how many ended."""
    due = QuotientRequest.objects.due(clock.now()).order_by("next_try_at", "pk")
    ended = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        ended += fetch(pk) not in ("", State.ASKED)
    return ended
