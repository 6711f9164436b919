"""A partner's repository for the demo, on the demo's own address: an invented museum of the sea.

Outside the demo there is none. It follows the protocol as far as a harvester asks: it says
who it is, gives LOM in pages of five, says what changed since a day, and tells one deletion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from core import clock
from resources.catalogue.models import Contribution, Resource
from resources.exchange.formats import lom
from resources.exchange.formats.markup import DECLARATION, element, parse, tag, text
from resources.exchange.harvest.client import Item
from resources.exchange.notices import Notice, Word
from resources.exchange.provider.answering import NAMESPACE
from resources.exchange.provider.protocol import stamp_of

NAME = "Musée de la Mer de Port-Mistral"
PAGE = 5
_PREFIX = "oai:musee-mer.example:"


@dataclass(frozen=True)
class Leaf:
    """One notice of the museum: how many days ago it changed, and what it says."""

    key: str
    days: int
    title: str
    text: str
    kind: str
    domain: str
    levels: tuple[str, ...]
    deleted: bool = False


def _leaf(line: str) -> Leaf:
    key, days, title, said, kind, domain, levels = (part.strip() for part in line.split("|"))
    return Leaf(key, int(days), title, said, kind, domain, tuple(levels.split()), said == "-")


LEAVES = tuple(
    _leaf(line)
    for line in """
    posidonie|40|L’herbier de posidonie|Pourquoi cette plante nourrit la mer.|leçon|Le vivant|CM1 CM2
    poulpe|38|Le poulpe aux mille bras|Un jeu de mémoire sur les animaux de la côte.|jeu éducatif|Le vivant|GS CP
    barque|33|La barque du pêcheur|Mots du port à entendre et à redire.|activité|Lecture et littérature|PS MS GS
    marees|30|La mer sans marées|Expérience : le niveau de l’eau dans un bac.|expérience|La matière et l'énergie|CE2 CM1
    phare|28|Le phare du Planier|Mesurer des distances sur une carte marine.|exercice|Grandeurs et mesures|CM1 CM2
    filet|25|Compter les poissons|Dénombrer jusqu’à vingt avec le filet.|jeu éducatif|Premiers outils mathématiques|GS
    sel|21|D’où vient le sel ?|Évaporer, filtrer, observer.|expérience|La matière et l'énergie|CE1 CE2
    dauphin|18|La voix du dauphin|Écouter et reconnaître des sons.|balade sonore|Éducation musicale|CP CE1
    amphore|14|L’amphore du fond|Ce qu’une épave raconte de l’Antiquité.|séquence|Histoire|CM1
    plastique|9|Le voyage d’un bouchon|Suivre un déchet de la rue à la mer.|projet|Le vivant|CM2
    mistral|4|Le mistral et la voile|Le vent, sa force et sa direction.|expérience|La matière et l'énergie|CM1 CM2
    crabe|2|Le crabe vert|-|leçon|Le vivant|CE1
    """.strip().splitlines()  # noqa: E501
)  # fmt: skip


def _word(vocabulary: str, label: str) -> Word:
    return Word(vocabulary, label, label, "")


def _notice(leaf: Leaf) -> Notice:
    licence = Word("licence", "cc-by", "Creative Commons BY", "")
    empty: dict[str, tuple[Word, ...]] = dict.fromkeys(
        ("activities", "places", "needs", "competences"), ()
    )
    return Notice(
        key=_PREFIX + leaf.key,
        resource=Resource(
            identifier=leaf.key,
            title=leaf.title,
            description=leaf.text,
            keywords=["mer"],
            url=f"https://musee-mer.example/ressources/{leaf.key}",
        ),
        document_type=None,
        pedagogical_type=_word("pedagogical_type", leaf.kind),
        licence=licence,
        words={
            **empty,
            "levels": tuple(_word("level", level) for level in leaf.levels),
            "domains": (_word("domain", leaf.domain),),
        },
        credits=((Contribution.Kind.PUBLISHER, "Musée de la Mer"),),
        relations=(),
    )


def _record(leaf: Leaf, today: dt.date) -> str:
    stamp = stamp_of(clock.at(today - dt.timedelta(days=leaf.days), 9))
    inside = tag("identifier", _PREFIX + leaf.key) + tag("datestamp", stamp)
    if leaf.deleted:
        return tag("record", tag("header", inside, status="deleted"))
    return tag("record", tag("header", inside), tag("metadata", lom.write(_notice(leaf))))


def items(leaves: Iterable[Leaf]) -> list[Item]:
    """Return notices as a harvest brings them."""
    today = clock.today()
    return [
        Item(
            _PREFIX + leaf.key,
            stamp_of(clock.at(today - dt.timedelta(days=leaf.days), 9)),
            leaf.deleted,
            None if leaf.deleted else parse(lom.write(_notice(leaf)).encode()),
        )
        for leaf in leaves
    ]


def address() -> str:
    """Return where the museum is read."""
    return f"{settings.PUBLIC_URL}{reverse('exchange:partner')}"


def answer(asked: dict[str, str]) -> str:
    """Return the museum's answer to the arguments of a request."""
    verb = asked.get("verb", "")
    if verb == "Identify":
        body = _identify()
    elif verb == "ListMetadataFormats":
        body = tag(
            verb,
            tag(
                "metadataFormat",
                tag("metadataPrefix", "lom"),
                tag("schema", lom.SCHEMA),
                tag("metadataNamespace", lom.NAMESPACE),
            ),
        )
    elif verb == "ListRecords":
        body = _list(asked)
    else:
        body = tag("error", "Not for this sandbox.", code="badVerb")
    date = tag("responseDate", stamp_of(clock.now()))
    root = {"xmlns": NAMESPACE}
    return DECLARATION + element("OAI-PMH", date + tag("request", address()) + body, root)


def _identify() -> str:
    return tag(
        "Identify",
        tag("repositoryName", text(NAME)),
        tag("baseURL", address()),
        tag("protocolVersion", "2.0"),
        tag("adminEmail", "ressources@musee-mer.example"),
        tag("earliestDatestamp", "2020-01-01T00:00:00Z"),
        tag("deletedRecord", "persistent"),
        tag("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    )


def _list(asked: dict[str, str]) -> str:
    token = asked.get("resumptionToken", "")
    since, _colon, place = token.partition("!") if token else (asked.get("from", ""), "", "0")
    today, start = clock.today(), int(place) if place.isdecimal() and len(place) < 9 else 0
    chosen = [
        leaf
        for leaf in LEAVES
        if stamp_of(clock.at(today - dt.timedelta(days=leaf.days), 9)) >= since
    ]
    shown = chosen[start : start + PAGE]
    if not shown:
        return tag("error", "Nothing new.", code="noRecordsMatch")
    following = f"{since}!{start + PAGE}" if start + PAGE < len(chosen) else ""
    facts = {"completeListSize": str(len(chosen)), "cursor": str(start)}
    return tag(
        "ListRecords",
        *(_record(leaf, today) for leaf in shown),
        element("resumptionToken", text(following), facts),
    )
