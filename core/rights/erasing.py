"""What an erasure takes away now, and what stays until when and why, told before it is done.

Each app registers a plan (lines to read) and an act (what the plan says). The act runs under the
same transaction for every app, the account last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from core.accounts.models import User
from core.journal import Actor
from core.rights.registry import Words


@dataclass(frozen=True)
class Line:
    """One kind of thing: it goes now, or stays ``until`` for a reason with its ``source``."""

    what: Words
    goes: bool
    count: int | None = None
    until: Words = ""
    why: Words = ""
    source: Words = ""

    def as_report(self) -> dict[str, Any]:
        """The line as it is kept with the request."""
        told = asdict(self)
        return {key: v if key in ("goes", "count") else str(v) for key, v in told.items()}


Plan = Callable[[User], Iterable[Line]]
Act = Callable[[User, Actor], None]
_plans: dict[str, tuple[Plan, Act]] = {}


def register_erasure(name: str, plan: Plan, act: Act) -> None:
    """Add what an app erases; call it from ``AppConfig.ready``."""
    _plans[name] = (plan, act)


def plan_for(user: User) -> list[Line]:
    """Return what would go and what would stay, what goes first."""
    lines = [line for plan, _act in _plans.values() for line in plan(user)]
    return sorted(lines, key=lambda line: not line.goes)


def carry_out(user: User, by: Actor) -> None:
    """Do what the plans say, inside the caller's transaction; the account goes last."""
    from core.rights.closing import let_go_of

    for _name, (_plan, act) in sorted(_plans.items()):
        act(user, by)
    let_go_of(user)
