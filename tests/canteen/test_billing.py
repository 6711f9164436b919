"""From meals to charges: who pays what, once."""

from __future__ import annotations

import datetime as dt

import pytest

from core.journal import SYSTEM
from enrolment.canteen.actions.billing import collect
from enrolment.canteen.models import Booking, ServiceRule
from families.models import PayerRule, PayerShare
from payments import sources
from payments.models import Charge, Tariff, TariffBand
from tests.factories.families import GuardianFactory, IncomeFileFactory


@pytest.fixture
def priced(canteen):
    """Give the canteen prices, terms with a surcharge, and a parent with a quotient."""
    for service, prices in (("canteen.meal", (85, 345)), ("canteen.packed_lunch", (40, 170))):
        tariff = Tariff.objects.create(
            service=service,
            label=service,
            kind="bands",
            valid_from=dt.date(2020, 1, 1),
            resolution="Délibération 1",
        )
        for code, limit, price in (("T1", 500, prices[0]), ("T2", None, prices[1])):
            TariffBand.objects.create(
                tariff=tariff, code=code, quotient_max=limit, unit_price_cents=price
            )
    ServiceRule.objects.create(
        valid_from=dt.date(2020, 1, 1),
        resolution="Délibération 2",
        weekdays=[1, 2, 4, 5],
        unbooked_surcharge_percent=10,
        waiting_days=1,
    )
    return canteen


@pytest.fixture
def days(priced):
    """The last six service days, the oldest first."""
    return priced.service.calendar.last_before(priced.past_day, 6)


def meal(canteen, day, **fields):
    fields = {"child": canteen.child, "state": "served"} | fields
    return Booking.objects.create(school=canteen.school, day=day, **fields)


def bill(days):
    return collect(days[0], days[-1], SYSTEM)


def amounts():
    return sorted(Charge.objects.values_list("unit_price_cents", flat=True))


def test_payments_finds_the_canteen():
    assert "canteen" in sources.names()


def test_meals_are_charged_once_at_the_familys_price(priced, days):
    IncomeFileFactory(household=priced.parent.guardian.household, family_quotient=400)
    for day in days[:3]:
        meal(priced, day)
    for _ in range(2):
        assert bill(days) == 3
    assert amounts() == [85, 85, 85]
    charge = Charge.objects.first()
    assert (charge.tariff_band, charge.family_quotient) == ("T1", 400)
    assert charge.guardian.user == priced.parent


def test_without_a_quotient_the_top_price_counts(priced, days):
    meal(priced, days[0])
    bill(days)
    charge = Charge.objects.get()
    assert (charge.unit_price_cents, charge.family_quotient) == (345, None)


def test_what_is_not_due_is_not_charged_and_what_is_cancelled_later_is_taken_back(priced, days):
    kept = meal(priced, days[0], state="absent")
    meal(priced, days[1], state="cancelled")
    meal(priced, days[2], state="absent", excuse="no_service")
    wrong = meal(priced, days[3])
    bill(days)
    assert Charge.objects.count() == 2
    Booking.objects.filter(pk=wrong.pk).update(state="cancelled")
    bill(days)
    assert Charge.objects.get().source_key.startswith(f"canteen.meal:{kept.pk}:")


def test_sickness_is_due_for_the_waiting_days_only(priced, days):
    run = days[1:4]
    for day in run:
        meal(priced, day, state="absent", excuse="sick")
    bill(days)
    assert Charge.objects.get().service_day == run[0]


def test_unbooked_and_packed_lunch_have_their_price(priced, days):
    meal(priced, days[0], source="unbooked")
    meal(priced, days[1], diet="packed_lunch")
    bill(days)
    assert dict(Charge.objects.values_list("label", "unit_price_cents")) == {
        "Repas sans réservation": 380,
        "Accueil avec panier-repas": 170,
    }


def test_two_parents_parts_add_up_to_the_cent(priced, days):
    other = GuardianFactory()
    PayerRule.objects.filter(child=priced.child).delete()
    rule = PayerRule.objects.create(
        child=priced.child, mode="percentage", valid_from=dt.date(2020, 1, 1)
    )
    agree(rule)
    for guardian, percent in ((priced.parent.guardian, 50), (other, 50)):
        PayerShare.objects.create(rule=rule, guardian=guardian, percent=percent)
    meal(priced, days[0])
    bill(days)
    assert amounts() == [172, 173]
    assert Charge.objects.values("guardian").distinct().count() == 2


def test_alternating_weeks_bill_the_parent_of_the_week(priced, days):
    other = GuardianFactory()
    PayerRule.objects.filter(child=priced.child).delete()
    rule = PayerRule.objects.create(
        child=priced.child, mode="alternating", valid_from=dt.date(2020, 1, 1)
    )
    agree(rule)
    PayerShare.objects.create(rule=rule, guardian=priced.parent.guardian, weeks="odd")
    PayerShare.objects.create(rule=rule, guardian=other, weeks="even")
    for day in days:
        meal(priced, day)
    bill(days)
    for charge in Charge.objects.all():
        odd = charge.service_day.isocalendar().week % 2
        assert charge.guardian == (priced.parent.guardian if odd else other)


def agree(rule):
    from core import clock

    if hasattr(rule, "agreed_at"):
        rule.agreed_at = clock.now()
        rule.save()
