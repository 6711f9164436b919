"""Finding a family from whatever a person at the desk, or on the telephone, can tell."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Prefetch, Q, QuerySet

from core.accounts.models import User
from families.access.desk import works_on_families
from families.codes import normal
from families.desk import words as reading
from families.desk.index import catch_up
from families.models import (
    Child,
    Guardian,
    Guardianship,
    Household,
    NameChange,
    SearchEntry,
    SearchKey,
    SearchWord,
)

#: A reference read aloud, with or without its letter: two groups of four, not all digits.
_WHOLE_REFERENCE = re.compile(r"(?=.*\d)([EeFf][ -])?[A-Za-z0-9]{4}[ -][A-Za-z0-9]{4}")
#: Longest text looked for; the rest of a pasted letter is ignored.
LONGEST_QUERY = 120
#: Words of a query that count.
MOST_WORDS = 6
#: Beyond this many bearers a name alone says too little: the agent is asked for more.
MOST_BEARERS = 20_000
#: With fewer families than this found as typed, spellings close to it are looked for too.
ENOUGH = 5


@dataclass(frozen=True)
class Query:
    """What was understood of a text: each part narrows the families found."""

    words: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    birth_date: dt.date | None = None
    references: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phone or self.email or self.birth_date or self.references)


@dataclass
class Found:
    """Households, best first, and the words by which they were found (to be marked)."""

    households: list[int] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    #: True when spellings close to what was typed had to be looked for.
    forgiving: bool = False
    #: True when a name had too many bearers for all to be looked at.
    cut: bool = False


@dataclass(frozen=True)
class _Hit:
    """A person found by one part of a query, in one of their households."""

    part: int
    household: int
    person: str
    cost: int


def understand(text: str) -> Query:
    """Read a query: an address, a reference, a date, a number and names, in any order."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST_QUERY]
    if _WHOLE_REFERENCE.fullmatch(text) and not text.replace(" ", "").isdigit():
        return Query(references=tuple(reading.reference_spellings(text)))
    email = ""
    rest = []
    references: tuple[str, ...] = ()
    for piece in text.split():
        if "@" in piece and not email:
            email = piece.strip("<>,;").lower()
        elif "-" in piece and piece[0] in "EeFf" and len(normal(piece)) >= 5 and not references:
            spelt = reading.reference_spellings(piece)
            references = tuple(spelt)
            if not spelt:
                rest.append(piece)
        else:
            rest.append(piece)
    day, left = reading.read_date(" ".join(rest))
    phone, left = reading.read_phone(left)
    words = reading.fold(left).split()
    if len(words) == 1 and not (day or phone or email) and not references:
        spelt = reading.reference_spellings(left)
        if spelt and any(c.isdigit() for c in left):
            return Query(references=tuple(spelt))
    words = [word for word in words if len(word) > 1 or len(words) > 1][:MOST_WORDS]
    return Query(tuple(words), phone, email, day, references)


def search(text: str) -> Found:
    """Return the households that a text tells of: spelt so, or else spelt nearly so.

    For agents who see every family; school staff search through ``search_children``.
    """
    query = understand(text)
    found = Found()
    if not query:
        return found
    catch_up()
    fixed, parts = _fixed_hits(query)
    plain = _expand(query.words, forgiving=False)
    ranked = _rank(_hits(plain, parts, found) + fixed, parts + len(query.words))
    used = plain
    if query.words and len(ranked) < ENOUGH:
        near = _expand(query.words, forgiving=True)
        if near != plain:
            wider = _rank(_hits(near, parts, found) + fixed, parts + len(query.words))
            found.forgiving = not ranked and bool(wider)
            ranked += [key for key in wider if key not in set(ranked)]
            used = near
    found.households = ranked
    found.marks = {word for words in used.values() for word in words}
    return found


def search_children(
    text: str, mine: QuerySet[Child], *, by_parents: bool = False
) -> tuple[list[int], set[str]]:
    """Return those of ``mine`` whose names hold every word typed, and the words that did.

    Names only: neither a number nor an address nor a date finds anything here. With
    ``by_parents`` the name of somebody who answers for the child now finds it too.
    """
    words = tuple(reading.fold(text[:LONGEST_QUERY].replace("\x00", "")).split()[:MOST_WORDS])
    if not words:
        return [], set()
    catch_up()
    mine = mine.filter(merged_into=None)
    for forgiving in (False, True):
        expanded = _expand(words, forgiving=forgiving)
        found = mine
        for position in range(len(words)):
            found = found.filter(_bears(_spellings(expanded, position), by_parents=by_parents))
        keys = list(
            found.order_by("family_name", "given_name", "pk").values_list("pk", flat=True)[:500]
        )
        if keys:
            return keys, {word for spelt in expanded.values() for word in spelt}
    return [], set()


