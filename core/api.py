"""What every API operation stands on: who calls, may they, how often, once or twice.

An operation reads, from top to bottom::

    @router.post("/bookings", response={201: BookingOut})
    @allow_api(Role.GUARDIAN, scope="canteen:write")
    @idempotent
    def book(request: HttpRequest, body: BookingIn) -> ...:

``allow_api`` leaves ``access_rule`` and ``api_scope`` on the function for the tests that
walk every operation. Inside, ``request.user`` is the person or the partner's technical
account, so that ``visible_to(request.user)`` holds for both, and ``actor_of(request)`` is
the Actor to hand to actions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.decorators import decorate_view
from ninja.errors import Throttled
from ninja.operation import Operation
from ninja.security import HttpBearer, SessionAuth
from ninja.signature.utils import get_typed_signature
from ninja.throttling import BaseThrottle

from core import clock, partners
from core.access import entering, may_enter
from core.errors import RuleBroken
from core.journal import Actor
from core.net import client_ip
from core.partners import IdempotencyRecord, PartnerToken

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
M = TypeVar("M", bound=Model)

#: Every scope that an operation asks for, gathered as the routers load.
SCOPES: set[str] = set()
_scope_words: dict[str, Any] = {}


def describe_scopes(words: dict[str, Any]) -> None:
    """Say in words what scopes allow, for the page where tokens are made."""
    _scope_words.update(words)


def scope_choices() -> list[tuple[str, str]]:
    """Return every scope with its words, in order; without words, the scope itself."""
    return [(scope, str(_scope_words.get(scope, scope))) for scope in sorted(SCOPES)]


class Problem(Schema):
    """Why something was refused: a stable code, a sentence in French, the field at fault."""

    code: str
    message: str
    field: str | None = None


class PartnerAuth(HttpBearer):
    """``Authorization: Bearer escale_…``, for partner systems."""

    def authenticate(self, request: HttpRequest, token: str) -> PartnerToken | None:
        """Return the token if it is active; too many wrong ones from an address are refused."""
        found = partners.find(token)
        if found is None:
            count_use(f"wrong:{client_ip(request)}", *settings.API_RATE_LIMITS["wrong_token"])
            return None
        request.user = found.account
        request.actor = Actor(user=found.account, via=f"api:{found.prefix}")  # type: ignore[attr-defined]
        return found


class PersonAuth(SessionAuth):
    """The session of somebody signed in on the portal; writes need the CSRF token."""

    def _get_key(self, request: HttpRequest) -> str | None:
        # A visitor must hear "sign in" (401), not that a CSRF token is missing.
        return super()._get_key(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the person, if one is signed in."""
        if not request.user.is_authenticated or not request.user.is_active:
            return None
        request.actor = Actor(user=request.user, via="api")  # type: ignore[attr-defined]
        return request.user


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this API call."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise PermissionDenied
    return actor


def count_use(who: str, limit: int, seconds: int) -> None:
    """Count one use by ``who`` in a fixed window; raises Throttled above ``limit``."""
    now = int(clock.now().timestamp())
    window, passed = divmod(now, seconds)
    key = f"api-rate:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{seconds}:{window}"
    cache.add(key, 0, timeout=seconds + 5)
    try:
        used = cache.incr(key)
    except ValueError:
        # Evicted between the two calls: this is the first use of a new count.
        cache.set(key, 1, timeout=seconds + 5)
        used = 1
    if used > limit:
        raise Throttled(wait=seconds - passed)


class FairUse(BaseThrottle):
    """So many calls a minute for each token, person, or address when neither is known."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this call."""
        caller = getattr(request, "auth", None)
        if isinstance(caller, PartnerToken):
            who, rate = f"token:{caller.pk}", "token"
        elif request.user.is_authenticated:
            who, rate = f"user:{request.user.pk}", "user"
        else:
            who, rate = f"ip:{client_ip(request)}", "ip"
        try:
            count_use(who, *settings.API_RATE_LIMITS[rate])
        except Throttled as refused:
            self._wait = refused.wait
            return False
        return True

    def wait(self) -> float | None:
        """Return the seconds until the window ends."""
        return getattr(self, "_wait", None)


