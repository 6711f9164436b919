"""Who may reach what: rules on views, reach of posts, fetch-or-404.

Two questions are kept apart. *May this kind of person call this view at all?* is answered
by ``allow`` on every view and API operation; one that carries no rule is closed by
``DefaultDenyMiddleware`` and fails the architecture tests. *Which rows are theirs?* is
answered by ``Model.objects.visible_to(user)``, and what is not visible answers 404.

They meet in one place: while a view answers, only the posts that opened it reach rows. The
head of one school who is a technician of another opens a technician's act through the second
post, so the first shows it nothing; through a head's page she sees both schools.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from core.accounts.models import Post, User
from core.accounts.roles import ScopeKind

#: Marks a view open to people who are not signed in.
ANYONE = "anyone"
#: Marks a view open to whoever is signed in, whatever their posts.
SIGNED_IN = "signed_in"

M = TypeVar("M", bound=Model)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Reach:
    """How far some roles let a person see: the whole city, or named schools and services."""

    city: bool
    schools: frozenset[str]
    services: frozenset[str]

    def __bool__(self) -> bool:
        return self.city or bool(self.schools) or bool(self.services)

    def covers_school(self, uai: str) -> bool:
        """Tell whether a school, by its UAI, is within reach."""
        return self.city or uai in self.schools

    def school_filter(self, path: str = "school__uai") -> Q:
        """Return the condition that keeps rows of schools within reach.

        ``path`` leads to the UAI. A reach of nothing keeps nothing.
        """
        if self.city:
            return Q()
        return Q(**{f"{path}__in": self.schools})


def _posts(user: User | AnonymousUser | None, roles: Collection[str]) -> list[Post]:
    """Return the posts of these roles, held today, that count for the view being answered."""
    if not isinstance(user, User) or not user.is_active:
        return []
    entered = user.entered_as
    return [
        post
        for post in user.current_posts
        if post.role in roles and (entered is None or post.role in entered)
    ]


def reach_of(user: User | AnonymousUser | None, *roles: str) -> Reach:
    """Return how far ``user`` sees through these roles, held today.

    A post in a service reaches the whole city: services are city-wide, schools are not. While
    a view answers, roles that its rule does not name reach nothing (``entering``).
    """
    posts = _posts(user, roles)
    return Reach(
        city=any(p.scope_kind in (ScopeKind.CITY, ScopeKind.SERVICE) for p in posts),
        schools=frozenset(p.scope_ref for p in posts if p.scope_kind == ScopeKind.SCHOOL),
        services=frozenset(p.scope_ref for p in posts if p.scope_kind == ScopeKind.SERVICE),
    )


def acts_as(user: User | AnonymousUser | None, *roles: str) -> bool:
    """Tell whether ``user`` reaches anything through these roles, as ``reach_of`` does.

    Querysets ask this rather than ``has_role``, which also counts posts that did not open the
    view being answered: menus want those, rows do not.
    """
    return bool(_posts(user, roles))


@contextmanager
def entering(user: Any, rule: frozenset[str]) -> Iterator[None]:
    """Count only the posts that a rule names while its view answers.

    A rule open to anyone, or to whoever is signed in, names none: every post counts.
    """
    if not isinstance(user, User) or not rule.isdisjoint((ANYONE, SIGNED_IN)):
        yield
        return
    before, user.entered_as = user.entered_as, rule
    try:
        yield
    finally:
        user.entered_as = before


def signed_in(request: HttpRequest) -> User:
    """Return the person signed in; raises PermissionDenied for a visitor."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def may_enter(user: Any, roles: frozenset[str]) -> bool:
    """Tell whether a rule made of these roles lets ``user`` in."""
    if ANYONE in roles:
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    return SIGNED_IN in roles or user.has_role(*roles)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a visitor to sign in and back; a form sent after its session ended is told so.

    Redirecting such a form would lose what was typed without a word (403 and a page). The way
    back is the page the form was on: an address that only takes forms would answer 405.
    """
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    came_from = request.headers.get("Referer", "")
    back = request.get_full_path()
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        page = urlsplit(came_from)
        back = page.path + (f"?{page.query}" if page.query else "")
    return render(request, "errors/signed_out.html", {"back": back}, status=403)


def allow(*roles: str) -> Callable[[View], View]:
    """State and enforce who may call a view: roles, ``SIGNED_IN`` or ``ANYONE``.

    A visitor is sent to the sign-in page; somebody signed in without the role gets 403.
    The rule stays readable on the view as ``access_rule`` for the tests that walk them all.
    """
    rule = frozenset(str(role) for role in roles)
    if not rule:
        raise ValueError("a view must say who may call it")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may_enter(request.user, rule):
                if not request.user.is_authenticated:
                    return ask_to_sign_in(request)
                raise PermissionDenied
            with entering(request.user, rule):
                response: HttpResponseBase = view(request, *args, **kwargs)
            return response

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


class VisibleQuerySet(Protocol):
    """A queryset that knows what a person may see."""

    def visible_to(self, user: User) -> QuerySet[Any]:
        """Return the rows this person may see."""
        ...


def get_visible(queryset: VisibleQuerySet, user: User, **lookup: Any) -> Any:
    """Fetch one row that ``user`` may see, or answer 404, which also hides what exists."""
    found = queryset.visible_to(user).filter(**lookup)[:2]
    rows = list(found)
    if len(rows) != 1:
        raise Http404
    return rows[0]


#: Rules for views we did not write, by prefix of ``resolver_match.view_name``.
_FOREIGN_RULES: dict[str, frozenset[str]] = {}


def rule_for_foreign(prefix: str, *roles: str) -> None:
    """Give a rule to another package's views, whose names begin with ``prefix``."""
    _FOREIGN_RULES[prefix] = frozenset(str(role) for role in roles)


def rule_of(callback: Any, view_name: str) -> frozenset[str] | None:
    """Return the rule a view carries, or None: such a view is closed to all."""
    rule: frozenset[str] | None = getattr(callback, "access_rule", None)
    if rule is not None:
        return rule
    matches = [prefix for prefix in _FOREIGN_RULES if view_name.startswith(prefix)]
    return _FOREIGN_RULES[max(matches, key=len)] if matches else None
