"""Makes the demo's resources: deterministic, varied, and never the same title twice."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from pathlib import Path

from resources.catalogue.demo import french
from resources.catalogue.demo.kinds import AUTHORS, KINDS, MIX, PUBLISHERS, Kind
from resources.catalogue.rules import LEVELS

_FOLDER = Path(__file__).parent
_FILES = ("maths", "francais", "sciences", "humanites", "arts_corps_langues", "maternelle")
_FREE_LICENCES = ("cc-by", "cc-by-sa", "cc-by-nc", "cc0", "licence-ouverte", "gpl")


@dataclass(frozen=True)
class Notion:
    """Something the programmes teach: its levels, its words, titles and a fact."""

    domain: str
    levels: tuple[str, ...]
    phrase: str
    keywords: tuple[str, ...]
    titles: tuple[str, ...]
    fact: str


@dataclass(frozen=True)
class Draft:
    """A resource to create; codes are those of the vocabularies."""

    identifier: str
    title: str
    description: str
    keywords: list[str]
    language: str
    levels: tuple[str, ...]
    domain: str
    pedagogical_type: str
    document_type: str
    audience: str
    cost: str
    licence: str
    personal_data_level: str
    difficulty: str
    duration_minutes: int
    quality: int
    published_on: dt.date
    state: str
    open_from: dt.date | None
    open_to: dt.date | None
    opened_count: int
    url: str
    publisher: str
    author: str


@lru_cache(maxsize=1)
def notions() -> tuple[Notion, ...]:
    """Read the notions from their files."""
    found: list[Notion] = []
    domain = ""
    for name in _FILES:
        for raw in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                domain = line.strip("[]")
                continue
            levels, phrase, keywords, titles, fact = (part.strip() for part in line.split("|"))
            found.append(
                Notion(
                    domain,
                    tuple(levels.split()),
                    phrase,
                    tuple(word.strip() for word in keywords.split(";")),
                    tuple(title.strip() for title in titles.split(" / ")),
                    fact,
                )
            )
    return tuple(found)


def drafts(rng: random.Random, count: int, today: dt.date) -> Iterator[Draft]:
    """Yield ``count`` resources, every notion in turn, dated around ``today``.

    The first titles of a notion are its own; later ones follow its type.
    """
    used: set[str] = set()
    order = list(notions())
    own = {notion.phrase: list(notion.titles) for notion in order}
    rng.shuffle(order)
    number = 0
    for notion in cycle(order):
        if number == count:
            return
        kind = _kind(rng, notion)
        title = _title(rng, notion, kind, own[notion.phrase], used)
        if title is None:
            continue
        used.add(title)
        number += 1
        yield _draft(rng, number, notion, kind, title, today)


def _kind(rng: random.Random, notion: Notion) -> Kind:
    mix = MIX.get(notion.domain.partition(".")[0], MIX["default"])
    return KINDS[rng.choices([code for code, _ in mix], [weight for _, weight in mix])[0]]


def _title(
    rng: random.Random, notion: Notion, kind: Kind, own: list[str], used: set[str]
) -> str | None:
    if own and rng.random() < 0.55:
        return own.pop(0)
    forms = {
        form.format(
            np=notion.phrase,
            Np=french.capital(notion.phrase),
            de=french.of(notion.phrase),
            a=french.to(notion.phrase),
            Bare=french.capital(french.bare(notion.phrase)),
        )
        for form in kind.titles
    }
    fresh = sorted(forms - used)
    return rng.choice(fresh) if fresh else None


def _levels(rng: random.Random, notion: Notion) -> tuple[str, ...]:
    """Return one to three neighbouring levels of the notion, in school order."""
    levels = sorted(notion.levels, key=LEVELS.index)
    if len(levels) == 1 or rng.random() < 0.35:
        return tuple(levels)
    size = rng.randint(1, min(3, len(levels)))
    start = rng.randint(0, len(levels) - size)
    return tuple(levels[start : start + size])


def _description(rng: random.Random, notion: Notion, kind: Kind) -> str:
    opening, use = rng.choice(kind.openings), rng.choice(kind.uses)
    parts = rng.choice(
        (
            (notion.fact, opening, use),
            (opening, notion.fact, use),
            (opening, notion.fact),
            (notion.fact, use),
        )
    )
    return " ".join(parts)


def _draft(  # noqa: PLR0917
    rng: random.Random, number: int, notion: Notion, kind: Kind, title: str, today: dt.date
) -> Draft:
    paid = rng.random() < 0.16
    document = _document(rng, kind, title)
    levels = _levels(rng, notion)
    account = document == "application" and rng.random() < 0.22
    teacher = kind.teacher_only and rng.random() < 0.85
    language = _language(notion, kind, rng)
    state = rng.choices(("validated", "proposed", "draft", "withdrawn"), (965, 15, 12, 8))[0]
    published = today - dt.timedelta(days=int(rng.triangular(5, 3200, 300)))
    expires = paid and rng.random() < 0.15
    external = rng.random() < 0.25
    return Draft(
        identifier=f"pm-{number:05d}",
        title=title,
        description=_description(rng, notion, kind),
        keywords=[french.bare(notion.phrase), *notion.keywords],
        language=language,
        levels=levels,
        domain=notion.domain,
        pedagogical_type=kind.code,
        document_type=document,
        audience="teacher" if teacher else rng.choice(("learner", "both", "both")),
        cost="paid" if paid else "free",
        licence=rng.choice(("abonnement", "edu")) if paid else rng.choice(_FREE_LICENCES),
        personal_data_level=rng.choice(("medium", "high", "medium"))
        if account
        else rng.choices(("none", "low"), (85, 15))[0],
        difficulty=rng.choice(("", "easy", "medium", "hard")),
        duration_minutes=5 * max(1, rng.randint(*kind.minutes) // 5),
        quality=rng.choices((0, 2, 3, 4, 5), (10, 10, 30, 35, 15))[0],
        published_on=published,
        state=state,
        open_from=today + dt.timedelta(days=20) if rng.random() < 0.006 else None,
        open_to=today + dt.timedelta(days=rng.choice((-10, 40, 200))) if expires else None,
        opened_count=int(rng.paretovariate(1.1) * 3) % 900,
        url=f"https://ressources.port-mistral.example/{number:05d}" if external else "",
        publisher=rng.choice(PUBLISHERS),
        author=rng.choice(AUTHORS),
    )


#: Words in a title that say what the document is.
_SAID = {
    "dessin animé": "video",
    "trois minutes": "video",
    "affiches": "image",
    "imagier": "image",
    "écouter": "audio",
    "Carte mentale": "carte",
    "illustré": "album",
}


def _document(rng: random.Random, kind: Kind, title: str) -> str:
    return next((code for said, code in _SAID.items() if said in title), None) or rng.choice(
        kind.documents
    )


def _language(notion: Notion, kind: Kind, rng: random.Random) -> str:
    codes = {
        "langues.anglais": "en",
        "langues.espagnol": "es",
        "langues.italien": "it",
        "langues.allemand": "de",
        "langues.arabe": "ar",
        "langues.provencal": "oc",
    }
    if kind.teacher_only or rng.random() < 0.5:
        return "fr"
    return codes.get(notion.domain, "fr")
