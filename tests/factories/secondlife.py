"""Devices on their way out, wiped, written off, in lots."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from classrooms.secondlife.models import Departure, Lot, Recipient, Sitting, Wipe
from core import clock
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import SpareFactory


class DepartureFactory(factory.django.DjangoModelFactory):
    """A tablet in the workshop, proposed; ``WrittenOffFactory`` makes one decided."""

    class Meta:
        model = Departure

    device = factory.SubFactory(SpareFactory, state="repair")
    reason = Departure.Reason.AGE
    destination = Departure.Destination.GIVE
    media = "flash"


class SittingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Sitting

    number = factory.Sequence(lambda n: f"REF-2020-{n:03d}")
    held_on = factory.LazyFunction(clock.today)


class WrittenOffFactory(DepartureFactory):
    """A tablet written off an hour ago; it last served a year ago."""

    device = factory.SubFactory(SpareFactory, state="retired")
    state = Departure.State.DECIDED
    sitting = factory.SubFactory(SittingFactory)
    decided_at = factory.LazyFunction(lambda: clock.now() - dt.timedelta(hours=1))
    last_used_at = factory.LazyFunction(lambda: clock.now() - dt.timedelta(days=365))


class WipeFactory(factory.django.DjangoModelFactory):
    """A purge done two hours ago and verified by somebody else."""

    class Meta:
        model = Wipe

    device = factory.SubFactory(SpareFactory)
    media = "flash"
    category = Wipe.Category.PURGE
    technique = Wipe.Technique.CRYPTO
    tool = "Atelier MDM"
    done_by = factory.SubFactory(UserFactory)
    done_at = factory.LazyFunction(lambda: clock.now() - dt.timedelta(hours=2))
    result = Wipe.Result.PASSED
    verification = Wipe.Verification.REPORT
    verified_by = factory.SubFactory(UserFactory)
    verified_at = factory.LazyFunction(clock.now)


class RecipientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Recipient

    name = factory.Sequence(lambda n: f"Centre social {n}")
    ground = Recipient.Ground.PUBLIC
    registration = "732829320"
    address = "3 rue du Port"
    postcode = "13002"
    town = "Port-Mistral"


class LotFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Lot

    number = factory.Sequence(lambda n: f"DON-2020-{n:03d}")
    kind = Lot.Kind.GIFT
    recipient = factory.SubFactory(RecipientFactory)


def ready_to_leave(**facts: Any) -> Departure:
    """Return a device written off and wiped since."""
    departure: Departure = WrittenOffFactory(**facts)
    WipeFactory(device=departure.device)
    return departure
