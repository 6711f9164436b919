"""A household moves, today or from a day on; the family is asked about school, never moved.

A school place is never changed by a move (Code de l'éducation L212-7; a child may finish its
course in its school, L212-8): those who moved say what they wish and an agent follows up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from families.actions.household import (
    ADDRESS_FIELDS,
    Address,
    person_of,
    write_address,
)
from families.codes import new_reference
from families.models import (
    Guardian,
    Guardianship,
    HomeAddress,
    Household,
    SchoolQuestion,
)
from families.telling import tell

#: How far a move may lie in the past or in the future.
LATEST, EARLIEST = dt.timedelta(days=365), dt.timedelta(days=365)

#: Tells which of these children attend a school of the city today; schools register it.
Attendance = Callable[[Iterable[int]], set[int]]
_attendances: list[Attendance] = []


def register_attendance(attendance: Attendance) -> None:
    """Let another app say which children attend a school today."""
    if attendance not in _attendances:
        _attendances.append(attendance)


@transaction.atomic
def change_address(
    *,
    by: Actor,
    guardian: Guardian,
    address: Address,
    city: str,
    alone: bool,
    starts_on: dt.date | None = None,
) -> HomeAddress:
    """Declare a new address from a day: for the whole household, or ``alone``.

    Who moves out alone gets a household of their own, so that the old one never sees the new
    address. A day to come waits until then; another announcement replaces it. Declared again
    for the same first day, the address is corrected.
    """
    today = clock.today()
    day = starts_on or today
    guardian = Guardian.objects.select_for_update().get(pk=guardian.pk)
    household = Household.objects.select_for_update().get(pk=guardian.household_id)
    _check_day(household, day, today)
    _drop_waiting(by, guardian)
    shared = household.guardians.exclude(pk=guardian.pk).exists()
    moving_out = alone and shared
    if moving_out:
        household = Household.objects.create(reference=new_reference("F"))
    declared = Household()
    write_address(declared, address, city)
    values = {name: getattr(declared, name) for name in ADDRESS_FIELDS}
    home, made = HomeAddress.objects.update_or_create(
        household=household, starts_on=day, defaults={**values, "mover": guardian}
    )
    journal.record(
        by,
        "household.move_out" if moving_out else "household.move" if made else "household.correct",
        household,
        guardian=guardian.pk,
        on=day.isoformat(),
    )
    if day <= today:
        _apply(home, by)
    return home


def _check_day(household: Household, day: dt.date, today: dt.date) -> None:
    if not today - EARLIEST <= day <= today + LATEST:
        raise RuleBroken(
            "day", _("Choisissez une date à moins d’un an d’aujourd’hui."), "starts_on"
        )
    last = household.addresses.filter(applied_at__isnull=False).order_by("-starts_on").first()
    if last is not None and day < last.starts_on:
        raise RuleBroken(
            "before_last",
            _("Votre adresse actuelle est plus récente que cette date. Vérifiez le jour."),
            "starts_on",
        )


def _drop_waiting(by: Actor, guardian: Guardian) -> None:
    """Forget what was announced before: by this guardian, or for the household they live in."""
    own = HomeAddress.objects.waiting().filter(mover=guardian)
    shared = HomeAddress.objects.waiting().filter(household=guardian.household_id)
    for home in (own | shared).select_related("household").order_by("pk"):
        journal.record(by, "household.move_dropped", home, guardian=guardian.pk)
        target = home.household
        home.delete()
        if target.pk != guardian.household_id and not target.guardians.exists():
            target.delete()


def waiting_move(guardian: Guardian) -> HomeAddress | None:
    """Return the move to come that this guardian may see: their own, or their household's."""
    home = HomeAddress.objects.waiting().filter(mover=guardian)
    shared = HomeAddress.objects.waiting().filter(household=guardian.household_id)
    return (home | shared).select_related("street").order_by("starts_on", "pk").first()


@transaction.atomic
def cancel_move(*, by: Actor, guardian: Guardian) -> None:
    """Take an announced move back; without one nothing happens."""
    guardian = Guardian.objects.select_for_update().get(pk=guardian.pk)
    _drop_waiting(by, guardian)