def allow_api(*roles: str, scope: str) -> Callable[[F], F]:
    """State and enforce who may call an operation: people by role, partners by scope.

    ``roles`` may hold ``SIGNED_IN`` or ``ANYONE``; with ``ANYONE`` also give ``auth=None``
    to the router's decorator. ``scope`` is ``<area>:read`` or ``<area>:write``; an empty
    one closes the operation to partner systems.
    """
    rule = frozenset(str(role) for role in roles)
    if not rule and not scope:
        raise ValueError("an operation must say who may call it")
    if scope:
        SCOPES.add(scope)

    def decorate(view: F) -> F:
        def lets_in(request: HttpRequest) -> bool:
            caller = getattr(request, "auth", None)
            if isinstance(caller, PartnerToken):
                return bool(scope) and scope in caller.scopes
            return may_enter(request.user, rule)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not lets_in(request):
                raise PermissionDenied
            # A partner comes in by its scope, not by a post: all posts of its account count.
            is_partner = isinstance(getattr(request, "auth", None), PartnerToken)
            with nullcontext() if is_partner else entering(request.user, rule):
                return view(request, *args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        guarded.lets_in = lets_in  # type: ignore[attr-defined]
        guarded.api_scope = scope  # type: ignore[attr-defined]
        guarded.__signature__ = get_typed_signature(view)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def idempotent(view: F) -> F:
    """Make a write with an ``Idempotency-Key`` header happen once, whatever is repeated.

    The record of the key is inserted in the transaction of the write: of two calls at once
    the second waits on the unique constraint, then gets the first one's answer, marked
    ``Idempotency-Replayed: true``. The same key with another body is refused with 409. A
    refused or failed write frees its key. Answers are kept for ``IDEMPOTENCY_DAYS``.
    """

    def once(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def running(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if "Idempotency-Key" not in request.headers:
                return run(request, **kwargs)
            _ = request.body  # read before the operation takes the stream
            with transaction.atomic():
                response = run(request, **kwargs)
                record: IdempotencyRecord | None = getattr(request, "idempotency", None)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                elif record is not None:
                    record.status = response.status_code
                    record.body = response.content.decode()
                    record.save(update_fields=["status", "body"])
            return response

        return running

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key is not None:
            answer = _begin(request, key)
            if answer is not None:
                return answer
        return view(request, *args, **kwargs)

    guarded.__signature__ = get_typed_signature(view)  # type: ignore[attr-defined]
    decorate_view(once)(guarded)
    return guarded  # type: ignore[return-value]


def _begin(request: HttpRequest, key: str) -> HttpResponse | None:
    """Insert the record of a key, or return the answer that it already has."""
    if not _KEY.fullmatch(key):
        raise RuleBroken(
            "idempotency_key", _("Idempotency-Key : 1 à 128 caractères ASCII sans espace.")
        )
    actor = actor_of(request)
    owner = f"{actor.via}:{actor.user.pk if actor.user else ''}"[:60]
    what = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    fingerprint = hashlib.sha256(what).hexdigest()
    try:
        with transaction.atomic():
            record = IdempotencyRecord.objects.create(owner=owner, key=key, fingerprint=fingerprint)
    except IntegrityError:
        known = IdempotencyRecord.objects.get(owner=owner, key=key)
        if known.fingerprint != fingerprint:
            raise RuleBroken(
                "idempotency_key_reused",
                _("Cette Idempotency-Key a déjà servi pour une autre demande."),
            ) from None
        answer = HttpResponse(known.body, status=known.status, content_type="application/json")
        answer["Idempotency-Replayed"] = "true"
        return answer
    request.idempotency = record  # type: ignore[attr-defined]
    return None


def operations_of(api: NinjaAPI) -> Iterator[Operation]:
    """Yield every operation of an API, for the tests that walk them."""
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def close_unruled(api: NinjaAPI) -> None:
    """Close the operations that state no rule: a forgotten one must never be open.

    The others look at the rule before they read the body: who may not call an operation
    learns nothing from what it finds wrong with their request.
    """

    def rule_first(
        checks: Callable[[HttpRequest], HttpResponse | None],
        lets_in: Callable[[HttpRequest], bool],
    ) -> Callable[[HttpRequest], HttpResponse | None]:
        def run(request: HttpRequest) -> HttpResponse | None:
            stopped = checks(request)
            if stopped is None and not lets_in(request):
                return api.on_exception(request, PermissionDenied())
            return stopped

        return run

    def refuse(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return api.on_exception(request, PermissionDenied())

    for operation in operations_of(api):
        if getattr(operation.view_func, "access_rule", None) is None:
            operation.run = refuse  # type: ignore[method-assign]
            continue
        lets_in = vars(operation.view_func)["lets_in"]
        operation._run_checks = rule_first(operation._run_checks, lets_in)  # type: ignore
