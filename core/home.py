"""What awaits a person: apps register, the portal's home page and menus show.

Lets a home page name things of every app while no app knows another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from core.accounts.models import User


@dataclass(frozen=True)
class HomeCard:
    """One thing awaiting somebody: a sentence, a count if any, and the act it calls for.

    ``tone`` is one of ``plain``, ``urgent``, ``waiting``, ``done``; lower ``order`` comes first.
    ``icon`` names a symbol of the sprite.
    """

    title: str
    text: str
    url: str
    action: str
    tone: str = "plain"
    count: int | None = None
    icon: str = ""
    order: int = 100


@dataclass(frozen=True)
class NavItem:
    """An entry of the main menu, shown to people who hold one of ``roles``."""

    label: str | Promise
    url_name: str
    roles: frozenset[str]
    icon: str = ""
    order: int = 100


@dataclass
class _Registry:
    providers: list[Callable[[User], Iterable[HomeCard]]] = field(default_factory=list)
    nav: list[NavItem] = field(default_factory=list)


_registry = _Registry()


def register_cards(provider: Callable[[User], Iterable[HomeCard]]) -> None:
    """Add a provider of home cards; call it from ``AppConfig.ready``."""
    if provider not in _registry.providers:
        _registry.providers.append(provider)


def register_nav(*items: NavItem) -> None:
    """Add entries to the main menu; call it from ``AppConfig.ready``."""
    known = {(item.url_name, item.roles) for item in _registry.nav}
    _registry.nav.extend(item for item in items if (item.url_name, item.roles) not in known)


def cards_for(user: User) -> list[HomeCard]:
    """Return everything that awaits ``user``, most pressing first."""
    cards = [card for provider in _registry.providers for card in provider(user)]
    return sorted(cards, key=lambda card: card.order)


def nav_for(user: User) -> list[NavItem]:
    """Return the menu entries that ``user`` may follow, in order."""
    roles = user.roles
    return sorted(
        (item for item in _registry.nav if not roles.isdisjoint(item.roles)),
        key=lambda item: item.order,
    )
