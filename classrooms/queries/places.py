"""Where things can stand: workshops, and the schools within somebody's reach."""

from __future__ import annotations

from classrooms.access import FLEET_STAFF
from classrooms.models import Depot
from core.access import acts_as, reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.schools.models import School


def key_of(place: Depot | School) -> str:
    """Return a place as forms and addresses name it: ``depot:3`` or ``school:12``."""
    return f"{'depot' if isinstance(place, Depot) else 'school'}:{place.pk}"


def all_places(user: User) -> dict[str, Depot | School]:
    """Return every place that a person runs: workshops first, then schools by name."""
    reach = reach_of(user, *FLEET_STAFF)
    found: dict[str, Depot | School] = {}
    if reach.city or acts_as(user, Role.IT_TECHNICIAN):
        found |= {key_of(depot): depot for depot in Depot.objects.order_by("name")}
    schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_STAFF)
    found |= {key_of(school): school for school in schools.order_by("name", "pk")}
    return found
