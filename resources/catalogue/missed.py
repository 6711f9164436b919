"""What was looked for and not found, for whoever buys resources: never who looked for it.

Until ``ENOUGH`` different people have asked, the words themselves are not kept: only their
keyed digest, and one keyed digest per person that is of no use for any other query. Words that
look like an address or a number are never kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from core import clock, states
from core.access import reach_of
from core.accounts.models import User
from core.journal import Actor
from enrolment.schools.models import School
from resources.catalogue import rules
from resources.catalogue.access import TEACHING
from resources.catalogue.models import MissedAsker, MissedCount, MissedQuery
from resources.search.analysis import fold, stem
from resources.search.engine import Answer, Ask

#: How many different people must have asked before an editor reads the words.
ENOUGH = 3
#: Longer questions are sentences, not something to buy.
MAX_WORDS = 6
MAX_LENGTH = 60
_PRIVATE = re.compile(r"@|\d{5}|(?:\d\W?){8}")


def wording(ask: Ask, answer: Answer) -> str:
    """Return the words to note of a question that found nothing, or "" when there are none.

    Only a question without ticked filters: with them, what is missing is a combination.
    """
    if ask.page != 1 or ask.filters or answer.degraded or answer.exact:
        return ""
    text = " ".join(answer.sought)
    private = _PRIVATE.search(ask.text) is not None
    if private or not 2 < len(text) <= MAX_LENGTH or len(answer.sought) > MAX_WORDS:
        return ""
    return text


def _digest(salt: str, value: str) -> str:
    return salted_hmac(f"escale.catalogue.{salt}", value, algorithm="sha256").hexdigest()


def digest_of(text: str) -> str:
    """Return what is kept of a query at first: the same whatever the order and the endings."""
    return _digest("missed", " ".join(sorted(stem(fold(word)) for word in text.split())))


def note(*, user: User, ask: Ask, answer: Answer) -> bool:
    """Count that somebody found nothing, once a day; tell whether it counted."""
    text = wording(ask, answer)
    if not text:
        return False
    today = clock.today()
    digest = digest_of(text)
    asker = _digest("asker", f"{digest}:{user.pk}")
    level, kind = _level(ask.near_levels), _school_kind(user, ask.near_levels)
    try:
        with transaction.atomic():
            query, _made = MissedQuery.objects.get_or_create(digest=digest)
            if MissedAsker.objects.filter(query=query, digest=asker, day=today).exists():
                return False
            MissedAsker.objects.create(query=query, digest=asker, day=today)
            row, _made = MissedCount.objects.get_or_create(
                query=query, month=today.replace(day=1), level=level, school_kind=kind
            )
            MissedCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
            MissedQuery.objects.filter(pk=query.pk).update(last_asked_on=today)
            _reveal(query, text)
    except IntegrityError:
        return False  # the same person in another tab at the same instant
    return True


def _reveal(query: MissedQuery, text: str) -> None:
    """Write the words once enough different people have asked for them."""
    if query.text:
        return
    askers = MissedAsker.objects.filter(query=query).values("digest").distinct().count()
    if askers >= ENOUGH:
        MissedQuery.objects.filter(pk=query.pk, text="").update(text=text)


def _level(levels: Iterable[str]) -> str:
    """Return the level of who asked where there is one only, else ""."""
    found = list(levels)
    return found[0] if len(found) == 1 else ""


def _school_kind(user: User, levels: Iterable[str]) -> str:
    """Return the kind of school of who asked: by level, else by the school of the post."""
    cycles = set(rules.cycles_of(levels))
    if cycles:
        small = cycles == {"1"}
        return (
            School.Kind.KINDERGARTEN if small else "" if "1" in cycles else School.Kind.ELEMENTARY
        )
    schools = reach_of(user, *TEACHING).schools
    kinds = set(School.objects.filter(uai__in=schools).order_by().values_list("kind", flat=True))
    return kinds.pop() if len(kinds) == 1 else ""


def decide(*, by: Actor, query: MissedQuery, to: str) -> MissedQuery:
    """Mark what was bought, or what will not be; raises RuleBroken ``state``."""
    return states.move(query, to, by=by)
