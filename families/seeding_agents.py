"""What agents find in the demo: a searchable city, two doubles to look at, a note."""

from __future__ import annotations

import datetime as dt

from core import clock
from core.accounts.roles import Role
from core.seeding import SeedContext
from families.actions.duplicates import find_duplicates
from families.desk.index import catch_up_all
from families.models import Child, FamilyNote, Guardian, Guardianship, Household


def seed(ctx: SeedContext) -> None:
    """Write a mother and a child known twice, propose them, leave a note, index everybody."""
    nadia: Guardian = ctx.marks["nadia"]
    home = Household.objects.create(
        reference="F-800001",
        street=nadia.household.street,
        number=21,
        postcode=nadia.household.postcode,
        city=nadia.household.city,
        created_at=clock.at(ctx.today - dt.timedelta(days=40), 10),
    )
    double = Guardian.objects.create(
        household=home,
        given_name="Leïla",
        family_name="Haddou",
        phone="06 45 12 78 90",
        created_at=home.created_at,
    )
    twin_file = Guardian.objects.create(
        household=home,
        given_name="Leila",
        family_name="Haddou",
        phone="+33 6 45 12 78 90",
        created_at=home.created_at,
    )
    born = dt.date(clock.school_year_of(ctx.today) - 7, 4, 3)
    for reference, given, birth, guardian in (
        ("E-800001", "Yanis", born, double),
        ("E-800002", "Yannis", born, twin_file),
    ):
        child = Child.objects.create(
            reference=reference,
            given_name=given,
            family_name="Haddou",
            birth_date=birth,
            created_at=home.created_at,
        )
        Guardianship.objects.create(child=child, guardian=guardian, kind="mother", starts_on=birth)
    FamilyNote.objects.create(
        household=nadia.household,
        author=ctx.people["enrolment_agent"],
        service=Role.ENROLMENT_AGENT,
        visibility=FamilyNote.Visibility.AGENTS,
        body="Préfère être appelée après 17 h. Attestation de la CAF attendue en septembre.",
        written_at=clock.at(ctx.today - dt.timedelta(days=12), 11),
    )
    catch_up_all()
    find_duplicates()
