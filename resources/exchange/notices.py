"""What every format says of a resource, gathered once: facts, words with their addresses, credits.

A word of a vocabulary travels as its official address where it has one, else as our code,
and always with its label; ``pair`` writes both into one cell of an import, which tries the
first and then the other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from core.spreadsheets import Table
from resources.catalogue import weights
from resources.catalogue.importing.columns import BY_CODE
from resources.catalogue.importing.plan import MANY
from resources.catalogue.importing.values import PAIR
from resources.catalogue.models import Relation, Resource, Term, Vocabulary

#: Numbers of ScoLOMFR's vocabularies, to name the one a word is of.
SCOLOM = "http://data.education.fr/voc/scolomfr"
CONCEPT = f"{SCOLOM}/concept/"
NUMBERS = {
    Vocabulary.DOCUMENT_TYPE: "005",
    Vocabulary.PEDAGOGICAL_TYPE: "010",
    Vocabulary.DOMAIN: "015",
    Vocabulary.COMPETENCE: "016",
    Vocabulary.PLACE: "017",
    Vocabulary.ACTIVITY: "019",
    Vocabulary.LEVEL: "022",
    Vocabulary.NEED: "041",
}
#: Languages by the three letters of ISO 639-2 that LOM uses in France.
LANGUAGES = {
    "fr": "fre", "en": "eng", "es": "spa", "it": "ita", "de": "ger", "ar": "ara", "pt": "por",
    "oc": "oci", "co": "cos", "br": "bre", "la": "lat", "zh": "chi", "ru": "rus", "nl": "dut",
    "tr": "tur", "ro": "rum",
}  # fmt: skip
_LETTERS = {
    **{three: two for two, three in LANGUAGES.items()},
    "fra": "fr", "deu": "de", "zho": "zh", "nld": "nl", "ron": "ro",
}  # fmt: skip
_CC = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero))", re.IGNORECASE)
#: Which column of an import holds which kind of credit.
CREDIT_COLUMNS = ("publisher", "author", "illustrator", "contributor")


@cache
def pages_path() -> str:
    """Return the path below which resources have their pages."""
    return reverse("catalogue:resource", args=["x"]).removesuffix("x/")


@dataclass(frozen=True)
class Word:
    """A word of a vocabulary."""

    vocabulary: str
    code: str
    label: str
    uri: str

    @classmethod
    def of(cls, term: Term) -> Word:
        """Return the word of a term."""
        return cls(term.vocabulary, term.code, term.label, term.uri)

    @property
    def source(self) -> str:
        """Return the address of the vocabulary: the official one, or ours."""
        if self.uri.startswith(SCOLOM) and self.vocabulary in NUMBERS:
            return f"{SCOLOM}/scolomfr-voc-{NUMBERS[Vocabulary(self.vocabulary)]}"
        return f"{settings.PUBLIC_URL}/vocabulaires/{self.vocabulary}"

    @property
    def value(self) -> str:
        """Return the official address, or our code."""
        return self.uri or self.code


@dataclass(frozen=True)
class Notice:
    """A resource as formats need it; ``key`` is what an import knows it by."""

    key: str
    resource: Resource
    document_type: Word | None
    pedagogical_type: Word | None
    licence: Word | None
    words: Mapping[str, tuple[Word, ...]]
    credits: tuple[tuple[str, str], ...]
    relations: tuple[tuple[str, str], ...]

    @property
    def page(self) -> str:
        """Return the address of the resource's page here."""
        return f"{settings.PUBLIC_URL}{pages_path()}{self.resource.identifier}/"

    @property
    def location(self) -> str:
        """Return where the resource is: elsewhere, or here."""
        return self.resource.url or self.page

    def credited(self, role: str) -> list[str]:
        """Return the names credited in a role."""
        return [name for kind, name in self.credits if kind == role]


def load(resources: QuerySet[Any], others: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """Have rows come with all that a notice says, in a fixed number of queries.

    Relations to resources out of ``others`` are left out: their names are not to be known.
    """
    relations = Relation.objects.select_related("other").order_by("kind", "pk")
    if others is not None:
        relations = relations.filter(other__in=others.order_by().values("pk"))
    return resources.select_related(
        "document_type", "pedagogical_type", "licence"
    ).prefetch_related(*MANY, "contributions", Prefetch("relations", relations, to_attr="told"))


def notice_of(resource: Resource) -> Notice:
    """Return the notice of a resource that came through ``load``."""

    def one(term: Term | None) -> Word | None:
        return Word.of(term) if term else None

    return Notice(
        key=resource.external_identifier or resource.identifier,
        resource=resource,
        document_type=one(resource.document_type),
        pedagogical_type=one(resource.pedagogical_type),
        licence=one(resource.licence),
        words={name: tuple(map(Word.of, getattr(resource, name).all())) for name in MANY},
        credits=tuple((part.role, part.name) for part in resource.contributions.all()),
        relations=tuple(
            (relation.kind, relation.other.external_identifier or relation.other.identifier)
            for relation in getattr(resource, "told", ())
        ),
    )


def notices(resources: QuerySet[Any], chunk: int = 200) -> Iterator[Notice]:
    """Yield the notices of some resources, a few in memory at a time."""
    for resource in load(resources).iterator(chunk_size=chunk):
        yield notice_of(resource)


Cells = dict[str, str]


def flat(text: str) -> str:
    """Return a text that is one value of a cell: its separators are others."""
    return " ".join(text.replace("|", "/").replace(";", ",").replace(PAIR, " ").split())


def pair(value: str, label: str) -> str:
    """Return a word as an import's cell holds it: its address or code, then its label."""
    value, label = flat(value), flat(label)
    return f"{value}{PAIR}{label}" if value and label and value != label else value or label


def joined(values: Iterable[str]) -> str:
    """Return values as one cell holds them."""
    return "|".join(dict.fromkeys(value for value in values if value))


def language_cell(code: str) -> str:
    """Return a language in two letters, whichever way a format writes it."""
    bare = code.strip().lower().replace("_", "-").partition("-")[0]
    return _LETTERS.get(bare, bare)


def licence_cell(text: str) -> str:
    """Return a licence as the import knows it: Creative Commons by its address too."""
    if found := _CC.search(text):
        return "cc0" if found[2] else f"cc-{found[1].lower()}"
    return flat(text)


def minutes_of(duration: str) -> str:
    """Return the minutes of an ISO 8601 duration (``PT1H30M``), "" for another text."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:[\d.]+S)?)?", duration.strip())
    if found is None:
        return ""
    days, hours, minutes = (int(part or 0) for part in found.groups())
    total = days * 1440 + hours * 60 + minutes
    return str(total) if total else ""


def size_cell(written: str) -> str:
    """Return a file's weight as the import reads it, bytes when bare; "" for what is none."""
    size = weights.bytes_of(written, "o")
    return f"{size} o" if size is not None and size < weights.MOST else ""


def day_cell(text: str) -> str:
    """Return the day at the beginning of a date, "" when there is none."""
    try:
        return dt.date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return ""


def table_of(rows: Iterable[Cells]) -> Table:
    """Return cells as a table of the import, under headers it recognises by itself."""
    found = list(rows)
    codes = list(BY_CODE)
    return Table(
        header=[BY_CODE[code].names[0] for code in codes],
        rows=[[row.get(code, "") for code in codes] for row in found],
        lines=list(range(1, len(found) + 1)),
    )


#: The column of each fact in such a table.
COLUMNS = {code: target.names[0] for code, target in BY_CODE.items()}
