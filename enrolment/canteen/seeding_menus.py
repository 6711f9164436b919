"""Menus of the demo city, composed from dishes of our own with their real allergens."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from enrolment.canteen.models import Course, Diet, Kitchen, Menu


@dataclass(frozen=True)
class Dish:
    """A dish, its allergens and labels (``o`` organic, ``l`` local, ``q`` quality)."""

    name: str
    allergens: str = ""
    labels: str = ""


_LABELS = {"o": "organic", "l": "local", "q": "quality", "v": "vegetarian"}

STARTERS = (
    Dish("Carottes râpées au citron", "mustard", "ol"),
    Dish("Salade de pois chiches au cumin", "", "l"),
    Dish("Concombres à la menthe", "milk", "l"),
    Dish("Taboulé aux légumes", "gluten", "o"),
    Dish("Betteraves vinaigrette", "mustard", "o"),
    Dish("Salade verte et croûtons", "gluten mustard", "l"),
    Dish("Velouté de potiron", "milk celery", "ol"),
    Dish("Salade de tomates au basilic", "", "l"),
    Dish("Pastèque", "", ""),
    Dish("Soupe de légumes", "celery", "l"),
    Dish("Céleri rémoulade", "celery eggs mustard", ""),
    Dish("Salade de lentilles", "mustard", "oq"),
    Dish("Œuf dur mayonnaise", "eggs mustard", "q"),
    Dish("Pamplemousse", "", ""),
)
#: Main dishes with meat or fish: dish, whether it is pork, and what those without meat get.
MAINS = (
    (Dish("Daube provençale", "celery sulphites", "lq"), False),
    (Dish("Poulet rôti aux herbes", "", "q"), False),
    (Dish("Sauté de porc à la sauge", "", "l"), True),
    (Dish("Boulettes d'agneau à la tomate", "gluten eggs", ""), False),
    (Dish("Blanquette de dinde", "milk gluten celery", ""), False),
    (Dish("Saucisse de Toulouse", "", "q"), True),
    (Dish("Parmentier de bœuf", "milk", "l"), False),
    (Dish("Jambon braisé, sauce madère", "sulphites", ""), True),
    (Dish("Couscous au poulet", "gluten celery", "q"), False),
    (Dish("Bœuf aux carottes", "celery", "ol"), False),
    (Dish("Tajine de dinde aux abricots", "sulphites", ""), False),
)
FISH = (
    Dish("Filet de merlu à l'aïoli", "fish eggs mustard", "q"),
    Dish("Colin pané au four", "fish gluten eggs", "q"),
    Dish("Brandade de morue", "fish milk", ""),
    Dish("Calamars à la tomate", "molluscs sulphites", ""),
    Dish("Saumon à l'oseille", "fish milk", "q"),
    Dish("Moules marinières", "molluscs celery sulphites", "l"),
)
VEGETARIAN = (
    Dish("Lasagnes aux légumes du soleil", "gluten milk eggs", "o"),
    Dish("Dahl de lentilles corail", "mustard", "o"),
    Dish("Omelette aux fines herbes", "eggs milk", "oq"),
    Dish("Chili aux haricots rouges", "celery", "o"),
    Dish("Gratin de gnocchis aux épinards", "gluten milk", ""),
    Dish("Falafels, sauce au yaourt", "gluten milk sesame", ""),
    Dish("Tarte aux poireaux", "gluten milk eggs", "l"),
    Dish("Curry de pois chiches", "", "ol"),
)
NO_MEAT = (
    Dish("Galette de céréales", "gluten soybeans", "o"),
    Dish("Omelette nature", "eggs", "q"),
    Dish("Boulettes de soja à la tomate", "soybeans gluten", ""),
    Dish("Quenelles nature", "gluten milk eggs", ""),
)
NO_PORK = (
    Dish("Escalope de dinde grillée", "", ""),
    Dish("Saucisse de volaille", "", "l"),
    Dish("Émincé de poulet au jus", "", "q"),
)
SIDES = (
    Dish("Riz de Camargue", "", "lq"),
    Dish("Haricots verts persillés", "", "o"),
    Dish("Purée de pommes de terre", "milk", "l"),
    Dish("Semoule aux raisins", "gluten sulphites", ""),
    Dish("Ratatouille", "", "l"),
    Dish("Coquillettes", "gluten", "o"),
    Dish("Gratin de courgettes", "milk", "l"),
    Dish("Lentilles vertes", "", "oq"),
    Dish("Épinards à la crème", "milk", ""),
    Dish("Boulgour", "gluten", "o"),
    Dish("Pommes vapeur", "", "l"),
    Dish("Poêlée de légumes d'automne", "celery", "l"),
)
DAIRY = (
    Dish("Yaourt nature", "milk", "ol"),
    Dish("Fromage blanc", "milk", "o"),
    Dish("Comté", "milk", "q"),
    Dish("Brousse", "milk", "l"),
    Dish("Camembert", "milk", ""),
    Dish("Petit-suisse", "milk", "o"),
    Dish("Tomme de brebis", "milk", "l"),
)
DESSERTS = (
    Dish("Pomme", "", "ol"),
    Dish("Clémentine", "", ""),
    Dish("Compote de poires", "", "o"),
    Dish("Banane", "", "o"),
    Dish("Gâteau au yaourt", "gluten milk eggs", ""),
    Dish("Raisin", "", "l"),
    Dish("Crème au chocolat", "milk soybeans", ""),
    Dish("Poire", "", "l"),
    Dish("Tarte aux pommes", "gluten milk eggs", ""),
    Dish("Kiwi", "", "o"),
    Dish("Navette à la fleur d'oranger", "gluten eggs milk", "l"),
    Dish("Salade de fruits", "", ""),
)
THEMES = ("Semaine du goût", "Saveurs de Méditerranée", "Menu des enfants", "Repas zéro déchet")


class _Deck:
    """Deals dishes in shuffled rounds, so that none comes back before all were served."""

    def __init__(self, rng: random.Random, cards: Iterable[Dish]) -> None:
        self._rng = rng
        self._cards = list(cards)
        self._hand: list[Dish] = []

    def deal(self) -> Dish:
        if not self._hand:
            self._hand = self._rng.sample(self._cards, len(self._cards))
        return self._hand.pop()


def write_menus(rng: random.Random, kitchens: list[Kitchen], days: list[dt.date]) -> None:
    """Write a menu for every kitchen and day: one vegetarian day a week, fish on Fridays."""
    menus: list[Menu] = []
    courses: list[Course] = []
    for kitchen in kitchens:
        cook = _Cook(rng)
        for day in days:
            theme = rng.choice(THEMES) if rng.random() < 0.06 else ""
            menu = Menu(kitchen=kitchen, day=day, theme=theme)
            menus.append(menu)
            courses += cook.compose(menu)
    Menu.objects.bulk_create(menus, batch_size=1000)
    Course.objects.bulk_create(courses, batch_size=1000)


class _Cook:
    """Composes the menus of one kitchen."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.decks = {
            kind: _Deck(rng, dishes)
            for kind, dishes in {
                "starter": STARTERS,
                "fish": FISH,
                "vegetarian": VEGETARIAN,
                "side": SIDES,
                "dairy": DAIRY,
                "dessert": DESSERTS,
                "no_meat": NO_MEAT,
                "no_pork": NO_PORK,
                "main": [dish for dish, _pork in MAINS],
            }.items()
        }
        self.pork = {dish.name for dish, pork in MAINS if pork}

    def compose(self, menu: Menu) -> Iterator[Course]:
        vegetarian_day = 2 if menu.day.isocalendar().week % 2 else 4
        weekday = menu.day.isoweekday()
        kind = "vegetarian" if weekday == vegetarian_day else "fish" if weekday == 5 else "main"
        main = self.decks[kind].deal()
        yield _course(menu, 1, "starter", self.decks["starter"].deal())
        yield _course(menu, 2, "main", main, vegetarian=kind == "vegetarian")
        if kind != "vegetarian":
            other = self.decks["no_meat"].deal()
            yield _course(menu, 3, "main", other, diet=Diet.NO_MEAT, vegetarian=True)
        if main.name in self.pork:
            yield _course(menu, 4, "main", self.decks["no_pork"].deal(), diet=Diet.NO_PORK)
        yield _course(menu, 5, "side", self.decks["side"].deal())
        if self.rng.random() < 0.8:
            yield _course(menu, 6, "dairy", self.decks["dairy"].deal())
        yield _course(menu, 7, "dessert", self.decks["dessert"].deal())


def _course(
    menu: Menu,
    position: int,
    kind: str,
    dish: Dish,
    *,
    diet: str = "",
    vegetarian: bool = False,
) -> Course:
    marks = dish.labels + ("v" if vegetarian else "")
    return Course(
        menu=menu,
        position=position,
        kind=kind,
        name=dish.name,
        diet=diet,
        allergens=dish.allergens.split(),
        labels=[_LABELS[mark] for mark in marks],
    )
