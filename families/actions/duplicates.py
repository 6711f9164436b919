"""By night, files that look like one person's are put before an agent; by day, one at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from django.db import transaction

from families.desk.words import phone_key
from families.merging.likeness import (
    ChildFacts,
    GuardianFacts,
    Likeness,
    child_likeness,
    glued,
    guardian_likeness,
    swapped,
)
from families.models import Child, DuplicatePair, Guardian, Guardianship

Found = dict[tuple[int, int], Likeness]
#: More people than this behind one number or address: a school's or a hostel's, not a person's.
CROWD = 12


def find_duplicates() -> dict[str, int]:
    """Propose every pair that looks alike and was not answered; withdraw those that no longer do.

    Repeating it changes nothing. Returns how many were proposed and withdrawn.
    """
    children, guardians = _children(), _guardians()
    proposed = withdrawn = 0
    for prefix, found in (("child", children), ("guardian", guardians)):
        added, gone = _write(prefix, found)
        proposed, withdrawn = proposed + added, withdrawn + gone
    return {"proposed": proposed, "withdrawn": withdrawn}


@transaction.atomic
def _write(prefix: str, found: Found) -> tuple[int, int]:
    a, b = f"{prefix}_a", f"{prefix}_b"
    known = {
        (row[0], row[1]): row[2:]
        for row in DuplicatePair.objects.filter(**{f"{a}__isnull": False}).values_list(
            f"{a}_id", f"{b}_id", "pk", "state", "score", "reasons"
        )
    }
    fresh = [
        DuplicatePair(
            **{f"{a}_id": low, f"{b}_id": high},
            score=likeness.score,
            reasons=list(likeness.reasons),
        )
        for (low, high), likeness in found.items()
        if (low, high) not in known
    ]
    DuplicatePair.objects.bulk_create(fresh, ignore_conflicts=True)
    stale = [
        facts[0]
        for pair, facts in known.items()
        if facts[1] == DuplicatePair.PROPOSED and pair not in found
    ]
    gone, _details = DuplicatePair.objects.filter(
        pk__in=stale, state=DuplicatePair.PROPOSED
    ).delete()
    for pair, (pk, state, score, reasons) in known.items():
        now = found.get(pair)
        if (
            now
            and state == DuplicatePair.PROPOSED
            and (score, reasons)
            != (
                now.score,
                list(now.reasons),
            )
        ):
            DuplicatePair.objects.filter(pk=pk, state=DuplicatePair.PROPOSED).update(
                score=now.score, reasons=list(now.reasons)
            )
    return len(fresh), gone


def _children() -> Found:
    """Compare children born the same day, and those whose day and month are swapped."""
    guardians: dict[int, set[int]] = defaultdict(set)
    for child, guardian in Guardianship.objects.values_list("child", "guardian").iterator():
        guardians[child].add(guardian)
    born: dict[dt.date, list[ChildFacts]] = defaultdict(list)
    rows = Child.objects.filter(merged_into=None).values_list(
        "pk", "given_name", "family_name", "used_name", "birth_date"
    )
    for pk, given, family, used, day in rows.iterator(chunk_size=5000):
        born[day].append(
            ChildFacts(pk, given, (family, used), day, frozenset(guardians.get(pk, ())))
        )
    found: Found = {}
    for day, facts in born.items():
        _compare(combinations(facts, 2), found)
        other = swapped(day)
        if other is not None and day < other and other in born:
            _compare(((one, two) for one in facts for two in born[other]), found)
    return found


def _compare(pairs: Iterable[tuple[ChildFacts, ChildFacts]], found: Found) -> None:
    keys: dict[int, tuple[str, set[str]]] = {}

    def key(facts: ChildFacts) -> tuple[str, set[str]]:
        if facts.pk not in keys:
            families = {glued(name)[:1] for name in facts.family_names if name}
            keys[facts.pk] = (glued(facts.given_name)[:1], families)
        return keys[facts.pk]

    for one, two in pairs:
        (given, families), (other_given, other_families) = key(one), key(two)
        # One error at most: one of the two names begins the same, or they are crossed.
        alike = given == other_given or families & other_families
        if not alike and not (given in other_families and other_given in families):
            continue
        likeness = child_likeness(one, two)
        if likeness is not None:
            found[min(one.pk, two.pk), max(one.pk, two.pk)] = likeness


def _guardians() -> Found:
    """Compare guardians who share a telephone, an e-mail or a child."""
    children: dict[int, set[int]] = defaultdict(set)
    by_child: dict[int, list[int]] = defaultdict(list)
    for guardian, child in Guardianship.objects.values_list("guardian", "child").iterator():
        children[guardian].add(child)
        by_child[child].append(guardian)
    facts: dict[int, GuardianFacts] = {}
    groups: dict[str, list[int]] = defaultdict(list)
    rows = Guardian.objects.filter(merged_into=None).values_list(
        "pk", "given_name", "family_name", "used_name", "phone", "email", "user__email"
    )
    for pk, given, family, used, phone, email, account in rows.iterator(chunk_size=5000):
        number, address = phone_key(phone), (account or email or "").strip().lower()
        facts[pk] = GuardianFacts(
            pk, given, (family, used), number, address, frozenset(children.get(pk, ()))
        )
        if number:
            groups[f"t{number}"].append(pk)
        if address:
            groups[f"m{address}"].append(pk)
    found: Found = {}
    for low, high in _pairs([*groups.values(), *by_child.values()]):
        if low in facts and high in facts and (low, high) not in found:
            likeness = guardian_likeness(facts[low], facts[high])
            if likeness is not None:
                found[low, high] = likeness
    return found


def _pairs(groups: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for group in groups:
        members = sorted(set(group))
        if 1 < len(members) <= CROWD:
            yield from combinations(members, 2)