def _bears(spellings: set[str], *, by_parents: bool) -> Q:
    bearers = SearchWord.objects.filter(word__in=spellings, former=False)
    condition = Q(pk__in=bearers.filter(entry__child__isnull=False).values("entry__child"))
    if by_parents:
        parents = bearers.filter(entry__guardian__isnull=False).values("entry__guardian")
        links = Guardianship.objects.current().filter(guardian__in=parents)
        condition |= Q(pk__in=links.values("child"))
    return condition


_Expanded = dict[tuple[int, ...], dict[str, int]]


def _spellings(expanded: _Expanded, position: int) -> set[str]:
    return {word for places, words in expanded.items() if position in places for word in words}


def _expand(words: Sequence[str], *, forgiving: bool) -> _Expanded:
    """Return, for each word typed and each two typed side by side, the city's words it may be.

    The keys are the positions it stands for; the values, each word with its cost.
    """
    wanted: dict[tuple[int, ...], str] = {(i,): word for i, word in enumerate(words)}
    for i in range(len(words) - 1):
        wanted[(i, i + 1)] = words[i] + words[i + 1]
    found: _Expanded = {places: {word: 0} for places, word in wanted.items()}
    condition = Q()
    for word in wanted.values():
        if len(word) >= 3:
            condition |= Q(key__startswith=word, key=F("word"))
    if forgiving:
        condition |= Q(key__in={key for word in wanted.values() for key in reading.keys_of(word)})
    if not condition:
        return found
    known = set(SearchKey.objects.filter(condition).values_list("word", flat=True)[:5000])
    for places, typed in wanted.items():
        for word in known:
            cost = reading.likeness_cost(typed, word)
            # Half a name begins a word; two words run together name one, and not its beginning.
            if cost is None or (cost == 1 and len(places) > 1) or (cost > 1 and not forgiving):
                continue
            found[places][word] = cost
    return found


def _fixed_hits(query: Query) -> tuple[list[_Hit], int]:
    """Return who is found by number, address, date or reference, and how many parts those are."""
    hits: list[_Hit] = []
    part = 0
    if query.phone:
        hits += _entry_hits(part, Q(phone_key__startswith=query.phone))
        part += 1
    if query.email:
        hits += _entry_hits(part, Q(email_key__startswith=query.email))
        hits += [
            _Hit(part, household, f"g{pk}", 0)
            for pk, household in Guardian.objects.filter(
                user__email__startswith=query.email, merged_into=None
            ).values_list("pk", "household")
        ]
        part += 1
    if query.birth_date:
        hits += _entry_hits(part, Q(birth_date=query.birth_date))
        part += 1
    if query.references:
        hits += _reference_hits(part, query.references)
        part += 1
    return hits, part


def _entry_hits(part: int, condition: Q) -> list[_Hit]:
    entries = SearchEntry.objects.filter(condition)
    hits = [
        _Hit(part, household, f"g{guardian}", 0)
        for guardian, household in entries.filter(guardian__isnull=False).values_list(
            "guardian", "guardian__household"
        )[:MOST_BEARERS]
    ]
    children = entries.filter(child__isnull=False).values("child")
    hits += [
        _Hit(part, household, f"c{child}", 0)
        for child, household in Guardianship.objects.filter(
            child__in=children, guardian__merged_into=None
        ).values_list("child", "guardian__household")[:MOST_BEARERS]
    ]
    return hits


def _reference_hits(part: int, references: Iterable[str]) -> list[_Hit]:
    """A merged file's reference leads to the file that speaks for it."""
    hits = [
        _Hit(part, row.merged_into_id or row.pk, "household", 0)
        for row in Household.objects.filter(reference__in=references)
    ]
    children = Child.objects.filter(reference__in=references)
    keys = {child.merged_into_id or child.pk for child in children}
    hits += [
        _Hit(part, household, f"c{child}", 0)
        for child, household in Guardianship.objects.filter(
            child__in=keys, guardian__merged_into=None
        ).values_list("child", "guardian__household")
    ]
    return hits


