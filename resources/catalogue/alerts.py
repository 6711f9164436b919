"""Searches that people keep, and the letter that says what is new in them.

What is new is what answers now and did not when the search was last looked at: a resource
just validated, just opened to the reader's school, or described better. Seen through the
reader's own window, on the day the letter leaves.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from resources.catalogue import asking, finding
from resources.catalogue.access import near_levels, window_of
from resources.catalogue.models import Resource, SavedSearch
from resources.search.engine import Ask

Labels = Mapping[str, Mapping[str, str]]
logger = logging.getLogger(__name__)
#: Searches that one person may keep.
MAX_KEPT = 30
#: Titles of one search in a letter; the page shows the others.
IN_LETTER = 8
#: Answers remembered of one search: beyond, it says nothing precise anyhow.
MAX_SEEN = 5000
#: Parameters of an address that belong to a search and not to a moment.
LASTING = ("q", *asking.PARAMETERS.values(), "mot", "exact", "tri")
_SALT = "resources.catalogue.alert"
Frequency = SavedSearch.Frequency


def canonical(params: QueryDict) -> str:
    """Return the lasting part of a search's address, always in the same order; "" for none."""
    kept = QueryDict(mutable=True)
    for name in LASTING:
        values = sorted({value.strip() for value in params.getlist(name)} - {""})
        if values and (name, values) != ("tri", ["pertinence"]):
            kept.setlist(name, values)
    return kept.urlencode() if set(kept) - {"tri"} else ""


def ask_of(search: SavedSearch) -> Ask:
    """Return the question that a kept search puts."""
    ask, _page = asking.ask_of(
        QueryDict(search.query), near_levels=near_levels(search.user), near_places=()
    )
    return replace(ask, page=1, size=MAX_SEEN)


def answering(search: SavedSearch) -> list[int] | None:
    """Return the resources that answer every word now, for its owner; None without an index."""
    return finding.all_keys(ask_of(search), window_of(search.user))


@dataclass(frozen=True)
class Standing:
    """A kept search as its owner reads it: what it looks for, how much answers, how much is new.

    ``count`` is None without an index.
    """

    search: SavedSearch
    said: str
    count: int | None
    fresh: int


def standings(user: User, searches: Iterable[SavedSearch], labels: Labels) -> list[Standing]:
    """Return where a person's kept searches stand now; the index is asked, not the database."""
    window = window_of(user)
    found = []
    for search in searches:
        params = QueryDict(search.query)
        said = [params["q"]] if params.get("q") else []
        for facet, name in asking.PARAMETERS.items():
            said += [labels.get(facet, {}).get(value, value) for value in params.getlist(name)]
        ask = replace(asking.ask_of(params)[0], page=1, size=MAX_SEEN)
        keys = finding.exact_in_index(ask, window)
        fresh = len(set(keys) - set(search.seen)) if keys is not None else 0
        count = None if keys is None else len(keys)
        found.append(Standing(search, " · ".join(said), count, fresh))
    return found


@transaction.atomic
def keep(*, by: Actor, user: User, name: str, query: str, frequency: str) -> SavedSearch:
    """Keep a search; what answers today is not news. Kept already: its name and rhythm change.

    Raises RuleBroken ``query`` (nothing is searched for), ``many``.
    """
    if not query or len(query) > 500:
        raise RuleBroken("query", _("Cherchez d’abord quelque chose, puis gardez la recherche."))
    if frequency not in Frequency.values:
        raise RuleBroken("frequency", _("Choisissez un rythme."), "frequency")
    named = " ".join(name.replace("\x00", "").split())[:80] or _("Ma recherche")
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)  # one at a time, for the limit
    search = SavedSearch.objects.filter(user=user, query=query).first()
    if search is None:
        if SavedSearch.objects.filter(user=user).count() >= MAX_KEPT:
            raise RuleBroken("many", _("Trente recherches gardées au plus : retirez-en une."))
        search = SavedSearch(user=user, query=query)
        search.seen = answering(search) or []
        search.checked_on = clock.today()
    search.name, search.frequency = named, frequency
    search.save()
    journal.record(by, "search.keep", search, frequency=frequency)
    return search


