"""Streets, households, guardians and children of the demo city.

The city is a set of *sectors*, each with its streets, a wealth and a quota of children by
birth year. Schools are built on the same sectors one layer up, so that a child's school
follows from the address. Leaves in ``ctx.marks``: ``sectors`` (list of SeedSector, whose
``children`` hold (child, age rank) pairs), ``lina``, ``noe``, ``nadia``, ``thomas``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from core import clock, codes
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.demo import DEMO_PEOPLE
from core.seeding import SeedContext
from families import seeding_names as names
from families.models import (
    Child,
    Guardian,
    Guardianship,
    HealthCarePlan,
    Household,
    IncomeFile,
    PayerRule,
    PayerShare,
)
from families.seeding_streets import BATCH, SeedSector, fold, seed_streets

#: Birth years counted from the school year's: 3 (petite section) to 10 (CM2).
AGES = range(3, 11)
ALLERGENS = ("peanuts", "milk", "eggs", "fish", "nuts", "gluten", "sesame", "soybeans")


@dataclass
class _Batch:
    """Rows of a few sectors, written together, parents before children."""

    users: list[User] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    links: list[Guardianship] = field(default_factory=list)
    rules: list[PayerRule] = field(default_factory=list)
    shares: list[PayerShare] = field(default_factory=list)
    incomes: list[IncomeFile] = field(default_factory=list)
    plans: list[HealthCarePlan] = field(default_factory=list)

    def write(self) -> None:
        for model, rows in (
            (User, self.users),
            (Post, self.posts),
            (Household, self.households),
            (Guardian, self.guardians),
            (Child, self.children),
            (Guardianship, self.links),
            (PayerRule, self.rules),
            (PayerShare, self.shares),
            (IncomeFile, self.incomes),
            (HealthCarePlan, self.plans),
        ):
            model._default_manager.bulk_create(rows, batch_size=BATCH)  # type: ignore[arg-type]


def seed(ctx: SeedContext) -> None:
    """Write streets, then families sector by sector until the quota of pupils is met."""
    sectors = seed_streets(ctx)
    ctx.marks["sectors"] = sectors
    writer = _FamilyWriter(ctx)
    writer.demo_family(sectors[0])
    per_sector = -(-ctx.scale.pupils // len(sectors))
    done = 2
    for sector in sectors:
        quota = min(per_sector, ctx.scale.pupils - done)
        if sector is sectors[0]:
            quota = per_sector - 2
        done += writer.fill(sector, quota)
        if len(writer.batch.children) >= BATCH:
            writer.flush()
            ctx.progress("familles", done, ctx.scale.pupils)
    writer.flush()
    ctx.progress("familles", done, ctx.scale.pupils)


class _FamilyWriter:
    """Makes families up; keeps rows until ``flush``."""

    def __init__(self, ctx: SeedContext) -> None:
        self.ctx = ctx
        self.rng = ctx.rng("families")
        self.identifiers = ctx.rng("families.identifiers")
        self.taken = {user.identifier for user in ctx.people.values()}
        self.year = clock.school_year_of(ctx.today)
        self.batch = _Batch()
        self.serial = {"F": 0, "E": 0, "@": 0}
        self.created_at = clock.at(ctx.today - dt.timedelta(days=420), 9)
        self.rules_from = dt.date(self.year - 3, 9, 1)

    def flush(self) -> None:
        self.batch.write()
        self.batch = _Batch()

    def next(self, prefix: str) -> int:
        self.serial[prefix] += 1
        return self.serial[prefix]

    def fill(self, sector: SeedSector, quota: int) -> int:
        """Add families to a sector until ``quota`` children live there; return how many."""
        by_age = {age: quota // len(AGES) for age in AGES}
        for age in self.rng.sample(list(AGES), quota % len(AGES)):
            by_age[age] += 1
        left = quota
        while left > 0:
            wanted = min(left, self.rng.choices((1, 2, 3, 4), (44, 40, 13, 3))[0])
            open_ages = [age for age, count in by_age.items() if count]
            ages = self.rng.sample(open_ages, min(wanted, len(open_ages)))
            for age in ages:
                by_age[age] -= 1
            self.family(sector, sorted(ages, reverse=True))
            left -= len(ages)
        return quota

    def family(self, sector: SeedSector, ages: list[int]) -> None:
        rng = self.rng
        shape = rng.choices(("couple", "single", "separated"), (68, 16, 16))[0]
        family_name = rng.choice(names.FAMILY_NAMES)
        home = self.household(sector)
        first = self.guardian(
            home,
            is_woman=rng.random() < 0.55,
            family_name=family_name,
            account=rng.random() < 0.82,
        )
        parents = [first]
        if shape == "couple":
            other_name = family_name if rng.random() < 0.6 else rng.choice(names.FAMILY_NAMES)
            parents.append(
                self.guardian(
                    home,
                    is_woman=first.given_name in names.GIVEN_NAMES_MEN,
                    family_name=other_name,
                    account=False,
                )
            )
        elif shape == "separated":
            other_home = self.household(sector)
            self.income(other_home, sector)
            parents.append(
                self.guardian(
                    other_home,
                    is_woman=first.given_name in names.GIVEN_NAMES_MEN,
                    family_name=rng.choice(names.FAMILY_NAMES),
                    account=rng.random() < 0.6,
                )
            )
        self.income(home, sector)
        alternating = shape == "separated" and rng.random() < 0.55
        for age in ages:
            child = self.child(rng.choice(names.GIVEN_NAMES_CHILDREN), family_name, age)
            sector.children.append((child, age))
            self.links(child, parents, alternating=alternating, shape=shape)

    def household(self, sector: SeedSector) -> Household:
        rng = self.rng
        street = rng.choice(sector.streets)
        home = Household(
            reference=f"F-{self.next('F'):06d}",
            street=street,
            number=rng.randint(1, 140),
            suffix=rng.choices(("", "bis", "ter"), (94, 5, 1))[0],
            complement=rng.choices(
                ("", f"Bâtiment {rng.choice('ABCDEF')}", f"{rng.randint(1, 9)}e étage"),
                (60, 25, 15),
            )[0],
            postcode=street.postcode,
            city="Port-Mistral",
            is_protected=rng.random() < 0.004,
            created_at=self.created_at,
        )
        self.batch.households.append(home)
        return home

    def guardian(
        self, home: Household, *, is_woman: bool, family_name: str, account: bool
    ) -> Guardian:
        rng = self.rng
        given = rng.choice(names.GIVEN_NAMES_WOMEN if is_woman else names.GIVEN_NAMES_MEN)
        number = self.next("@")
        email = f"{fold(given)}.{fold(family_name)}{number}@courriel.example".replace(" ", "-")
        user = None
        if account:
            user = User(
                email=email,
                identifier=self.identifier(),
                given_name=given,
                family_name=family_name,
                password=self.ctx.quick_password,
                language=rng.choices(("fr", "ar", "en"), (92, 5, 3))[0],
                created_at=self.created_at,
            )
            self.batch.users.append(user)
            self.batch.posts.append(
                Post(
                    user=user,
                    role=Role.GUARDIAN,
                    scope_kind=ScopeKind.SELF,
                    starts_on=self.created_at.date(),
                )
            )
        guardian = Guardian(
            user=user,
            household=home,
            given_name=given,
            family_name=family_name,
            used_name=rng.choice(names.FAMILY_NAMES) if is_woman and rng.random() < 0.2 else "",
            email=email if account or rng.random() < 0.7 else "",
            phone=f"06 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d} "
            f"{rng.randint(0, 99):02d} {rng.randint(0, 99):02d}",
            language=user.language if user else "fr",
            created_at=self.created_at,
        )
        self.batch.guardians.append(guardian)
        return guardian

    def identifier(self) -> str:
        """Draw an identifier that nobody of this city has."""
        while True:
            drawn = codes.normal(codes.new_code(9, choose=self.identifiers.choice))
            if drawn not in self.taken:
                self.taken.add(drawn)
                return drawn

    def child(self, given_name: str, family_name: str, age: int) -> Child:
        birth = dt.date(self.year - age, 1, 1) + dt.timedelta(days=self.rng.randrange(365))
        child = Child(
            reference=f"E-{self.next('E'):06d}",
            given_name=given_name,
            family_name=family_name,
            birth_date=birth,
            created_at=self.created_at,
        )
        self.batch.children.append(child)
        if self.rng.random() < 0.02:
            self.batch.plans.append(
                HealthCarePlan(
                    child=child,
                    allergens=sorted(self.rng.sample(ALLERGENS, self.rng.randint(1, 2))),
                    instructions="Antihistaminique dans la trousse d'urgence, appeler le 15.",
                    brings_packed_lunch=self.rng.random() < 0.5,
                    starts_on=dt.date(self.year, 9, 1),
                )
            )
        return child

    def links(
        self, child: Child, parents: list[Guardian], *, alternating: bool, shape: str
    ) -> None:
        for rank, guardian in enumerate(parents):
            woman = guardian.given_name in names.GIVEN_NAMES_WOMEN
            kind = Guardianship.Kind.MOTHER if woman else Guardianship.Kind.FATHER
            self.batch.links.append(
                Guardianship(
                    child=child,
                    guardian=guardian,
                    kind=kind,
                    lives_with=rank == 0 or shape == "couple" or alternating,
                    starts_on=child.birth_date,
                )
            )
        mode = PayerRule.Mode.SINGLE
        shares: list[tuple[Guardian, int, str]] = [(parents[0], 100, PayerShare.Weeks.ALL)]
        if alternating:
            mode = PayerRule.Mode.ALTERNATING
            shares = [
                (parents[0], 100, PayerShare.Weeks.ODD),
                (parents[1], 100, PayerShare.Weeks.EVEN),
            ]
        elif shape == "separated" and self.rng.random() < 0.4:
            mode = PayerRule.Mode.PERCENTAGE
            shares = [
                (parents[0], 60, PayerShare.Weeks.ALL),
                (parents[1], 40, PayerShare.Weeks.ALL),
            ]
        rule = PayerRule(child=child, mode=mode, valid_from=self.rules_from)
        self.batch.rules.append(rule)
        self.batch.shares.extend(
            PayerShare(rule=rule, guardian=guardian, percent=percent, weeks=weeks)
            for guardian, percent, weeks in shares
        )

    def income(self, home: Household, sector: SeedSector) -> None:
        """Most families have a checked file; some none, an expired one, or one to check."""
        rng = self.rng
        case = rng.choices(("checked", "none", "expired", "declared"), (80, 11, 5, 4))[0]
        if case == "none":
            return
        quotient = int(min(4000, max(90, rng.lognormvariate(6.75, 0.6) * sector.wealth)))
        start = dt.date(self.year - (1 if case == "expired" else 0), 9, 1)
        begins = min(start, self.ctx.today) - dt.timedelta(days=90)
        waiting = clock.at(self.ctx.today - dt.timedelta(days=1 + rng.randrange(14)), 18)
        self.batch.incomes.append(
            IncomeFile(
                household=home,
                family_quotient=quotient,
                source="declared" if case == "declared" else rng.choice(("caf", "caf", "tax")),
                valid_from=begins,
                valid_until=dt.date(start.year + 1, 8, 31) if case != "expired" else start,
                declared_at=waiting if case == "declared" else clock.at(begins, 18),
                checked_at=None if case == "declared" else clock.at(begins, 9),
            )
        )

    def demo_family(self, sector: SeedSector) -> None:
        """Nadia and Thomas: separated, Lina in CM1 and Noé in moyenne section, week about."""
        people = {person.key: person for person in DEMO_PEOPLE}
        parents = []
        for key, number, quotient in (("parent", 12, 742), ("coparent", 47, 1466)):
            person = people[key]
            home = self.household(sector)
            home.street, home.number, home.suffix = sector.streets[0], number, ""
            home.postcode, home.is_protected = sector.postcode, False
            home.complement = "Bâtiment B" if key == "parent" else ""
            user = self.ctx.people[key]
            guardian = Guardian(
                user=user,
                household=home,
                given_name=person.given_name,
                family_name=person.family_name,
                email=person.email,
                phone="06 12 34 56 78" if key == "parent" else "06 98 76 54 32",
                created_at=self.created_at,
            )
            self.batch.guardians.append(guardian)
            self.batch.incomes.append(
                IncomeFile(
                    household=home,
                    family_quotient=quotient,
                    source="caf",
                    valid_from=dt.date(self.year - 1, 6, 1),
                    valid_until=dt.date(self.year + 1, 8, 31),
                    checked_at=self.created_at,
                )
            )
            parents.append(guardian)
        for given, age in (("Lina", 9), ("Noé", 4)):
            child = self.child(given, "Roussel", age)
            child.birth_date = dt.date(self.year - age, 5, 14 if given == "Lina" else 23)
            sector.children.append((child, age))
            woman_first = parents
            self.links(child, woman_first, alternating=True, shape="separated")
            self.ctx.marks["lina" if given == "Lina" else "noe"] = child
        self.batch.links[0].kind = self.batch.links[2].kind = Guardianship.Kind.MOTHER
        self.batch.links[1].kind = self.batch.links[3].kind = Guardianship.Kind.FATHER
        noe = self.ctx.marks["noe"]
        self.batch.plans = [plan for plan in self.batch.plans if plan.child is not noe]
        self.batch.plans.append(
            HealthCarePlan(
                child=noe,
                allergens=["peanuts"],
                instructions="Stylo d'adrénaline dans la trousse d'urgence, appeler le 15.",
                starts_on=dt.date(self.year, 9, 1),
            )
        )
        self.ctx.marks["nadia"], self.ctx.marks["thomas"] = parents