@transaction.atomic
def part_ways(*, by: Actor, guardian: Guardian, other: Guardian) -> None:
    """Say that an adult of one's household lives there no more, if they did not say so.

    They get a household of their own, without address, and are asked for it; from now on
    they see neither the address to come, nor the income, nor the papers of the one they left.
    What they announced for it is forgotten. Repeated, or said by both at once, once is enough.
    """
    keys = {guardian.pk, other.pk}
    people = list(Guardian.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    homes = {person.household_id for person in people}
    if len(people) != 2 or len(homes) != 1:
        return
    household = Household.objects.select_for_update().get(pk=homes.pop())
    for home in HomeAddress.objects.waiting().filter(mover=other, household=household):
        journal.record(by, "household.move_dropped", home, guardian=other.pk)
        home.delete()
    own = Household.objects.create(reference=new_reference("F"))
    Guardian.objects.filter(pk=other.pk).update(household=own)
    journal.record(by, "household.part", household, guardian=other.pk, to=own.pk)
    if other.user_id:
        tell(other, "family_household_parted", dedupe_key=f"family_household_parted-{own.pk}")


def _apply(home: HomeAddress, by: Actor) -> None:
    """Write an address on its household, let who moves out join it, ask about school."""
    household = Household.objects.select_for_update().get(pk=home.household_id)
    for name in ADDRESS_FIELDS:
        setattr(household, name, getattr(home, name))
    household.save(update_fields=list(ADDRESS_FIELDS))
    is_new = home.applied_at is None
    home.applied_at = home.applied_at or clock.now()
    home.save(update_fields=["applied_at"])
    mover = home.mover
    joins = mover is not None and mover.household_id != household.pk
    if mover is not None and joins:
        Guardian.objects.filter(pk=mover.pk).update(household=household)
    lived_elsewhere = joins or household.addresses.filter(starts_on__lt=home.starts_on).exists()
    if is_new and lived_elsewhere:
        _ask_about_school(home)
    journal.record(by, "household.address", household, on=home.starts_on.isoformat())


def _ask_about_school(home: HomeAddress) -> None:
    """Ask those who moved about each child who lives with them and attends a school."""
    links = Guardianship.objects.with_authority().filter(
        guardian__household=home.household_id, lives_with=True
    )
    keys = set(links.values_list("child", flat=True))
    attending = set().union(*(attend(keys) for attend in _attendances)) & keys
    SchoolQuestion.objects.bulk_create(
        SchoolQuestion(child_id=key, address=home) for key in sorted(attending)
    )
    if not attending:
        return
    people = Guardian.objects.filter(household=home.household_id, died_on__isnull=True)
    for guardian in people.select_related("user").order_by("pk"):
        tell(
            guardian,
            "family_school_after_move",
            dedupe_key=f"family_school_after_move-{home.pk}-{guardian.pk}",
        )


def follow_moves() -> int:
    """Put announced addresses in force whose day has come; nightly, harmless to repeat."""
    done = 0
    for key in HomeAddress.objects.due(clock.today()).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            home = (
                HomeAddress.objects.due(clock.today())
                .select_for_update(of=("self",))
                .select_related("mover", "household")
                .filter(pk=key)
                .first()
            )
            if home is not None:
                _apply(home, SYSTEM)
                done += 1
    return done


@transaction.atomic
def answer_school(
    *, by: Actor, guardian: Guardian, answers: dict[int, str]
) -> list[SchoolQuestion]:
    """Say for each child (by question key) whether they stay in their school."""
    questions = list(
        SchoolQuestion.objects.open()
        .filter(pk__in=answers, address__household=guardian.household_id)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for question in questions:
        answer = answers[question.pk]
        if answer not in SchoolQuestion.Answer.values:
            raise RuleBroken("answer", _("Choisissez une réponse de la liste."))
        if question.answer != answer:
            question.answer, question.answered_at = answer, clock.now()
            question.save(update_fields=["answer", "answered_at"])
            journal.record(
                by, "school_question.answer", question, child=question.child_id, answer=answer
            )
    return questions


@transaction.atomic
def close_question(*, by: Actor, question: SchoolQuestion) -> SchoolQuestion:
    """Mark a question as followed up by an agent; repeated, nothing more happens."""
    found = SchoolQuestion.objects.select_for_update().get(pk=question.pk)
    if found.handled_at is None:
        found.handled_at, found.handled_by = clock.now(), person_of(by)
        found.save(update_fields=["handled_at", "handled_by"])
        journal.record(by, "school_question.close", found, child=found.child_id)
    return found
