"""Sectors and streets of the demo city, on which families and schools both grow."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field

from core.seeding import SeedContext
from families import seeding_names as names
from families.models import Child, Street

BATCH = 2000


@dataclass
class SeedSector:
    """A piece of the city around its schools. ``wealth`` scales family quotients."""

    index: int
    district: str
    postcode: str
    wealth: float
    streets: list[Street] = field(default_factory=list)
    children: list[tuple[Child, int]] = field(default_factory=list)


def fold(text: str) -> str:
    """Fold a name for look-up: lower case, no accents, hyphens and apostrophes as spaces."""
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(letters.replace("-", " ").replace("'", " ").replace("’", " ").split())


def sector_counts(schools: int) -> tuple[int, int]:
    """Return how many sectors have one primary school, and how many have a pair."""
    primaries = round(schools * 0.2)
    primaries += (schools - primaries) % 2
    return primaries, (schools - primaries) // 2


def seed_streets(ctx: SeedContext) -> list[SeedSector]:
    """Write every sector's ten streets; no two streets of the city share a name."""
    rng = ctx.rng("streets")
    primaries, pairs = sector_counts(ctx.scale.schools)
    total = primaries + pairs
    district_count = min(len(names.DISTRICTS), max(5, total // 9))
    taken: set[str] = set()
    sectors: list[SeedSector] = []
    kinds, weights = zip(*names.STREET_KINDS, strict=True)
    for index in range(total):
        district = index * district_count // total
        sector = SeedSector(
            index=index,
            district=names.DISTRICTS[district],
            postcode=f"139{district // 2 + 1:02d}",
            wealth=0.55 + 1.1 * rng.random() if index else 0.8,
        )
        while len(sector.streets) < 10:
            name = f"{rng.choices(kinds, weights)[0]} {rng.choice(names.STREET_NAMES)}"
            if name in taken:
                name = f"{rng.choices(kinds, weights)[0]} {_person_street(rng)}"
            if name in taken:
                continue
            taken.add(name)
            code = f"{index:04d}{len(sector.streets):02d}"
            sector.streets.append(
                Street(
                    code=code,
                    name=name,
                    search_name=fold(name),
                    postcode=sector.postcode,
                    district=sector.district,
                )
            )
        sectors.append(sector)
    Street.objects.bulk_create(
        [street for sector in sectors for street in sector.streets], batch_size=BATCH
    )
    return sectors


def _person_street(rng: random.Random) -> str:
    given = rng.choice(names.GIVEN_NAMES_WOMEN + names.GIVEN_NAMES_MEN)
    return f"{given}-{rng.choice(names.FAMILY_NAMES)}"
