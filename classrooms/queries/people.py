"""Who looks after a school's devices, and who may have seen one fail."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from enrolment.schools.models import School

_CITY = Q(scope_kind__in=(ScopeKind.CITY, ScopeKind.SERVICE))


def technicians_of(school: School | None) -> QuerySet[User]:
    """Return who may be entrusted with a fault of a school, or of a workshop, by name."""
    reach = _CITY & Q(role__in=(Role.IT_TECHNICIAN, Role.IT_MANAGER))
    own = Q(role=Role.IT_TECHNICIAN, scope_kind=ScopeKind.SCHOOL)
    reach |= own & Q(scope_ref=school.uai) if school is not None else own
    posts = Post.objects.current().filter(reach)
    return _by_name(posts)


def teachers_of(school: School | None) -> QuerySet[User]:
    """Return the teachers and the head of a school, by name: they say what does not work."""
    if school is None:
        return _by_name(Post.objects.none())
    posts = Post.objects.current().filter(
        role__in=(Role.TEACHER, Role.HEAD_TEACHER),
        scope_kind=ScopeKind.SCHOOL,
        scope_ref=school.uai,
    )
    return _by_name(posts)


def _by_name(posts: QuerySet[Post]) -> QuerySet[User]:
    people: QuerySet[User] = User.objects.filter(pk__in=posts.values("user"), is_active=True)
    return people.order_by("family_name", "given_name", "pk")
