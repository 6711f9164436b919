"""Who sees and does what at the canteen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from core.access import acts_as, reach_of
from core.accounts.roles import Role
from core.acting import Scope, reaches

if TYPE_CHECKING:
    from core.accounts.models import User
    from enrolment.schools.models import School
    from families.models import Child

#: Posts that see every meal at the schools they reach.
MEAL_READERS = (Role.CANTEEN_MANAGER, Role.HEAD_TEACHER, Role.ADMINISTRATOR)
#: Posts that run the service: kitchens, orders, menus.
SERVICE_STAFF = (Role.CANTEEN_MANAGER, Role.ADMINISTRATOR)
#: Posts that may tick attendance; a teacher only for the classes taught.
TICKERS = (Role.CANTEEN_MANAGER, Role.HEAD_TEACHER, Role.TEACHER)


def _own_children(user: User) -> Q:
    from families.models import Child

    if not reaches(user, Scope.CANTEEN):
        return Q(pk__in=())
    return Q(child__in=Child.objects.of_guardian(user).values("pk"))


class BookingQuerySet(models.QuerySet[Any]):
    """Meals booked, by what a person may see."""

    def visible_to(self, user: User) -> BookingQuerySet:
        """Own children's; one's class's for teachers; one's schools' for the service."""
        from enrolment.schools.models import RollEntry

        reach = reach_of(user, *MEAL_READERS)
        if reach.city:
            return self
        seen = _own_children(user) | Q(school__uai__in=reach.schools)
        if acts_as(user, Role.TEACHER):
            taught = RollEntry.objects.filter(
                class_group__in=user.taught_classes.values("pk"), left_on__isnull=True
            )
            seen |= Q(child__in=taught.values("child"))
        return self.filter(seen)

    def expected(self) -> BookingQuerySet:
        """Meals a kitchen has to cook: booked, and not cancelled since."""
        from enrolment.canteen.models import Booking

        return self.exclude(state=Booking.State.CANCELLED)


class MealRegistrationQuerySet(models.QuerySet[Any]):
    """Registrations for the canteen."""

    def visible_to(self, user: User) -> MealRegistrationQuerySet:
        """Own children's; those of the schools reached for the service and heads."""
        from enrolment.schools.models import RollEntry

        reach = reach_of(user, *MEAL_READERS, Role.ENROLMENT_AGENT)
        if reach.city:
            return self
        roll = RollEntry.objects.current().filter(school__uai__in=reach.schools)
        return self.filter(_own_children(user) | Q(child__in=roll.values("child")))

    def in_force(self, on: dt.date | None = None) -> MealRegistrationQuerySet:
        """Registrations that hold on a day (today unless told)."""
        day = on or clock.today()
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


class ServiceQuerySet(models.QuerySet[Any]):
    """Kitchens, orders: for the people who run the service."""

    def visible_to(self, user: User) -> ServiceQuerySet:
        """All for the service's city-wide staff, nothing for others."""
        return self if reach_of(user, *SERVICE_STAFF).city else self.none()


class MenuQuerySet(models.QuerySet[Any]):
    """Menus are public."""

    def visible_to(self, user: User) -> MenuQuerySet:
        """All of them."""
        return self


def diners(user: User) -> models.QuerySet[Any]:
    """Children whose meals somebody may book: one's own, and all for the service's staff."""
    from families.models import Child

    if reach_of(user, *SERVICE_STAFF).city:
        return Child.objects.all()
    return Child.objects.of_guardian(user)


def acts_as_staff(user: User, child: Child) -> bool:
    """Tell whether somebody acts on a child's meals for the service, not as its parent."""
    from families.models import Child as Children

    own = Children.objects.of_guardian(user).filter(pk=child.pk).exists()
    return not own and reach_of(user, *SERVICE_STAFF).city


def can_tick(user: User, school: School) -> bool:
    """Tell whether somebody may tick attendance at a school (some class of it at least)."""
    if reach_of(user, Role.CANTEEN_MANAGER, Role.HEAD_TEACHER).covers_school(school.uai):
        return True
    return (
        acts_as(user, Role.TEACHER)
        and user.taught_classes.filter(
            school=school, school_year__start_year=clock.school_year_of(clock.today())
        ).exists()
    )


def ticks_whole_school(user: User, school: School) -> bool:
    """Tell whether somebody ticks all of a school's children and sees their diets."""
    return reach_of(user, Role.CANTEEN_MANAGER, Role.HEAD_TEACHER).covers_school(school.uai)
