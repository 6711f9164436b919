"""The people who run the fleet, to write to them."""

from __future__ import annotations

from core.accounts.models import Post, User
from core.accounts.roles import Role


def fleet_managers() -> list[User]:
    """Return the active people who hold the post of fleet manager today, by name."""
    posts = Post.objects.current().filter(role=Role.IT_MANAGER).values("user")
    people = User.objects.filter(is_active=True, pk__in=posts)
    return list(people.order_by("family_name", "given_name", "pk"))
