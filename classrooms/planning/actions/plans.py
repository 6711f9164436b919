"""Plans: drafted by one, frozen with the figures of the day, decided by another."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.models import DeviceCategory
from classrooms.planning.models import Plan
from classrooms.planning.queries.needs import city_needs, packed
from classrooms.planning.rules.planner import TERMS, allocate, score
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor

#: What a plan weighs at first, in the order of ``TERMS``.
FIRST_WEIGHTS = dict(zip(TERMS, (30, 25, 20, 15, 10), strict=True))
_CHANGEABLE = frozenset(
    {
        *("name", "category", "devices", "lot", "weights", "low", "high"),
        *("schools", "kinds", "excluded"),
    }
)


def create_plan(*, by: Actor, name: str, category: DeviceCategory, devices: int) -> Plan:
    """Start a draft with balanced weights."""
    with transaction.atomic():
        plan = Plan.objects.create(
            name=name, category=category, devices=devices, weights=FIRST_WEIGHTS, author=by.user
        )
        journal.record(by, "plan.create", plan, devices=devices)
    return plan


def copy_plan(*, by: Actor, plan: Plan) -> Plan:
    """Start a draft of one's own from another plan, whatever its state."""
    with transaction.atomic():
        copy = Plan.objects.create(
            name=_("%(name)s (copie)") % {"name": plan.name[:70]},
            author=by.user,
            **{field: getattr(plan, field) for field in sorted(_CHANGEABLE - {"name"})},
        )
        journal.record(by, "plan.copy", copy, of=plan.pk)
    return copy


def _lock_draft(by: Actor, plan: Plan) -> Plan:
    """Lock one's own draft. Raises RuleBroken ``state``, ``author``."""
    found: Plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not found.is_draft:
        raise RuleBroken("state", _("Cette répartition est figée : faites-en une copie."))
    if by.user is None or found.author_id != by.user.pk:
        raise RuleBroken("author", _("Ce brouillon est à quelqu’un d’autre : faites-en une copie."))
    return found


def change_plan(*, by: Actor, plan: Plan, **changes: Any) -> Plan:
    """Change what one's draft asks for.

    Raises RuleBroken: ``state`` once frozen, ``author``, ``weights`` when nothing weighs,
    ``bounds`` when the least is more than the most.
    """
    if unknown := set(changes) - _CHANGEABLE:
        raise ValueError(f"not for a plan: {unknown}")
    with transaction.atomic():
        found = _lock_draft(by, plan)
        for field, value in changes.items():
            setattr(found, field, value)
        if not found.wish.total_weight:
            raise RuleBroken("weights", _("Au moins un critère doit compter."), "pupils")
        if found.high and found.high < found.low:
            raise RuleBroken("bounds", _("Le plus est au-dessous du moins."), "high")
        found.save(update_fields=sorted(changes))
        journal.record(by, "plan.change", found, fields=sorted(changes))
    return found


def drop_plan(*, by: Actor, plan: Plan) -> None:
    """Throw one's draft away. Raises RuleBroken ``state``, ``author``."""
    with transaction.atomic():
        found = _lock_draft(by, plan)
        journal.record(by, "plan.drop", found)
        found.delete()


def digest_of(asked: dict[str, Any], snapshot: dict[str, Any]) -> str:
    """Return the name of a frozen plan: of what was asked, known and found."""
    text = json.dumps([asked, snapshot], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def freeze_plan(*, by: Actor, plan: Plan, on: dt.date | None = None) -> Plan:
    """Fix one's draft with a day's figures (today's), so that somebody else can approve it.

    Raises RuleBroken: ``state``, ``author``, ``empty`` when nobody would get anything.
    """
    with transaction.atomic():
        found = _lock_draft(by, plan)
        day = on or clock.today()
        needs = city_needs(day)
        result = allocate(score(needs), found.wish)
        if not result.shares:
            raise RuleBroken("empty", _("Personne ne recevrait rien : il n’y a rien à figer."))
        snapshot = {
            "day": day.isoformat(),
            "needs": packed(needs),
            # A list: a JSON object of the database forgets who stands first.
            "shares": [[uai, count] for uai, count in result.shares.items()],
        }
        states.move(
            found,
            Plan.State.FROZEN,
            by=by,
            snapshot=snapshot,
            digest=digest_of(found.asked, snapshot),
            frozen_at=clock.now(),
        )
    return found


def decide_plan(*, by: Actor, plan: Plan, approve: bool, reason: str = "") -> Plan:
    """Approve a frozen plan, or send it back with a reason.

    Raises RuleBroken: ``four_eyes`` for its author, ``reason`` when sent back without one,
    ``state``.
    """
    if by.user is None or plan.author_id == by.user.pk:
        raise RuleBroken("four_eyes", _("Une autre personne que son auteur doit décider."))
    if not approve and not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi vous la renvoyez."), "reason")
    return states.move(
        plan,
        Plan.State.APPROVED if approve else Plan.State.REFUSED,
        by=by,
        decided_by=by.user,
        decided_at=clock.now(),
        decision=reason.strip()[:200],
    )