def _hits(expanded: _Expanded, first: int, found: Found) -> list[_Hit]:
    """Return who bears one of the words; parts are numbered from ``first``."""
    costs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for places, spelt in expanded.items():
        for word, cost in spelt.items():
            costs[word] += [(first + place, cost) for place in places]
    if not costs:
        return []
    bearers = SearchWord.objects.filter(word__in=list(costs))
    rows = list(
        bearers.filter(entry__guardian__isnull=False)
        .values_list("word", "entry__guardian", "entry__guardian__household")
        .order_by("pk")[:MOST_BEARERS]
    )
    hits = [
        _Hit(part, household, f"g{person}", cost)
        for word, person, household in rows
        for part, cost in costs[word]
    ]
    children: dict[int, list[str]] = defaultdict(list)
    of_children = bearers.filter(entry__child__isnull=False)
    pairs = list(of_children.values_list("entry__child", "word").order_by("pk")[:MOST_BEARERS])
    for child, word in pairs:
        children[child].append(word)
    found.cut = found.cut or MOST_BEARERS in (len(rows), len(pairs))
    homes = Guardianship.objects.filter(
        child__in=of_children.values("entry__child"), guardian__merged_into=None
    ).values_list("child", "guardian__household")
    for child, household in homes[: 3 * MOST_BEARERS]:
        for word in children.get(child, ()):
            hits += [_Hit(part, household, f"c{child}", cost) for part, cost in costs[word]]
    return hits


def _rank(hits: Iterable[_Hit], parts: int) -> list[int]:
    """Keep the households in which every part found somebody; nearest spelling first.

    A household where one person answers to everything comes before one where two share it.
    """
    best: dict[int, dict[int, int]] = defaultdict(dict)
    alone: dict[tuple[int, str], set[int]] = defaultdict(set)
    for hit in hits:
        known = best[hit.household]
        known[hit.part] = min(hit.cost, known.get(hit.part, hit.cost))
        alone[(hit.household, hit.person)].add(hit.part)
    whole = {household for (household, _person), met in alone.items() if len(met) == parts}
    ranked = [
        (sum(costs.values()), household not in whole, household)
        for household, costs in best.items()
        if len(costs) == parts
    ]
    return [household for _cost, _shared, household in sorted(ranked)]


def former_names_found(homes: Iterable[Household], marks: set[str]) -> dict[str, list[str]]:
    """Return, by household, the given up names that a search met: without them it looks wrong."""
    people = {
        person.pk: home.reference
        for home in homes
        for person in home.people  # type: ignore[attr-defined]
    }
    children: dict[int, list[str]] = defaultdict(list)
    for home in homes:
        for person in home.people:  # type: ignore[attr-defined]
            for link in person.current_links:
                if home.reference not in children[link.child_id]:
                    children[link.child_id].append(home.reference)
    found: dict[str, list[str]] = defaultdict(list)
    met = Q(guardian__in=list(people)) | Q(child__in=list(children))
    changes = NameChange.objects.filter(met).exclude(reason=NameChange.Reason.TYPING_ERROR)
    for guardian, child, before in changes.order_by("pk").values_list(
        "guardian_id", "child_id", "before"
    ):
        if marks & set(reading.words_of(before)):
            for reference in [people[guardian]] if guardian else children[child]:
                if before not in found[reference]:
                    found[reference].append(before)
    return found


def households_told(text: str) -> list[int]:
    """Return the households a queue is narrowed to by what an agent types."""
    return search(text).households[:1000]


def children_told(text: str) -> QuerySet[Child]:
    """Return the children of those households."""
    return Child.objects.filter(guardianships__guardian__household__in=households_told(text))


def households_of(keys: Sequence[int], user: User) -> list[Household]:
    """Return households with their people, in the order of the keys; three queries."""
    if not works_on_families(user):
        return []
    links = (
        Guardianship.objects.current()
        .select_related("child")
        .order_by("child__birth_date", "child_id", "pk")
    )
    guardians = (
        Guardian.objects.filter(merged_into=None)
        .order_by("pk")
        .prefetch_related(Prefetch("guardianships", queryset=links, to_attr="current_links"))
    )
    rows = (
        Household.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("street")
        .prefetch_related(Prefetch("guardians", queryset=guardians, to_attr="people"))
    )
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]
