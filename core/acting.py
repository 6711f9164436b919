"""Acting for a family: what a desk agent or a helper may open, and who then really acts.

While somebody acts for a family, ``request.user`` is the family's account, so that every
``visible_to`` answers as it would to the family and never more. That account carries an
:class:`Acting`: who really acts, and within which scopes. Two closed doors stand behind one
another: a page opens only if an app has listed it here under one of the scopes
(``open_pages``), and a queryset of a narrower fact asks ``reaches(user, scope)``.
``Actor.of(request)`` names both people, so that the journal holds both.
See docs/decisions/0037-acting-for-a-family.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.accounts.models import User


class Scope(models.TextChoices):
    """What a family may let somebody do for it, in plain words. Codes are stored."""

    FAMILY = "family", _("La famille : coordonnées, enfants, personnes autorisées")
    APPLICATIONS = "applications", _("Les inscriptions à l’école")
    CANTEEN = "canteen", _("La cantine : réserver et annuler des repas")
    MESSAGES = "messages", _("Les messages de la ville")
    PAYMENTS = "payments", _("Les factures : les voir, jamais les payer")
    INCOME = "income", _("Le quotient familial et ses justificatifs")
    HEALTH = "health", _("La santé : allergies, protocole d’accueil (PAI)")


#: Never given unless the family ticks them one by one.
SENSITIVE = frozenset({Scope.PAYMENTS, Scope.INCOME, Scope.HEALTH})


@dataclass(frozen=True)
class Acting:
    """A running session in which ``agent`` acts for ``person``, until ``ends_at``.

    ``agent_title`` says what the agent is to the family: a post, or a helping place.
    """

    session: int
    agent: User
    person: User
    scopes: frozenset[str]
    family: str
    agent_title: str
    ends_at: dt.datetime
    by_mandate: bool

    @property
    def via(self) -> str:
        """What the journal says of how an act came: the session it belongs to."""
        return via_of(self.session)

    def may_open(self, view_name: str) -> bool:
        """Tell whether a page was listed under one of this session's scopes."""
        return not self.scopes.isdisjoint(_pages.get(view_name, ()))

    def scope_used(self, view_name: str) -> str:
        """Return the scope under which a page opens, the least sensitive one first."""
        usable = self.scopes & _pages.get(view_name, frozenset())
        return min(usable, key=lambda scope: list(Scope.values).index(scope))


def via_of(session: int) -> str:
    """Return how the journal names a session's acts."""
    return f"acting:{session}"


@dataclass
class _Described:
    verbs: dict[str, Any] = field(default_factory=dict)


#: Pages that open while acting, by name, and the scopes any of which opens them.
_pages: dict[str, frozenset[str]] = {}
#: Pages that stay the agent's own while acting: ending, leaving, choices of the device.
_own: set[str] = set()
#: Pages among them that serve the agent alone.
_agents_only: set[str] = set()
#: Kinds of private file that may be opened, by the scope they fall under.
_document_kinds: dict[str, str] = {}
_described = _Described()


def open_pages(scope: str, *view_names: str) -> None:
    """List pages that this scope opens; call it from ``AppConfig.ready``.

    Never list one that takes a payment by card, changes how the family signs in, lets a
    third person in, or gives up a right: those stay the family's alone.
    """
    for name in view_names:
        _pages[name] = _pages.get(name, frozenset()) | {str(scope)}


def open_to_all(*view_names: str) -> None:
    """List pages that every acting session opens, whatever its scopes."""
    for name in view_names:
        _pages[name] = frozenset(Scope.values)


def keep_own(*view_names: str) -> None:
    """List pages that the agent opens as themselves while acting."""
    _own.update(view_names)


def open_documents(scope: str, *kinds: str) -> None:
    """List kinds of private file that this scope lets one open for the family."""
    _document_kinds.update(dict.fromkeys(kinds, str(scope)))


def for_agents(*view_names: str) -> None:
    """Mark listed pages that serve the agent and would tell the family nothing."""
    _agents_only.update(view_names)


def is_for_agents(url: str) -> bool:
    """Tell whether an address of ours leads to such a page."""
    try:
        return resolve(url.partition("?")[0].partition("#")[0]).view_name in _agents_only
    except Resolver404:
        return False


def describe_acts(words: dict[str, Any]) -> None:
    """Say journal verbs in plain words, without a name or a sensitive fact."""
    _described.verbs.update(words)


def words_of(verbs: Iterable[str]) -> list[str]:
    """Return what was done in plain words, each said once, in order."""
    known = [str(_described.verbs[verb]) for verb in verbs if verb in _described.verbs]
    return list(dict.fromkeys(known))


def is_own_page(view_name: str) -> bool:
    """Tell whether a page stays the agent's own while acting."""
    return view_name in _own


def listed_pages() -> dict[str, frozenset[str]]:
    """Return every page open to some acting session, with its scopes."""
    return dict(_pages)


def own_pages() -> frozenset[str]:
    """Return the pages that stay the agent's own."""
    return frozenset(_own)


def acting_of(user: Any) -> Acting | None:
    """Return the session behind an account, or None when it acts for itself."""
    found: Acting | None = vars(user).get("acting") if hasattr(user, "__dict__") else None
    return found


def reaches(user: Any, scope: str) -> bool:
    """Tell whether ``user`` may reach facts of a scope: always, unless acted for without it."""
    acting = acting_of(user)
    return acting is None or scope in acting.scopes


def opens(user: Any, url: str) -> bool:
    """Tell whether an address of ours opens for ``user``: always, unless acted for without it.

    What a list says of a page that stays closed is not said either.
    """
    acting = acting_of(user)
    if acting is None:
        return True
    try:
        name = resolve(url.partition("?")[0].partition("#")[0]).view_name
    except Resolver404:
        return False
    return acting.may_open(name) or name in _own


def may_open_document(user: Any, kind: str) -> bool:
    """Tell whether a kind of private file is within what ``user`` may reach."""
    acting = acting_of(user)
    return acting is None or _document_kinds.get(kind) in acting.scopes


def stand_in(acting: Acting) -> User:
    """Return the family's account as the pages meet it while somebody acts for it.

    It holds nothing but the post of a guardian: a parent who also works for the city lends
    none of what their own posts open.
    """
    from core.accounts.models import User
    from core.accounts.roles import Role

    person: User = User.objects.get(pk=acting.person.pk)
    vars(person)["current_posts"] = [
        post for post in person.posts.current() if post.role == Role.GUARDIAN
    ]
    vars(person)["acting"] = acting
    return person
