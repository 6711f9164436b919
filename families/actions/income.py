"""A household declares its family quotient; an agent checks the proof, which then goes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, journal, outbox
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import person_of
from families.models import Guardian, Household, IncomeFile

#: Quotients above this are typing errors.
HIGHEST = 20_000


def _check_amount(quotient: int) -> None:
    if not 0 <= quotient <= HIGHEST:
        raise RuleBroken(
            "quotient", _("Vérifiez le quotient : il est en euros par mois."), "quotient"
        )


@transaction.atomic
def declare_income(
    *, by: Actor, household: Household, quotient: int, proof: Document | None
) -> IncomeFile:
    """Declare a quotient in whole euros a month; it counts once an agent has checked it.

    A declaration still waiting is replaced. It is to count from the first of this month.
    """
    if not 0 <= quotient <= HIGHEST:
        raise RuleBroken(
            "quotient", _("Vérifiez le quotient : il est en euros par mois."), "quotient"
        )
    Household.objects.select_for_update().get(pk=household.pk)
    for old in IncomeFile.objects.filter(
        household=household, checked_at__isnull=True, refused_at__isnull=True
    ):
        _drop_proof(by, old)
        old.delete()
    file = IncomeFile.objects.create(
        household=household,
        family_quotient=quotient,
        source=IncomeFile.Source.DECLARED,
        valid_from=clock.today().replace(day=1),
        proof=proof,
    )
    journal.record(by, "income_file.declare", file, household=household.pk)
    return file


def _drop_proof(by: Actor, file: IncomeFile) -> None:
    document, file.proof = file.proof, None
    if document is not None:
        file.save(update_fields=["proof"])
        documents.discard(document, by=by)


def _waiting(file: IncomeFile) -> IncomeFile:
    found = IncomeFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
    if found is None or found.checked_at or found.refused_at:
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
    quotient they were made with.
    """
    if not 0 <= quotient <= HIGHEST:
        raise RuleBroken(
            "quotient", _("Vérifiez le quotient : il est en euros par mois."), "quotient"
        )
    if valid_until is not None and valid_until < valid_from:
        raise RuleBroken("dates", _("La fin précède le début."), "valid_until")
    Household.objects.select_for_update().get(pk=file.household_id)
    found = _waiting(file)
    IncomeFile.objects.filter(
        household=found.household_id, valid_from=valid_from, checked_at__isnull=False
    ).delete()
    found.family_quotient, found.source = quotient, source
    found.valid_from, found.valid_until = valid_from, valid_until
    found.checked_at, found.checked_by = clock.now(), person_of(by)
    found.save()
    _drop_proof(by, found)
    journal.record(by, "income_file.check", found, household=found.household_id)
    _tell(found, "family_income_checked")
    return found


@transaction.atomic
def refuse_income(*, by: Actor, file: IncomeFile, reason: str) -> IncomeFile:
    """Turn a declaration down with a reason for the family, and delete the proof."""
    found = _waiting(file)
    found.refused_at, found.refusal = clock.now(), reason
    found.save(update_fields=["refused_at", "refusal"])
    _drop_proof(by, found)
    journal.record(by, "income_file.refuse", found, household=found.household_id)
    _tell(found, "family_income_refused")
    return found


def _tell(file: IncomeFile, kind: str) -> None:
    for guardian in Guardian.objects.filter(
        household=file.household_id, user__isnull=False
    ).select_related("user"):
        outbox.queue(kind=kind, to=guardian.user, dedupe_key=f"{kind}-{file.pk}-{guardian.pk}")
