"""A household declares its family quotient; an agent checks the proof, which then goes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, documents, journal
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import person_of
from families.income.rules import computed_quotient, earliest_start
from families.income.terms import terms_on
from families.models import Guardian, Household, IncomeFile, IncomeRule, QuotientRequest
from families.telling import tell

#: Quotients above this are typing errors.
HIGHEST = 20_000
#: Reference incomes above this are typing errors.
HIGHEST_INCOME = 2_000_000


def _check_amount(quotient: int) -> None:
    if not 0 <= quotient <= HIGHEST:
        raise RuleBroken(
            "quotient", _("Vérifiez le quotient : il est en euros par mois."), "quotient"
        )


def quotient_from_tax(reference_income: int, shares: Decimal, day: dt.date) -> int:
    """Return the quotient that a tax notice gives under the terms of a day.

    Raises RuleBroken ``reference_income``, ``tax_shares``.
    """
    if not 0 <= reference_income <= HIGHEST_INCOME:
        raise RuleBroken(
            "reference_income",
            _("Vérifiez le revenu : c’est un nombre d’euros par an."),
            "reference_income",
        )
    try:
        found = computed_quotient(reference_income, shares, terms_on(day).rounding)
    except ValueError as error:
        raise RuleBroken(
            "tax_shares",
            _("Vérifiez le nombre de parts, par exemple 2,5."),
            "tax_shares",
        ) from error
    return min(found, HIGHEST)


@transaction.atomic
def declare_income(
    *, by: Actor, household: Household, quotient: int, proof: Document | None
) -> IncomeFile:
    """Declare a quotient in whole euros a month; it counts once an agent has checked it.

    A declaration still waiting is replaced. It is to count from the day it is declared on,
    or from as many days before as the council's terms allow.
    """
    _check_amount(quotient)
    return _declare(by, household, proof, family_quotient=quotient, basis=IncomeFile.Basis.CAF)


@transaction.atomic
def declare_tax_income(
    *,
    by: Actor,
    household: Household,
    reference_income: int,
    shares: Decimal,
    proof: Document | None,
) -> IncomeFile:
    """Declare a tax notice; the quotient is computed from it, and counts once checked."""
    quotient = quotient_from_tax(reference_income, shares, clock.today())
    return _declare(
        by,
        household,
        proof,
        family_quotient=quotient,
        basis=IncomeFile.Basis.TAX,
        reference_income=reference_income,
        tax_shares=shares,
    )


def _declare(
    by: Actor,
    household: Household,
    proof: Document | None,
    *,
    family_quotient: int,
    basis: str,
    reference_income: int | None = None,
    tax_shares: Decimal | None = None,
) -> IncomeFile:
    Household.objects.select_for_update().get(pk=household.pk)
    drop_waiting(by, household.pk, verb="income_file.replace")
    today = clock.today()
    file = IncomeFile.objects.create(
        household=household,
        family_quotient=family_quotient,
        source=IncomeFile.Source.DECLARED,
        basis=basis,
        reference_income=reference_income,
        tax_shares=tax_shares,
        valid_from=earliest_start(today, terms_on(today)),
        proof=proof,
    )
    journal.record(by, "income_file.declare", file, household=household.pk, basis=basis)
    return file


def drop_waiting(by: Actor, household_id: int, *, verb: str) -> None:
    """Take away the declaration that waits, with its proof; the household is locked."""
    for old in IncomeFile.objects.filter(
        household=household_id, checked_at__isnull=True, refused_at__isnull=True
    ):
        journal.record(by, verb, old, household=household_id)
        _drop_proof(by, old)
        old.delete()


def _drop_proof(by: Actor, file: IncomeFile) -> None:
    document, file.proof = file.proof, None
    if document is not None:
        file.save(update_fields=["proof"])
        documents.discard(document, by=by)


def _waiting(file: IncomeFile) -> IncomeFile:
    """Lock the household, then a declaration that still waits; else RuleBroken ``state``."""
    Household.objects.select_for_update().get(pk=file.household_id)
    found = IncomeFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
    if found is None or not found.is_waiting:
        raise RuleBroken(
            "state", _("Cette déclaration a déjà été traitée ou remplacée. Rechargez la page.")
        )
    return found


@transaction.atomic
def check_income(
    *,
    by: Actor,
    file: IncomeFile,
    quotient: int,
    source: str,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
) -> IncomeFile:
    """Confirm a declaration as the proof shows it, and delete the proof.

    A file checked before for the same first day gives way: bills already made keep the
    quotient they were made with. Raises RuleBroken ``retroactive`` for a first day before
    the one the council's terms allow, ``held`` while the antivirus has not seen the proof.
    """
    _check_amount(quotient)
    if source not in (IncomeFile.Source.CAF, IncomeFile.Source.TAX):
        raise RuleBroken("source", _("Choisissez l’origine."), "source")
    if valid_until is not None and valid_until < valid_from:
        raise RuleBroken("dates", _("La fin précède le début."), "valid_until")
    found = _waiting(file)
    if found.proof is not None and found.proof.is_held:
        raise RuleBroken(
            "held", _("L’antivirus n’a pas encore examiné cette attestation. Revenez plus tard.")
        )
    declared = clock.service_day(found.declared_at)
    earliest = earliest_start(declared, terms_on(declared))
    if valid_from < earliest:
        raise RuleBroken(
            "retroactive",
            _("Pas d’effet avant le %(day)s : la délibération ne le permet pas.")
            % {"day": date_format(earliest, "j F Y")},
            "valid_from",
        )
    make_room(found.household_id, valid_from)
    found.family_quotient, found.source = quotient, source
    found.valid_from, found.valid_until = valid_from, valid_until
    found.reference_income = found.tax_shares = None
    found.checked_at, found.checked_by = clock.now(), person_of(by)
    found.save()
    _drop_proof(by, found)
    journal.record(by, "income_file.check", found, household=found.household_id)
    _end_request(by, found.household_id)
    _tell(found, "family_income_checked")
    return found


def make_room(household_id: int, valid_from: dt.date) -> None:
    """Let a file checked before for the same first day give way; the household is locked."""
    IncomeFile.objects.filter(
        household=household_id, valid_from=valid_from, checked_at__isnull=False
    ).delete()


def _end_request(by: Actor, household_id: int) -> None:
    """An agent has answered: what was asked of the CAF meanwhile is asked no more."""
    asked = QuotientRequest.objects.select_for_update(of=("self",)).filter(
        household=household_id, state=QuotientRequest.State.ASKED
    )
    for request in asked:
        request.state, request.identity = QuotientRequest.State.SUPERSEDED, None
        request.ended_at = clock.now()
        request.save(update_fields=["state", "identity", "ended_at"])
        journal.record(by, "quotient.supersede", request, household=household_id)


@transaction.atomic
def refuse_income(*, by: Actor, file: IncomeFile, code: str, reason: str = "") -> IncomeFile:
    """Turn a declaration down with a reason the family reads, and delete the proof."""
    if code not in IncomeFile.Refusal.values:
        raise RuleBroken("code", _("Choisissez la raison du refus."), "code")
    if code == IncomeFile.Refusal.OTHER and not reason.strip():
        raise RuleBroken("reason", _("Écrivez la raison à la famille."), "reason")
    found = _waiting(file)
    found.refused_at, found.refusal, found.refusal_code = clock.now(), reason.strip(), code
    found.reference_income = found.tax_shares = None
    found.save(
        update_fields=[
            "refused_at",
            "refusal",
            "refusal_code",
            "reference_income",
            "tax_shares",
        ]
    )
    _drop_proof(by, found)
    journal.record(by, "income_file.refuse", found, household=found.household_id, code=code)
    _tell(found, "family_income_refused")
    return found


def _tell(file: IncomeFile, kind: str) -> None:
    tell_household(file.household_id, kind, str(file.pk))


def tell_household(household_id: int, kind: str, key: str) -> None:
    """Write to the adults of one household who have an account, and to nobody else's."""
    for guardian in Guardian.objects.filter(
        household=household_id, user__isnull=False
    ).select_related("user"):
        tell(guardian, kind, dedupe_key=f"{kind}-{key}-{guardian.pk}")


