"""A separated couple: all that is the mother's alone carries words found nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, documents, outbox
from core.accounts.roles import Role
from core.journal import Actor
from enrolment.registration.actions import agents, departures, family
from families.actions.children import add_child, add_guardian, add_pickup_contact
from families.actions.claims import claim_child
from families.actions.court import Effects, record_ruling
from families.actions.income import check_income, declare_income
from families.actions.invitations import invite
from families.actions.objections import object_to
from families.actions.payers import set_payers
from families.models import Child, Guardian, IncomeFile, JointAct
from families.rules import Share
from tests.factories.accounts import UserFactory
from tests.factories.canteen import (
    BookingFactory,
    KitchenFactory,
    MealRegistrationFactory,
    RefectoryFactory,
)
from tests.factories.families import HouseholdFactory, StreetFactory
from tests.factories.payments import ChargeFactory, InvoiceFactory, TariffFactory, TermsFactory
from tests.factories.registration import Town, build_town
from tests.factories.schools import ClassGroupFactory, RollEntryFactory, SchoolFactory

#: What is hers, and no page, paper or message may bring to the other parent.
SECRETS = {
    "street": "Impasse du Secret",
    "number": "73919",
    "complement": "Escalier Zanzibar",
    "district": "Quartier-Zéphyr",
    "postcode": "13987",
    "telephone": "06 66 77 88 99",
    "e-mail": "mere.cachee@essai.example",
    "quotient": "14321",
    "invoice number": "2025-777123",
    "invoice amount": "987,60",
    "amount in cents": "98760",
    "tariff": "55,55",
    "tariff in cents": "5555",
    "tariff band": "TZENITH",
    "employer": "Conserverie Xantrailles",
    "bank account": "FR76 3000 4000 0312",
    "new partner": "Barnabé Quatrebarbes",
    "new partner's e-mail": "barnabe@essai.example",
    "half-sibling": "Philippine Quatrebarbes",
    "proof of income": "avis-secret-tatin",
    "proof of address": "bail-secret-vanille",
    "paper of the objection": "courrier-avocat-praline",
    "words of the objection": "mon avocate maître Ondine",
    "where she goes": "Un départ à l’étranger",
    "pick-up telephone": "07 11 22 33 44",
    "the agent's words": "écrivez-moi rue Cachée",
    "court": "tribunal de Mirabel-aux-Bois",
    "ruling": "jugement-secret-noisette",
    "the claimant": "acte-secret-caramel",
    "catchment school": "École du Secteur-Caché",
}

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff9f"
    "a11e000782027f3dc848ef0000000049454e44ae426082"
)


@dataclass
class World:
    """The couple, their child, and everybody around."""

    town: Town
    mother: Guardian
    father: Guardian
    child: Child


def paper(by: Actor, name: str, kind: str) -> Any:
    upload = SimpleUploadedFile(f"{SECRETS[name]}.png", PNG, "image/png")
    return documents.store(upload, by=by, kind=kind)


def build_world() -> World:
    """Let each of them live a school year: every kind of row there is."""
    town = build_town()
    town.school.name = SECRETS["catchment school"]
    town.school.save()
    street = StreetFactory(
        name=SECRETS["street"],
        district=SECRETS["district"],
        postcode=SECRETS["postcode"],
    )
    from enrolment.schools.models import StreetSegment

    StreetSegment.objects.create(school_year=town.year, school=town.school, street=street)
    home = HouseholdFactory(
        street=street,
        number=int(SECRETS["number"]),
        complement=SECRETS["complement"],
        postcode=SECRETS["postcode"],
        is_protected=True,
    )
    mother = town.parent(
        given_name="Nadia",
        family_name="Benali",
        phone=SECRETS["telephone"],
        user=UserFactory(
            email=SECRETS["e-mail"],
            roles=[Role.GUARDIAN],
            given_name="Nadia",
            family_name="Benali",
        ),
    )
    mother.household = home
    mother.save()
    father = town.parent(given_name="Thomas", family_name="Roussel")
    child = town.child(mother, father)
    world = World(town, mother, father, child)
    _school_life(world)
    _registration(world)
    _money(world)
    _new_family(world)
    _quarrel(world)
    _fathers_own(world)
    return world


def _school_life(world: World) -> None:
    school = SchoolFactory(name="École élémentaire du Port")
    group = ClassGroupFactory(school=school, school_year=world.town.year, levels=["CP"])
    RollEntryFactory(child=world.child, class_group=group, level="CP")
    RefectoryFactory(school=school, kitchen=KitchenFactory())
    MealRegistrationFactory(child=world.child, school_year=world.town.year)
    for ahead in range(-3, 8):
        day = clock.today() + dt.timedelta(days=ahead)
        BookingFactory(child=world.child, school=school, day=day)


def _registration(world: World) -> None:
    """The mother asks for another school, with her reasons and papers."""
    town, by = world.town, Actor(world.mother.user)
    draft = town.draft(world.mother, world.child)
    words = f"Je travaille à la {SECRETS['employer']}, {SECRETS['bank account']}."
    family.choose_school(
        by=by, application=draft, school=town.other, motive="work", explanation=words
    )
    family.add_proof(
        by=by,
        application=draft,
        kind="domicile",
        document=paper(by, "proof of address", "registration.proof"),
    )
    made = family.submit(by=by, application=draft)
    agents.ask_proof(
        by=Actor(town.agent),
        application=made,
        kind="guardian_identity",
        message=SECRETS["the agent's words"],
    )


def _money(world: World) -> None:
    by, town = Actor(world.mother.user), world.town
    TermsFactory()
    # Not the highest, which is everybody's who declared nothing.
    bands = [(500, 111), (15_000, int(SECRETS["tariff in cents"])), (None, 9999)]
    tariff = TariffFactory(bands=bands)
    tariff.bands.filter(unit_price_cents=int(SECRETS["tariff in cents"])).update(
        code=SECRETS["tariff band"]
    )
    quotient = int(SECRETS["quotient"])
    file = declare_income(
        by=by,
        household=world.mother.household,
        quotient=quotient,
        proof=paper(by, "proof of income", "families.income"),
    )
    check_income(
        by=Actor(town.agent),
        file=file,
        quotient=quotient,
        source=IncomeFile.Source.CAF,
        valid_from=file.valid_from,
    )
    _since_long(file)
    # She moves up in the world: one more declaration waits, its proof still there.
    declare_income(
        by=by,
        household=world.mother.household,
        quotient=quotient,
        proof=paper(by, "proof of income", "families.income"),
    )
    invoice = InvoiceFactory(
        payer=world.mother,
        number=SECRETS["invoice number"],
        total_cents=int(SECRETS["amount in cents"]),
    )
    line = invoice.lines.get()
    line.child, line.child_name = world.child, world.child.full_name
    line.save()
    ChargeFactory(
        child=world.child,
        guardian=world.mother,
        unit_price_cents=int(SECRETS["tariff in cents"]),
        tariff_band=SECRETS["tariff band"],
        family_quotient=quotient,
    )
    set_payers(
        by=by,
        guardian=world.mother,
        child=world.child,
        mode="percentage",
        shares=[Share(world.mother.pk, 50), Share(world.father.pk, 50)],
        valid_from=clock.today(),
    )


def _since_long(file: IncomeFile) -> None:
    """Let a quotient have counted for months: prices of today show it."""
    start = clock.today() - dt.timedelta(days=200)
    IncomeFile.objects.filter(pk=file.pk).update(valid_from=start, valid_until=None)


def _new_family(world: World) -> None:
    by = Actor(world.mother.user)
    given, last = SECRETS["half-sibling"].split()
    little = add_child(
        by=by,
        guardian=world.mother,
        given_name=given,
        family_name=last,
        birth_date=clock.today() - dt.timedelta(days=700),
        kind="mother",
    )
    given, last = SECRETS["new partner"].split()
    partner = add_guardian(
        by=by,
        guardian=world.mother,
        children=[little],
        given_name=given,
        family_name=last,
        kind="father",
        same_household=True,
    )
    invite(by=by, guardian=partner, email=SECRETS["new partner's e-mail"])
    add_pickup_contact(
        by=by,
        guardian=world.mother,
        child=world.child,
        name="Tante Rose",
        relation="",
        phone=SECRETS["pick-up telephone"],
    )


def _quarrel(world: World) -> None:
    town, mother, father, child = world.town, world.mother, world.father, world.child
    by, agent = Actor(mother.user), Actor(town.agent)
    departures.ask_to_leave(
        by=by,
        guardian=mother,
        child=child,
        leaves_on=clock.today() + dt.timedelta(days=9),
        destination="abroad",
    )
    object_to(
        by=by,
        guardian=mother,
        child=child,
        act=JointAct.CHANGE_OF_SCHOOL,
        text=f"Voyez {SECRETS['words of the objection']}.",
        document=paper(by, "paper of the objection", "families.objection"),
    )
    object_to(by=Actor(father.user), guardian=father, child=child, act=JointAct.WAIVER, text="Non.")
    record_ruling(
        by=agent,
        child=child,
        court=SECRETS["court"],
        decided_on=clock.today(),
        document=paper(agent, "ruling", "families.ruling"),
        starts_on=clock.today(),
        guardian=mother,
        effects=Effects(no_pickup=True),
    )
    claim_child(
        by=by,
        guardian=mother,
        given_name="Autre",
        family_name="Enfant",
        birth_date=child.birth_date,
        kind="mother",
        proof=paper(by, "the claimant", "families.claim"),
    )


def _fathers_own(world: World) -> None:
    """He has a life of his own here, so that his pages are full ones."""
    by, father = Actor(world.father.user), world.father
    file = declare_income(by=by, household=father.household, quotient=400, proof=None)
    check_income(
        by=Actor(world.town.agent),
        file=file,
        quotient=400,
        source=IncomeFile.Source.CAF,
        valid_from=file.valid_from,
    )
    _since_long(file)
    invoice = InvoiceFactory(payer=father, total_cents=4440)
    line = invoice.lines.get()
    line.child, line.child_name = world.child, world.child.full_name
    line.save()
    ChargeFactory(child=world.child, guardian=father, unit_price_cents=111, tariff_band="T1")
    outbox.queue_words(
        kind="registration_submitted",
        subject="À vous",
        body="Bonjour.",
        language="fr",
        to=father.user,
    )
