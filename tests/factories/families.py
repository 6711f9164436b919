"""Households, guardians, children and who pays for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from core import clock
from core.accounts.roles import Role
from families.models import (
    Child,
    Guardian,
    Guardianship,
    Household,
    IncomeFile,
    PayerRule,
    PayerShare,
    Street,
)
from families.seeding_streets import fold
from tests.factories.accounts import UserFactory


class StreetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Street

    code = factory.Sequence(lambda n: f"S{n:06d}")
    name = factory.Sequence(lambda n: f"Rue des Tamaris {n}")
    search_name = factory.LazyAttribute(lambda street: fold(street.name))
    postcode = "13901"
    district = "Le Vieux-Bassin"


class HouseholdFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Household

    reference = factory.Sequence(lambda n: f"F-T{n:05d}")
    street = factory.SubFactory(StreetFactory)
    number = 12
    postcode = "13901"
    city = "Port-Mistral"


class EmptyHouseholdFactory(HouseholdFactory):
    """The household of somebody another parent has named: nobody gave an address."""

    street = None
    number = None
    postcode = ""
    city = ""


class GuardianFactory(factory.django.DjangoModelFactory):
    """A guardian with an account; ``user=None`` makes one known at the desk only."""

    class Meta:
        model = Guardian

    user = factory.SubFactory(UserFactory, roles=[Role.GUARDIAN])
    household = factory.SubFactory(HouseholdFactory)
    given_name = "Samira"
    family_name = factory.Sequence(lambda n: f"Parent{n}")
    email = factory.LazyAttribute(lambda g: g.user.email if g.user else "")
    phone = "06 00 00 00 00"


class ChildFactory(factory.django.DjangoModelFactory):
    """A child; ``parents=[guardian, …]`` links them, the first one pays alone."""

    class Meta:
        model = Child
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"E-T{n:05d}")
    given_name = "Alma"
    family_name = factory.Sequence(lambda n: f"Enfant{n}")
    birth_date = factory.LazyFunction(lambda: dt.date(clock.today().year - 8, 5, 4))

    @factory.post_generation
    def parents(self: Child, create: bool, extracted: Any, **kwargs: Any) -> None:
        for guardian in extracted or []:
            GuardianshipFactory(child=self, guardian=guardian)
        if extracted:
            PayerRuleFactory(child=self, payers=[(extracted[0], 100, PayerShare.Weeks.ALL)])


class GuardianshipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guardianship

    kind = Guardianship.Kind.MOTHER
    starts_on = dt.date(2020, 1, 1)


class PayerRuleFactory(factory.django.DjangoModelFactory):
    """Who pays; ``payers=[(guardian, percent, weeks), …]``."""

    class Meta:
        model = PayerRule
        skip_postgeneration_save = True

    mode = PayerRule.Mode.SINGLE
    valid_from = dt.date(2020, 9, 1)

    @factory.post_generation
    def payers(self: PayerRule, create: bool, extracted: Any, **kwargs: Any) -> None:
        for guardian, percent, weeks in extracted or []:
            PayerShare.objects.create(rule=self, guardian=guardian, percent=percent, weeks=weeks)


class IncomeFileFactory(factory.django.DjangoModelFactory):
    """A checked income file, in force since long."""

    class Meta:
        model = IncomeFile

    family_quotient = 700
    source = IncomeFile.Source.CAF
    valid_from = dt.date(2020, 9, 1)
    checked_at = factory.LazyFunction(clock.now)
