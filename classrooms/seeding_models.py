"""What the demo city bought: invented makers, plausible models, lines and workshops."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from classrooms.models import Depot, DeviceCategory, DeviceModel, InternetLine

BATCH = 2000
_SERIAL = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

#: Kinds of devices: code, name, family.
CATEGORIES = (
    ("tablet", "Tablette", DeviceCategory.Family.TABLET),
    ("laptop", "Ordinateur portable", DeviceCategory.Family.COMPUTER),
    ("desktop", "Ordinateur fixe", DeviceCategory.Family.COMPUTER),
)
#: Category, maker, name, warranty and life in months, price in cents, first and last year sold.
MODELS = (
    ("tablet", "Calanque", "Ardoise 10", 24, 60, 27_900, 2000, 2022),
    ("tablet", "Calanque", "Ardoise 11", 36, 60, 31_900, 2023, 2099),
    ("tablet", "Sirocco", "Onda 10 renforcée", 36, 72, 34_500, 2022, 2099),
    ("laptop", "Lumen", "Cahier 11", 36, 72, 38_900, 2000, 2023),
    ("laptop", "Lumen", "Cahier 14", 36, 72, 46_500, 2023, 2099),
    ("laptop", "Garrigue", "Carnet 13", 60, 72, 52_000, 2024, 2099),
    ("desktop", "Garrigue", "Poste 22", 36, 84, 49_900, 2000, 2023),
    ("desktop", "Garrigue", "Poste 24", 60, 84, 54_900, 2023, 2099),
)
SYSTEMS = {"tablet": ("13", "14", "15"), "laptop": ("22.04", "24.04"), "desktop": ("24.04",)}
OPERATORS = ("Azur Fibre", "Mistral Télécom", "Littoral Numérique")
#: Technology, download and upload in Mbit/s, monthly price in cents.
FAST = (
    (InternetLine.Technology.FIBRE, 1000, 500, 4_190),
    (InternetLine.Technology.FIBRE, 500, 300, 3_590),
    (InternetLine.Technology.FIBRE_PRO, 200, 200, 24_900),
    (InternetLine.Technology.MOBILE, 120, 30, 3_900),
    (InternetLine.Technology.VDSL, 52, 12, 3_290),
)
SLOW = (
    (InternetLine.Technology.ADSL, 12, 1, 2_990),
    (InternetLine.Technology.ADSL, 7, 1, 2_990),
    (InternetLine.Technology.VDSL, 24, 6, 3_290),
)
PROBLEMS = (
    ("screen", "L'écran est fendu en haut à droite."),
    ("screen", "Tombée de la table, l'écran ne répond plus à gauche."),
    ("power", "Écran noir, même branchée depuis hier."),
    ("charging", "Reste à 3 % toute la journée dans le chariot."),
    ("charging", "Le connecteur bouge."),
    ("keyboard", "La touche E ne revient pas."),
    ("other", "Le son grésille au casque."),
    ("other", "Ne trouve plus le réseau de l'école."),
    ("lost", "Pas retrouvée dans le chariot après la séance."),
)


@dataclass(frozen=True)
class Shelf:
    """What can be drawn from: models by category with the years they were sold."""

    models: dict[str, list[tuple[DeviceModel, int, int]]]
    depot: Depot

    def pick(self, category: str, year: int, rng: random.Random) -> DeviceModel:
        """Return a model of a category that was sold in a year."""
        sold = [m for m, first, last in self.models[category] if first <= year <= last]
        return rng.choice(sold)


def stock_shelf() -> Shelf:
    """Write categories, models and the two workshops."""
    categories = {
        code: DeviceCategory.objects.create(code=code, name=name, family=family)
        for code, name, family in CATEGORIES
    }
    models: dict[str, list[tuple[DeviceModel, int, int]]] = {code: [] for code in categories}
    for code, maker, name, warranty, life, price, first, last in MODELS:
        model = DeviceModel.objects.create(
            category=categories[code],
            maker=maker,
            name=name,
            warranty_months=warranty,
            life_months=life,
            price_cents=price,
        )
        models[code].append((model, first, last))
    depot = Depot.objects.create(
        code="atelier-central", name="Atelier numérique des écoles", phone="04 91 00 15 00"
    )
    return Shelf(models, depot)


class Numbers:
    """Draws serial numbers, labels and identifiers without repeats, the same every time."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._tags: dict[int, int] = {}
        self._taken: set[str] = set()

    def tag(self, year: int) -> str:
        """Return the next inventory number of a purchase year."""
        self._tags[year] = self._tags.get(year, 0) + 1
        return f"PM-{year % 100:02d}-{self._tags[year]:05d}"

    def serial(self) -> str:
        """Return a maker's serial number; some begin with zeros, as real ones do."""
        while True:
            text = "".join(self.rng.choices(_SERIAL, k=12))
            if text not in self._taken:
                self._taken.add(text)
                return text

    def token(self) -> str:
        """Return the text of a label."""
        while True:
            text = "".join(self.rng.choices(_LETTERS, k=12))
            if text not in self._taken:
                self._taken.add(text)
                return text

    def uuid(self) -> uuid.UUID:
        """Return a random identifier."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)
