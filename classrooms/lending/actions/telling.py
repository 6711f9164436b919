"""What movements write to the people who wait for them."""

from __future__ import annotations

from django.db.models import QuerySet

from classrooms.lending.models import Transfer
from core import outbox
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from enrolment.schools.models import School


def people_of(school: School, *roles: str) -> QuerySet[User]:
    """Return who holds one of these roles at a school today."""
    posts = Post.objects.current().filter(
        role__in=roles, scope_kind=ScopeKind.SCHOOL, scope_ref=school.uai
    )
    people: QuerySet[User] = User.objects.filter(pk__in=posts.values("user"), is_active=True)
    return people.order_by("pk")


def tell_of_journey(transfer: Transfer, count: int, *, sender: User | None) -> None:
    """Tell the head and the technicians of the receiving school what is on its way.

    Who sent it off needs no message to know.
    """
    if transfer.to_school is None:
        return
    for person in people_of(transfer.to_school, Role.HEAD_TEACHER, Role.IT_TECHNICIAN):
        if person == sender:
            continue
        outbox.queue(
            kind="fleet_transfer_sent",
            to=person,
            context={"transfer": transfer, "count": count},
            dedupe_key=f"transfer.sent:{transfer.pk}:{person.pk}",
        )
