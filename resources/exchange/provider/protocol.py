"""What a harvester asks, read as the protocol says it must be: verbs, arguments, dates, tokens.

OAI-PMH 2.0 of 2002-06-14, sections 3 and 4. Whatever does not follow it is an ``OaiError``
with the protocol's own code.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from django.core import signing

from core import clock

#: Arguments of each verb: those it needs, those it may have; a token stands alone.
_NEEDED: dict[str, frozenset[str]] = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset(),
    "ListSets": frozenset(),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": frozenset({"metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix"}),
}
_LIST = frozenset({"from", "until", "set"})
_POSSIBLE: dict[str, frozenset[str]] = {
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
}
_RESUMED = frozenset({"ListSets", "ListIdentifiers", "ListRecords"})
PREFIXES = ("oai_dc", "lom")
#: How long a resumption token serves.
TOKEN_LIFE = dt.timedelta(hours=24)
_SALT = "exchange.resumption"
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")


class OaiError(Exception):
    """The protocol's answer to what cannot be answered."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Place:
    """Where a list stands: what was asked, after which record, how many were given before.

    ``until`` is settled when the list begins, so that what changes meanwhile comes with the
    next harvest and the list ends.
    """

    verb: str
    prefix: str = ""
    since: str = ""
    until: str = ""
    spec: str = ""
    after_stamp: str = ""
    after_key: int = 0
    cursor: int = 0
    total: int = 0

    def token(self) -> str:
        """Return the place as a signed token that needs no memory of ours."""
        return signing.dumps(asdict(self), salt=_SALT, compress=True)


@dataclass(frozen=True)
class Question:
    """One request that follows the protocol."""

    verb: str
    arguments: dict[str, str]
    place: Place | None = None
    resumed: bool = False


def verb_of(pairs: Iterable[tuple[str, list[str]]]) -> tuple[str, dict[str, str]]:
    """Return the verb and the other arguments; raises OaiError ``badVerb``, ``badArgument``."""
    given = dict(pairs)
    verbs = given.pop("verb", [])
    if len(verbs) != 1 or verbs[0] not in _NEEDED:
        raise OaiError("badVerb", "One verb of the protocol is needed.")
    repeated = sorted(name for name, values in given.items() if len(values) != 1)
    if repeated:
        raise OaiError("badArgument", f"Repeated: {', '.join(repeated)}.")
    return verbs[0], {name: values[0] for name, values in given.items()}


def question_of(pairs: Iterable[tuple[str, list[str]]]) -> Question:
    """Return what is asked; raises OaiError."""
    verb, arguments = verb_of(pairs)
    if "resumptionToken" in arguments and verb in _RESUMED:
        if len(arguments) > 1:
            raise OaiError("badArgument", "resumptionToken is an exclusive argument.")
        place = _resumed(verb, arguments["resumptionToken"])
        return Question(verb, arguments, place, resumed=True)
    needed = _NEEDED[verb]
    allowed = needed | _POSSIBLE.get(verb, frozenset())
    if strange := sorted(set(arguments) - allowed):
        raise OaiError("badArgument", f"Not an argument of {verb}: {', '.join(strange)}.")
    missing = sorted(name for name in needed if not arguments.get(name))
    if missing:
        raise OaiError("badArgument", f"Missing: {', '.join(missing)}.")
    prefix = arguments.get("metadataPrefix", "")
    if prefix and prefix not in PREFIXES:
        raise OaiError("cannotDisseminateFormat", "Formats here: " + ", ".join(PREFIXES))
    if verb not in _RESUMED:
        return Question(verb, arguments)
    if verb == "ListSets":
        return Question(verb, arguments, Place(verb))
    since, until = _period(arguments)
    spec = arguments.get("set", "")
    if "set" in arguments and not _SET.fullmatch(spec):
        raise OaiError("badArgument", "Not the name of a set.")
    return Question(verb, arguments, Place(verb, prefix, since, until, spec))


def _period(arguments: dict[str, str]) -> tuple[str, str]:
    """Return the two ends of a period as instants; the whole of its last day is in it."""
    now = stamp_of(clock.now())
    given = {name: arguments[name] for name in ("from", "until") if name in arguments}
    if len({len(value) for value in given.values()}) > 1:
        raise OaiError("badArgument", "from and until must have the same granularity.")
    since = _instant(given["from"], last=False) if "from" in given else ""
    until = _instant(given["until"], last=True) if "until" in given else now
    if since and "until" in given and since > until:
        raise OaiError("badArgument", "from is later than until.")
    return since, min(until, now)


def _instant(text: str, *, last: bool) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            dt.date.fromisoformat(text)
            return f"{text}T23:59:59Z" if last else f"{text}T00:00:00Z"
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
            dt.datetime.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise OaiError("badArgument", "Dates are written 2026-03-15 or 2026-03-15T08:30:00Z, UTC.")


def _resumed(verb: str, token: str) -> Place:
    try:
        told = signing.loads(token, salt=_SALT, max_age=TOKEN_LIFE)
        place = Place(**told)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise OaiError("badResumptionToken", "Not a token of ours, or no longer one.") from error
    if place.verb != verb:
        raise OaiError("badResumptionToken", "A token of another verb.")
    return place


def stamp_of(instant: dt.datetime) -> str:
    """Return an instant as the protocol writes it."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_of(stamp: str) -> dt.datetime:
    """Return the instant of a stamp."""
    return dt.datetime.fromisoformat(stamp)


def moved(place: Place, *, stamp: str, key: int, given: int, total: int) -> Place:
    """Return the place after a page."""
    return replace(
        place, after_stamp=stamp, after_key=key, cursor=place.cursor + given, total=total
    )
