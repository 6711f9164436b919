"""Between the address of a search page and a question to the engine.

Addresses are in French and meant to be shared: ``?q=fractions&niveau=CM1&tri=recent``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from resources.catalogue import vocabularies
from resources.catalogue.models import Resource
from resources.search.analysis import fold, words
from resources.search.engine import FACETS, SORTS, Answer, Ask

#: The name of each facet in addresses.
PARAMETERS = {
    "level": "niveau",
    "cycle": "cycle",
    "domain": "domaine",
    "type": "type",
    "document": "support",
    "cost": "cout",
    "licence": "licence",
    "language": "langue",
    "need": "besoin",
}
SORT_PARAMETERS = {
    "pertinence": "relevance",
    "recent": "recent",
    "titre": "title",
    "populaire": "popular",
}
SORT_LABELS = {
    "pertinence": pgettext_lazy("tri", "Les plus utiles d'abord"),
    "recent": pgettext_lazy("tri", "Les plus récentes"),
    "titre": pgettext_lazy("tri", "Par titre"),
    "populaire": pgettext_lazy("tri", "Les plus ouvertes"),
}
FACET_LABELS = {
    "level": _("Niveau"),
    "cycle": _("Cycle"),
    "domain": _("Domaine"),
    "type": _("Type d'activité"),
    "document": _("Support"),
    "cost": _("Coût"),
    "licence": _("Licence"),
    "language": _("Langue"),
    "need": _("Besoins particuliers"),
}
LANGUAGES = {
    "fr": _("Français"),
    "en": _("Anglais"),
    "es": _("Espagnol"),
    "it": _("Italien"),
    "de": _("Allemand"),
    "ar": _("Arabe"),
    "oc": _("Provençal"),
}
COSTS = {"free": _("Gratuit"), "paid": _("Payant, offert par la Ville")}
#: Facets on the page, in order; the last ones fold.
SHOWN = ("level", "domain", "type", "cost", "document", "need", "language")
PAGE_SIZE = 24
#: Last page that can be asked for: nobody reads further, and offsets cost.
MAX_PAGE = 100


def ask_of(
    params: QueryDict,
    *,
    near_levels: Iterable[str] = (),
    near_places: Iterable[str] = (),
    typing: bool = False,
) -> tuple[Ask, int]:
    """Return the question an address holds and its page; nonsense values are left out."""
    filters = {
        facet: frozenset(value for value in params.getlist(name)[:20] if value and len(value) < 61)
        for facet, name in PARAMETERS.items()
    }
    filters["domain"] = _narrowest(filters["domain"])
    page = params.get("page", "1")
    number = int(page[:4]) if page.isascii() and page.isdigit() else 1
    number = min(max(number, 1), MAX_PAGE)
    text = params.get("q", "").replace("\x00", "")
    ask = Ask(
        text=text,
        filters={facet: values for facet, values in filters.items() if values},
        near_levels=frozenset(near_levels),
        near_places=frozenset(near_places),
        plain=frozenset(run for run in params.getlist("mot")[:10] if run in fold(text)),
        edition=params.get("etat", "")[:40],
        sort=SORT_PARAMETERS.get(params.get("tri", ""), SORTS[0]),
        page=number,
        size=PAGE_SIZE,
        typing=typing,
        literal=params.get("exact") == "1",
    )
    return ask, number


def _narrowest(codes: frozenset[str]) -> frozenset[str]:
    """Drop a domain when a narrower one inside it is chosen too: the narrower one is meant."""
    return frozenset(
        code for code in codes if not any(other.startswith(f"{code}.") for other in codes)
    )


@dataclass
class Option:
    """A value of a facet: ``spoken`` when the words of the query chose it."""

    value: str
    label: str
    count: int
    checked: bool
    spoken: bool = False
    children: list[Option] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """True when it or a narrower value is chosen, so that it is shown unfolded."""
        return self.checked or any(child.checked for child in self.children)


@dataclass
class Facet:
    """A facet as the page shows it."""

    name: str
    parameter: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        """How many of its values are chosen."""
        return sum(option.checked for option in self.flat)

    @property
    def flat(self) -> list[Option]:
        """Every option, narrower ones included."""
        return [each for option in self.options for each in (option, *option.children)]


def value_labels(terms: Mapping[tuple[str, str], str]) -> dict[str, dict[str, str]]:
    """Return how each facet's values are called, in their order."""
    by_vocabulary: dict[str, dict[str, str]] = {}
    for (vocabulary, code), label in terms.items():
        by_vocabulary.setdefault(vocabulary, {})[code] = label
    return {
        "level": {
            code: _short_level(code, label)
            for code, label in by_vocabulary.get("level", {}).items()
        },
        "cycle": {code: label for code, (label, _names) in vocabularies.CYCLE_NAMES.items()},
        "domain": by_vocabulary.get("domain", {}),
        "type": by_vocabulary.get("pedagogical_type", {}),
        "document": by_vocabulary.get("document_type", {}),
        "cost": {code: str(label) for code, label in COSTS.items()},
        "licence": by_vocabulary.get("licence", {}),
        "need": by_vocabulary.get("need", {}),
        "language": {code: str(label) for code, label in LANGUAGES.items()},
    }


