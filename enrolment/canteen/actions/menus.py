"""Write a day's menu."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.models import Course, Diet, Kitchen, Label, Menu
from enrolment.canteen.queries import load_service
from families.models import Allergen

_ORDER = list(Course.Kind.values)


@dataclass(frozen=True)
class Dish:
    """A dish as written by the service; with a ``diet`` it replaces the dish of its kind."""

    kind: str
    name: str
    diet: str = ""
    allergens: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@transaction.atomic
def write_menu(
    *, by: Actor, kitchen: Kitchen, day: dt.date, theme: str, dishes: Sequence[Dish]
) -> Menu:
    """Replace the menu of a kitchen and day.

    Raises RuleBroken: ``closed``, ``no_main``, ``twice``, ``dish``.
    """
    if not load_service().calendar.is_served(day):
        raise RuleBroken("closed", _("La cantine est fermée ce jour-là."), "day")
    _check(dishes)
    menu: Menu
    menu, _new = Menu.objects.select_for_update(of=("self",)).update_or_create(
        kitchen=kitchen, day=day, defaults={"theme": theme}
    )
    menu.courses.all().delete()
    ordered = sorted(dishes, key=lambda dish: (_ORDER.index(dish.kind), dish.diet))
    Course.objects.bulk_create(
        Course(
            menu=menu,
            position=position,
            kind=dish.kind,
            name=dish.name.strip(),
            diet=dish.diet,
            allergens=sorted(dish.allergens),
            labels=sorted(dish.labels),
        )
        for position, dish in enumerate(ordered, start=1)
    )
    journal.record(by, "menu.write", menu, kitchen=kitchen.code, day=day.isoformat())
    return menu


def _check(dishes: Sequence[Dish]) -> None:
    keys = [(dish.kind, dish.diet) for dish in dishes]
    if ("main", "") not in keys:
        raise RuleBroken("no_main", _("Indiquez au moins le plat principal."), "name")
    if len(set(keys)) < len(keys):
        raise RuleBroken(
            "twice", _("Deux plats du même type : précisez pour quel régime est le second."), "kind"
        )
    for dish in dishes:
        known = (
            dish.kind in _ORDER
            and dish.name.strip()
            and (not dish.diet or dish.diet in Diet.values)
            and set(dish.allergens) <= set(Allergen.values)
            and set(dish.labels) <= set(Label.values)
        )
        if not known:
            raise RuleBroken("dish", _("Un plat est mal rempli."), "name")
