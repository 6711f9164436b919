"""Who sees which people and posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User


def people_visible_to(queryset: QuerySet[User], user: User) -> QuerySet[User]:
    """Administrators see everybody, everybody else themselves."""
    return queryset if user.has_role(Role.ADMINISTRATOR) else queryset.filter(pk=user.pk)
