"""What is given to pupils."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from core import clock
from core.accounts.roles import Role
from resources.assignments.models import Assignment, AssignmentItem, PupilGroup, PupilGroupMember
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory


def a_class(pupils: int = 3, **fields: Any) -> tuple[Any, Any, list[Any]]:
    """Return a teacher, the class, its roll."""
    group = ClassGroupFactory(**fields)
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    return teacher, group, [RollEntryFactory(class_group=group) for _ in range(pupils)]


class AssignmentFactory(factory.django.DjangoModelFactory):
    """A resource given to a whole class from today, due in four days; ``resources`` name others.

    Written as it stands: no day, resource or access is checked.
    """

    class Meta:
        model = Assignment
        skip_postgeneration_save = True

    class_group = factory.SubFactory(ClassGroupFactory)
    author = factory.SubFactory(UserFactory)
    title = "Les fractions"
    target = Assignment.Target.CLASS
    starts_on = factory.LazyFunction(clock.today)
    due_on = factory.LazyAttribute(lambda row: row.starts_on + dt.timedelta(days=4))

    @factory.post_generation
    def resources(self: Assignment, create: bool, extracted: Any, **kwargs: Any) -> None:
        for position, resource in enumerate(extracted or [ResourceFactory()]):
            AssignmentItem.objects.create(assignment=self, resource=resource, position=position)


class PupilGroupFactory(factory.django.DjangoModelFactory):
    """A group of a class; ``children`` are in it."""

    class Meta:
        model = PupilGroup
        skip_postgeneration_save = True

    class_group = factory.SubFactory(ClassGroupFactory)
    name = factory.Sequence(lambda n: f"Groupe {n}")

    @factory.post_generation
    def children(self: PupilGroup, create: bool, extracted: Any, **kwargs: Any) -> None:
        for child in extracted or []:
            PupilGroupMember.objects.create(group=self, child=child)