@transaction.atomic
def add_income_rule(
    *,
    by: Actor,
    valid_from: dt.date,
    resolution: str,
    rounding: str,
    retroactive: bool,
    max_days: int,
    end_month: int,
    end_day: int,
    remind_days: int,
) -> IncomeRule:
    """Add what the council has voted about quotients, from a day to come; none is changed.

    Raises RuleBroken ``past``, ``taken``, ``resolution``, ``max_days``, ``end_day``.
    """
    if valid_from <= clock.today():
        raise RuleBroken(
            "past", _("Les règles des jours passés ne changent pas."), field="valid_from"
        )
    if not resolution.strip():
        raise RuleBroken("resolution", _("Indiquez la délibération."), "resolution")
    if retroactive != bool(max_days):
        raise RuleBroken(
            "max_days",
            _("Donnez un nombre de jours si l’effet est rétroactif, zéro sinon."),
            "max_days",
        )
    try:
        dt.date(2001, end_month, end_day)
    except ValueError as error:
        raise RuleBroken("end_day", _("Ce jour n’existe pas chaque année."), "end_day") from error
    rule, made = IncomeRule.objects.get_or_create(
        valid_from=valid_from,
        defaults={
            "resolution": resolution.strip(),
            "rounding": rounding,
            "retroactive": retroactive,
            "max_days": max_days,
            "end_month": end_month,
            "end_day": end_day,
            "remind_days": remind_days,
            "created_by": by.user,
        },
    )
    if not made:
        raise RuleBroken("taken", _("Une règle est déjà prévue à cette date."), "valid_from")
    journal.record(by, "income_rule.add", rule, day=valid_from.isoformat())
    return rule
