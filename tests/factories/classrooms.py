"""Carts, devices, hand-outs, incidents."""

from __future__ import annotations

import datetime as dt

import factory

from classrooms.models import (
    Cart,
    Depot,
    Device,
    DeviceCategory,
    DeviceModel,
    HandOut,
    HandOutItem,
    Incident,
    InternetLine,
)
from core import clock
from tests.factories.accounts import UserFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory


class DeviceCategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeviceCategory
        django_get_or_create = ("code",)

    code = "tablet"
    name = "Tablette"
    family = DeviceCategory.Family.TABLET


class DeviceModelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeviceModel
        django_get_or_create = ("maker", "name")

    category = factory.SubFactory(DeviceCategoryFactory)
    maker = "Calanque"
    name = "Ardoise 11"


class DepotFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Depot
        django_get_or_create = ("code",)

    code = "atelier"
    name = "Atelier numérique"


class CartFactory(factory.django.DjangoModelFactory):
    """A cart at a school; ``filled=15`` puts that many working tablets into its slots."""

    class Meta:
        model = Cart
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"CM-{n:04d}")
    name = "Tablettes 1"
    school = factory.SubFactory(SchoolFactory)
    slots = 15

    @factory.post_generation
    def filled(self, create: bool, extracted: int | None, **kwargs: object) -> None:
        for slot in range(1, (extracted or 0) + 1):
            DeviceFactory(cart=self, slot=slot, school=None, state=Device.State.IN_USE)


class DeviceFactory(factory.django.DjangoModelFactory):
    """A tablet standing in a school; ``SpareFactory`` makes one in the workshop."""

    class Meta:
        model = Device

    asset_tag = factory.Sequence(lambda n: f"PM-26-{n:05d}")
    serial = factory.Sequence(lambda n: f"0SN{n:06d}X")
    model = factory.SubFactory(DeviceModelFactory)
    state = Device.State.IN_USE
    condition = Device.Condition.GOOD
    school = factory.SubFactory(SchoolFactory)
    purchased_on = factory.LazyFunction(lambda: clock.today() - dt.timedelta(days=400))


class SpareFactory(DeviceFactory):
    """A working tablet on the workshop's shelf."""

    state = Device.State.SPARE
    school = None
    depot = factory.SubFactory(DepotFactory)


class HandOutFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HandOut

    holder = HandOut.Holder.CLASS
    class_group = factory.SubFactory(ClassGroupFactory)
    school = factory.SelfAttribute("class_group.school")
    due_on = factory.LazyFunction(lambda: clock.today() + dt.timedelta(days=30))


class HandOutItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HandOutItem

    hand_out = factory.SubFactory(HandOutFactory)
    device = factory.SubFactory(DeviceFactory)


class IncidentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Incident

    device = factory.SubFactory(DeviceFactory)
    school = factory.LazyAttribute(lambda incident: incident.device.current_school)
    cart = factory.LazyAttribute(lambda incident: incident.device.cart)
    slot = factory.LazyAttribute(lambda incident: incident.device.slot)
    kind = Incident.Kind.SCREEN
    priority = Incident.Priority.NORMAL
    reporter = factory.SubFactory(UserFactory)
    answer_by = factory.LazyFunction(lambda: clock.today() + dt.timedelta(days=3))
    settle_by = factory.LazyFunction(lambda: clock.today() + dt.timedelta(days=14))


class InternetLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InternetLine

    school = factory.SubFactory(SchoolFactory)
    reference = factory.Sequence(lambda n: f"LI-{n:05d}")
    operator = "Azur Fibre"
    technology = InternetLine.Technology.FIBRE
    down_mbps = 500
    up_mbps = 300
    monthly_cents = 3590
    starts_on = factory.LazyFunction(lambda: clock.today() - dt.timedelta(days=300))
    contract_end = factory.LazyFunction(lambda: clock.today() + dt.timedelta(days=300))