def _short_level(code: str, label: str) -> str:
    return code if code == label else f"{label} ({code})"


def facets_of(
    params: QueryDict, answer: Answer, ask: Ask, labels: Mapping[str, Mapping[str, str]]
) -> list[Facet]:
    """Return the facets to show, each value with its count, chosen ones always there."""
    spoken = {(chip.facet, chip.value) for chip in answer.chips}
    shown = []
    for name in SHOWN:
        counts = answer.facets.get(name, {})
        options = {
            code: Option(
                value=code,
                label=label,
                count=counts.get(code, 0),
                checked=code in params.getlist(PARAMETERS[name]) or (name, code) in spoken,
                spoken=(name, code) in spoken,
            )
            for code, label in labels.get(name, {}).items()
            if code in counts
        }
        top = _nested(options) if name == "domain" else list(options.values())
        if top:
            shown.append(Facet(name, PARAMETERS[name], str(FACET_LABELS[name]), top))
    return shown


def _nested(options: Mapping[str, Option]) -> list[Option]:
    top = []
    for code, option in options.items():
        wider = options.get(code.rpartition(".")[0])
        if wider is None:
            top.append(option)
        else:
            wider.children.append(option)
    return top


@dataclass(frozen=True)
class ChosenFilter:
    """A filter in force, with the address of the same search without it.

    ``written`` and ``as_word``: the words that were read as this filter, and the address of the
    search that takes them as words.
    """

    label: str
    without: str
    written: str = ""
    as_word: str = ""


def without(params: QueryDict, name: str, value: str) -> str:
    """Return the address of the search without one value of a parameter."""
    kept = params.copy()
    kept.setlist(name, [other for other in kept.getlist(name) if other != value])
    return _address(kept)


def _address(kept: QueryDict) -> str:
    """Return the address of another search: its first page, in the freshest index."""
    for name in ("page", "etat"):
        kept.pop(name, None)
    return f"?{kept.urlencode()}"


def chosen_filters(
    params: QueryDict, ask: Ask, answer: Answer, labels: Mapping[str, Mapping[str, str]]
) -> list[ChosenFilter]:
    """Return the filters in force: those ticked, those read in the words, words left out."""
    found = []
    for chip in answer.chips:
        kept, worded = params.copy(), params.copy()
        kept["q"] = chip.rest
        worded.appendlist("mot", " ".join(word.folded for word in words(chip.written)))
        label = labels.get(chip.facet, {}).get(chip.value, chip.label)
        found.append(ChosenFilter(label, _address(kept), chip.written, _address(worded)))
    for avoided in answer.avoided:
        kept = params.copy()
        kept["q"] = avoided.rest
        label = gettext("sans « %(word)s »") % {"word": avoided.written}
        found.append(ChosenFilter(label, _address(kept)))
    if ask.literal:
        found.append(ChosenFilter(gettext("mot pour mot"), without(params, "exact", "1")))
    for facet in FACETS:
        for value in sorted(ask.filters.get(facet, ())):
            label = labels.get(facet, {}).get(value, value)
            found.append(ChosenFilter(label, without(params, PARAMETERS[facet], value)))
    return found


def opens_elsewhere(resource: Resource) -> bool:
    """Tell whether a resource lives on another site."""
    return bool(resource.url)