@transaction.atomic
def forget(*, by: Actor, search: SavedSearch) -> None:
    """Let go of a kept search; repeating it changes nothing."""
    if SavedSearch.objects.filter(pk=search.pk).exists():
        journal.record(by, "search.forget", search)
        SavedSearch.objects.filter(pk=search.pk).delete()


@transaction.atomic
def stop(*, by: Actor, search: SavedSearch) -> None:
    """End the letters about a search, which stays kept. Repeating it changes nothing."""
    alerting = SavedSearch.objects.filter(pk=search.pk).exclude(frequency=Frequency.NEVER)
    if alerting.update(frequency=Frequency.NEVER):
        journal.record(by, "search.stop", search)


def token_of(search: SavedSearch) -> str:
    """Return what lets the reader of a letter end it without signing in."""
    return signing.dumps(search.pk, salt=_SALT)


def by_token(token: str) -> SavedSearch | None:
    """Return the search that a letter's link names, None for a link we did not make."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return SavedSearch.objects.filter(pk=pk).first()


def due(on: dt.date) -> QuerySet[SavedSearch]:
    """Return the searches to look at on a day: daily ones, and since Monday the weekly ones."""
    monday = on - dt.timedelta(days=on.weekday())
    return SavedSearch.objects.filter(
        Q(frequency=Frequency.DAILY, checked_on__lt=on)
        | Q(frequency=Frequency.WEEKLY, checked_on__lt=monday),
        user__is_active=True,
    )


def send_due() -> int:
    """Write to everybody whose searches found something new; return how many letters."""
    users = due(clock.today()).order_by("user").values_list("user", flat=True).distinct()
    written = 0
    for pk in list(users):
        try:
            written += tell(pk)
        except Exception:  # one person's searches do not keep the others' letters waiting
            logger.exception("kept searches of person %s could not be looked at", pk)
    return written


@dataclass(frozen=True)
class News:
    """What is new in one search: the letter's lines."""

    name: str
    found: list[Resource]
    more: int
    link: str
    stop: str


@transaction.atomic
def tell(user_id: int) -> bool:
    """Look at a person's due searches and queue one letter about what is new in them.

    The searches note what they have seen in the transaction that queues the letter: said
    once, whatever dies when. Without an index nothing is noted: the next run tries again.
    """
    today = clock.today()
    # Locked by themselves: on the nullable side of a join PostgreSQL locks nothing.
    locked = due(today).filter(user=user_id).order_by("pk").select_for_update(of=("self",))
    news: list[News] = []
    searches = list(locked.select_related("user"))
    for search in searches:
        answers = answering(search)
        if answers is None:
            return False
        new = _new_in(search, answers)
        search.seen = sorted({*search.seen, *answers})[-MAX_SEEN:]
        search.checked_on = today
        search.save(update_fields=["seen", "checked_on"])
        if new:
            news.append(_news(search, new))
    if not news:
        return False
    user = searches[0].user
    count = sum(len(item.found) + item.more for item in news)
    outbox.queue(
        kind="search_alert",
        to=user,
        context={"news": news, "count": count, "link": _url("catalogue:saved")},
        dedupe_key=f"search_alert:{user.pk}:{today.isoformat()}",
    )
    journal.record(SYSTEM, "search.alert", user, searches=len(news), found=count)
    return True


def _new_in(search: SavedSearch, answers: list[int]) -> list[Resource]:
    """Return what answers now and did not, read again through the owner's window."""
    before = set(search.seen)
    return finding.rows([pk for pk in answers if pk not in before], window_of(search.user))


def _url(name: str, *args: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


def _news(search: SavedSearch, new: list[Resource]) -> News:
    return News(
        name=search.name,
        found=new[:IN_LETTER],
        more=max(0, len(new) - IN_LETTER),
        link=f"{_url('catalogue:search')}?{search.query}",
        stop=_url("catalogue:stop_alert", token_of(search)),
    )
