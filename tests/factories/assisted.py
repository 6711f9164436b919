"""Places where people help, helpers, mandates in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import factory

from core.accounts.roles import Role
from core.journal import Actor
from families.actions import mandates
from families.models import AssistanceMandate, Guardian, HelpPlace
from tests.factories.accounts import HELP_PLACE, UserFactory

#: What a helper is usually asked to do.
EVERYDAY = ("family", "applications", "canteen", "messages")


class HelpPlaceFactory(factory.django.DjangoModelFactory):
    """The place where ``UserFactory(roles=[Role.HELPER])`` works."""

    class Meta:
        model = HelpPlace
        django_get_or_create = ("code",)

    code = HELP_PLACE
    name = "Maison des voisins"
    address = "3 place du Marché"


def helper(**fields: Any) -> Any:
    """Return somebody who helps at the usual place."""
    return UserFactory(roles=[Role.HELPER], **{"given_name": "Yasmine", **fields})


def draft(
    guardian: Guardian,
    helper: Any,
    *,
    days: int = 31,
    scopes: Iterable[str] = EVERYDAY,
    signature: str = "screen",
) -> AssistanceMandate:
    """Return a mandate that the family has prepared."""
    return mandates.prepare_mandate(
        by=Actor(guardian.user),
        guardian=guardian,
        helper=helper,
        place=HelpPlaceFactory(),
        days=days,
        scopes=scopes,
        signature=signature,
    )


def signed(guardian: Guardian, helper: Any, **fields: Any) -> AssistanceMandate:
    """Return a mandate in force, signed on the screen today."""
    made = draft(guardian, helper, **fields)
    return mandates.sign_mandate(by=Actor(guardian.user), mandate=made)
