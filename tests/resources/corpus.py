"""Documents to search among, without a database."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

from resources.search.engine import Document
from resources.search.service import WhooshEngine

DAY = dt.date(2026, 11, 20)
LEVELS = ("CE2", "CM1", "CM2")
TYPES = ("jeu", "exercice", "lecon")
TITLES = (
    "Les fractions simples",
    "Jouer avec les fractions",
    "La mer Méditerranée",
    "Ma mère et moi",
    "Le cycle de l'eau",
    "Les châteaux forts",
    "Les tables de multiplication",
    "Écrire un poème",
)
READINGS = {
    ("cm1",): ("level", "CM1", "CM1"),
    ("jeu",): ("type", "jeu", "Jeu éducatif"),
    ("gratuit",): ("cost", "free", "Gratuit"),
}
SYNONYMS = [("poésie", "poème"), ("tremblement de terre", "séisme")]


def document(pk: int, title: str, **facts: Any) -> Document:
    facets = {"audience": ("both",), "privacy": ("none",), "cost": ("free",), **facts.pop("f", {})}
    return Document(pk, title, facts.pop("text", ""), (), (), facets, **facts)


def corpus(count: int = 120) -> list[Document]:
    rng = random.Random(5)
    return [
        document(
            pk,
            f"{TITLES[pk % len(TITLES)]} {pk}",
            text=rng.choice(("Une pizza à partager.", "Sur la plage.", "Une histoire.")),
            f={
                "level": tuple(sorted(rng.sample(LEVELS, rng.randint(1, 2)))),
                "type": (rng.choice(TYPES),),
                "cost": (rng.choice(("free", "paid")),),
                "audience": (rng.choice(("both", "teacher")),),
            },
            open_to=None if pk % 9 else DAY.toordinal() - 1,
        )
        for pk in range(1, count + 1)
    ]


def small(tmp_path: Path, *documents: Document) -> WhooshEngine:
    made = WhooshEngine(tmp_path)
    made.rebuild(documents, 1, readings=READINGS, synonyms=SYNONYMS)
    return made
