"""Parents without an address of their own: a letter not yet used, and one address for two."""

from __future__ import annotations

import datetime as dt

from core import clock, codes
from core.accounts.models import DeskCode, Post, User
from core.accounts.roles import Role, ScopeKind
from core.seeding import SeedContext
from families.models import Child, Guardian, Guardianship, Household

#: (given name, family name, woman, has activated the account)
_PEOPLE = (
    ("Zohra", "Amrani", True, False),
    ("Yamina", "Kassim", True, True),
    ("Saïd", "Kassim", False, True),
)
SHARED = "famille.kassim@courriel.example"


def seed(ctx: SeedContext) -> None:
    """Write two families: one whose letter waits, one whose parents share an address."""
    rng = ctx.rng("desk")
    sector = ctx.marks["sectors"][0]
    year = clock.school_year_of(ctx.today)
    homes: dict[str, Household] = {}
    for given, family, woman, active in _PEOPLE:
        home = homes.get(family) or Household.objects.create(
            reference=f"F-D{len(homes) + 1:05d}",
            street=sector.streets[-1],
            number=8 + 3 * len(homes),
            postcode=sector.postcode,
            city="Port-Mistral",
        )
        child = _child(homes, family, year)
        homes[family] = home
        user = User.objects.create(
            identifier=codes.normal(codes.new_code(9, choose=rng.choice)),
            given_name=given,
            family_name=family,
            password=ctx.quick_password if active else "!",
        )
        Post.objects.create(user=user, role=Role.GUARDIAN, scope_kind=ScopeKind.SELF)
        guardian = Guardian.objects.create(
            user=user,
            household=home,
            given_name=given,
            family_name=family,
            email=SHARED if active else "",
        )
        kind = Guardianship.Kind.MOTHER if woman else Guardianship.Kind.FATHER
        Guardianship.objects.create(
            child=child, guardian=guardian, kind=kind, starts_on=child.birth_date
        )
        if not active:
            made = clock.at(ctx.today - dt.timedelta(days=2), 10)
            DeskCode.objects.create(
                user=user,
                purpose=DeskCode.Purpose.ACTIVATE,
                code_hash="0" * 64,  # the letter is with its owner: no code opens this one
                made_by=ctx.people["enrolment_agent"],
                created_at=made,
                expires_at=made + dt.timedelta(days=30),
            )


def _child(homes: dict[str, Household], family: str, year: int) -> Child:
    found = Child.objects.filter(reference__startswith="E-D", family_name=family).first()
    return found or Child.objects.create(
        reference=f"E-D{len(homes) + 1:05d}",
        given_name="Ilyes" if family == "Amrani" else "Inaya",
        family_name=family,
        birth_date=dt.date(year - 3, 6, 11),
    )
