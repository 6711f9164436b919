"""People and their posts."""

from __future__ import annotations

from typing import Any

import factory

from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind

_SELF_ONLY = {Role.GUARDIAN, Role.PUPIL}
#: Where helpers work unless a place is named.
HELP_PLACE = "maison"


class UserFactory(factory.django.DjangoModelFactory):
    """A person; ``roles=[Role.X, (Role.Y, "0990001A")]`` gives city-wide or school posts."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@essai.example")
    given_name = "Camille"
    family_name = factory.Sequence(lambda n: f"Essai{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", None)
        return User.objects.create_user(password=password, **kwargs)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        for entry in extracted or []:
            role, uai = entry if isinstance(entry, tuple) else (entry, "")
            kind = ScopeKind.SCHOOL if uai else ScopeKind.CITY
            if role in _SELF_ONLY:
                kind = ScopeKind.SELF
            if role == Role.HELPER:
                kind, uai = ScopeKind.SERVICE, uai or HELP_PLACE
            Post.objects.create(user=self, role=role, scope_kind=kind, scope_ref=uai)
