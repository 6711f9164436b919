"""Demo plans: a draft to play with, one approved and on its way, a budget kept.

Reads the demo people ``it_manager`` and ``administrator``.
"""

from __future__ import annotations

from classrooms.lending.actions import transfers
from classrooms.models import Device, DeviceCategory
from classrooms.planning import actions
from classrooms.planning.forms import PRESETS
from classrooms.planning.queries.refresh import read_fleet
from classrooms.planning.rules.planner import TERMS
from classrooms.planning.rules.refresh import Assumptions, forecast
from core.journal import Actor
from core.seeding import SeedContext


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    author, other = Actor(ctx.people["it_manager"]), Actor(ctx.people["administrator"])
    kinds = {category.code: category for category in DeviceCategory.objects.order_by("pk")}
    plan = actions.create_plan(
        by=author,
        name=f"Chariots de la rentrée {ctx.today.year + 1}",
        category=kinds["tablet"],
        devices=60 if ctx.scale.name == "small" else 600,
    )
    actions.change_plan(by=author, plan=plan, lot=15, low=15)
    _forecast(ctx, author)
    _on_its_way(ctx, author, other, kinds["desktop"])


def _forecast(ctx: SeedContext, by: Actor) -> None:
    given = Assumptions(ctx.today.year + 1, ctx.today.year, rise=20)
    outlook = forecast(read_fleet().units, given)
    first, last = given.years[0], given.years[-1]
    name = f"Budgets {first} à {last}, prix + 2 % par an"
    actions.keep_forecast(by=by, name=name, on=ctx.today, given=given, outlook=outlook)


def _on_its_way(ctx: SeedContext, by: Actor, other: Actor, category: DeviceCategory) -> None:
    """Replace the oldest desktops: one school has received, one waits, one is being prepared."""
    spares = Device.objects.available_spares().filter(model__category=category).count()
    if not spares:
        return
    plan = actions.create_plan(
        by=by,
        name="Remplacer les plus anciens postes",
        category=category,
        devices=min(spares, 3 if ctx.scale.name == "small" else 40),
    )
    weights = dict(zip(TERMS, PRESETS["worn"][1], strict=True))
    schools = 3 if ctx.scale.name == "small" else 12
    plan = actions.change_plan(by=by, plan=plan, weights=weights, schools=schools)
    plan = actions.freeze_plan(by=by, plan=plan, on=ctx.today)
    plan = actions.decide_plan(by=other, plan=plan, approve=True)
    sent = actions.send_plan(by=by, plan=plan, planned_for=ctx.today).planned
    equipped = set(
        Device.objects.with_place()
        .filter(place_school__in=[t.to_school_id for t in sent])
        .values_list("place_school", flat=True)
    )
    # The demo's equipped schools are counted to the unit: only they receive.
    leaving = [t for t in sent if t.to_school_id in equipped][: max(1, len(sent) * 2 // 3)]
    for place, transfer in enumerate(leaving):
        gone = transfers.dispatch(by=by, transfer=transfer)
        if place < len(leaving) / 2:
            outcomes = dict.fromkeys(gone.items.values_list("pk", flat=True), "good")
            transfers.receive(by=by, transfer=gone, outcomes=outcomes)
