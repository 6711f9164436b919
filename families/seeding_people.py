"""A few families to whom something happened, and what all say of their children's care.

Runs last: a move asks about school only where a child attends one, and what died or left must
not take part in what the other apps make up.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import clock
from core.journal import Actor
from core.seeding import SeedContext
from families.actions import care, health, situations
from families.actions.household import ADDRESS_FIELDS
from families.models import (
    Child,
    EmergencyContact,
    Guardian,
    Guardianship,
    HealthCarePlan,
    HomeAddress,
    Household,
    NameChange,
    PhotoAnswer,
    PickupContact,
    SchoolQuestion,
)

BATCH = 2000
#: An address as columns, so that no street is fetched.
COLUMNS = ("street_id", *ADDRESS_FIELDS[1:])
#: People whom families name, by how the child would say it.
OTHERS = (
    ("Yvonne Martin", "grand-mère"),
    ("Ahmed Benali", "grand-père"),
    ("Sonia Leroy", "voisine"),
    ("Marc Diaz", "oncle"),
    ("Inès Faure", "assistante maternelle"),
)


def seed(ctx: SeedContext) -> None:
    """Write address histories, contacts and photo answers; then the demo's situations."""
    _addresses()
    _contacts(ctx)
    _demo_children(ctx)
    _situations(ctx)


def _addresses() -> None:
    """Every household has lived at its address since it was recorded."""
    batch: list[HomeAddress] = []
    homes = Household.objects.exclude(street__isnull=True, street_text="").order_by("pk")
    for home in homes.iterator(chunk_size=BATCH):
        batch.append(
            HomeAddress(
                household=home,
                starts_on=clock.service_day(home.created_at),
                declared_at=home.created_at,
                applied_at=home.created_at,
                **{name: getattr(home, name) for name in COLUMNS},
            )
        )
        if len(batch) == BATCH:
            HomeAddress.objects.bulk_create(batch)
            batch = []
    HomeAddress.objects.bulk_create(batch)


def _contacts(ctx: SeedContext) -> None:
    """Many families have named somebody to call and answered about pictures."""
    rng = ctx.rng("families.care")
    since = clock.service_day(clock.at(ctx.today - dt.timedelta(days=60), 9))
    calls: list[EmergencyContact] = []
    picks: list[PickupContact] = []
    answers: list[PhotoAnswer] = []
    links = Guardianship.objects.filter(
        ends_on__isnull=True, parental_authority=True, guardian__user__isnull=False
    ).order_by("child", "pk")
    named: set[int] = set()
    # A whole city would be a quarter of a million answers: some classes show it as well.
    share = 0.5 if ctx.scale.pupils <= 5000 else 0.1
    for child, guardian in links.values_list("child", "guardian").iterator(chunk_size=BATCH):
        if rng.random() > share:
            continue
        for use in PhotoAnswer.Use.values:
            allowed = rng.random() < (0.95 if use == PhotoAnswer.Use.CLASS else 0.6)
            answers.append(
                PhotoAnswer(child_id=child, guardian_id=guardian, use=use, allowed=allowed)
            )
        if child not in named:
            named.add(child)
            name, relation = rng.choice(OTHERS)
            fields = {
                "child_id": child,
                "added_by_id": guardian,
                "name": name,
                "relation": relation,
                "phone": f"06 {rng.randint(10, 99)} {rng.randint(10, 99)} 00 00",
                "starts_on": since,
            }
            calls.append(EmergencyContact(**fields))
            if rng.random() < 0.6:
                picks.append(PickupContact(**fields))
        if len(answers) >= BATCH:
            _write(calls, picks, answers)
    _write(calls, picks, answers)


def _write(*lists: list[Any]) -> None:
    for rows in lists:
        if rows:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
            rows.clear()


def _demo_children(ctx: SeedContext) -> None:
    """Lina: a plan her mother has just handed in; Noé: one that ends soon."""
    mother: Guardian = ctx.marks["nadia"]
    by = Actor(user=mother.user, via="seed")
    lina: Child = ctx.marks["lina"]
    for child in (lina, ctx.marks["noe"]):
        care.add_emergency_contact(
            by=by,
            guardian=mother,
            child=child,
            name="Malika Benali",
            relation="grand-mère",
            phone="06 20 30 40 50",
        )
    health.hand_in_plan(
        by=by,
        guardian=mother,
        child=lina,
        allergens=[],
        instructions="Asthme : deux bouffées de salbutamol, puis appeler les parents.",
        emergency_kit="Dans le cartable, poche avant",
        brings_packed_lunch=False,
        starts_on=ctx.today,
    )
    HealthCarePlan.objects.filter(child=ctx.marks["noe"]).update(
        ends_on=ctx.today + dt.timedelta(days=30), emergency_kit="Armoire de la classe"
    )
    care.answer_photos(
        by=by,
        guardian=mother,
        child=lina,
        answers={"class": True, "city_web": True, "press": False},
    )


def _situations(ctx: SeedContext) -> None:
    """One family each: a death, an institution, a move, a report, a corrected name."""
    agent = Actor(user=ctx.people["enrolment_agent"], via="seed")
    demo = {ctx.marks["lina"].pk, ctx.marks["noe"].pk}
    pairs = [
        child
        for child in Child.objects.exclude(pk__in=demo)
        .filter(roll_entries__left_on__isnull=True, guardianships__guardian__user__isnull=False)
        .distinct()
        .order_by("pk")[:60]
        if child.guardianships.filter(ends_on__isnull=True).count() == 2
    ]
    if len(pairs) < 5:
        return
    death, placed, moved, told, named = pairs[:5]
    second = death.guardianships.order_by("-pk")[0].guardian
    situations.record_death(by=agent, guardian=second, day=ctx.today - dt.timedelta(days=12))
    situations.add_institution(
        by=agent,
        child=placed,
        organisation="Aide sociale à l’enfance, antenne du port",
        given_name="Irène",
        family_name="Costa",
        email="ase.port@departement.example",
        phone="04 91 00 20 00",
        parental_authority=False,
        lives_with=True,
        day=ctx.today - dt.timedelta(days=30),
    )
    _moved(ctx, moved)
    reporter = told.guardianships.filter(guardian__user__isnull=False).order_by("pk")[0].guardian
    situations.report_situation(
        by=Actor(user=reporter.user, via="seed"),
        guardian=reporter,
        child=told,
        kind="authority",
        words="Le juge m’a confié seul l’autorité parentale. Je peux passer avec le jugement.",
    )
    NameChange.objects.create(
        child=named,
        part=NameChange.Part.GIVEN,
        before=named.given_name[:-1],
        after=named.given_name,
        reason=NameChange.Reason.TYPING_ERROR,
        changed_by=ctx.people["enrolment_agent"],
    )


def _moved(ctx: SeedContext, child: Child) -> None:
    link = child.guardianships.filter(guardian__user__isnull=False).order_by("pk")[0]
    home = link.guardian.household
    other = HomeAddress.objects.exclude(household=home).order_by("-pk")[0]
    values = {name: getattr(other, name) for name in ADDRESS_FIELDS}
    address = HomeAddress.objects.create(
        household=home,
        mover=link.guardian,
        starts_on=ctx.today - dt.timedelta(days=4),
        applied_at=clock.at(ctx.today - dt.timedelta(days=4), 18),
        **values,
    )
    Household.objects.filter(pk=home.pk).update(**values)
    SchoolQuestion.objects.create(
        child=child,
        address=address,
        answer=SchoolQuestion.Answer.LEAVES,
        answered_at=clock.at(ctx.today - dt.timedelta(days=3), 20),
    )
