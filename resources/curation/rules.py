"""How large a collection may be, whose stars count for what, when two addresses are one.

Pure functions. The sizes are the city's charter for its digital workspace: a collection is
worked through in a sequence of lessons, and its sheet of codes fits in a binder.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

#: Resources in one collection: six pages of codes on paper.
MAX_ITEMS = 60
#: Collections that one person keeps, those in the bin left out.
MAX_COLLECTIONS = 200
#: The place of an item while others move aside; taken only inside a transaction.
IN_HAND = 0
#: Days during which a deleted collection can be taken back.
UNDO_DAYS = 30

KEY_LENGTH = 600
#: Parameters that say where a visitor came from, not what is shown.
_TRACKING = ("utm_", "fbclid", "gclid", "mc_", "xtor", "at_")
_PORTS = {"http": ":80", "https": ":443"}


def moved(order: Sequence[int], key: int, to: int) -> list[int]:
    """Return ``order`` with ``key`` at place ``to`` (from 0), the others keeping their order."""
    others = [other for other in order if other != key]
    place = min(max(to, 0), len(others))
    return [*others[:place], key, *others[place:]]


def address_key(url: str) -> str:
    """Return what two writings of one web address have in common.

    The scheme, ``www.``, the usual port, the fragment, a last slash, the order of parameters
    and those that follow visitors around make no difference.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # an address that was imported broken
        return url.strip().lower()[:KEY_LENGTH]
    host = parts.netloc.rpartition("@")[2].lower().rstrip(".")
    host = host.removesuffix(_PORTS.get(parts.scheme.lower(), "")).removeprefix("www.")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith(_TRACKING)
    )
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{host}{unquote(parts.path).rstrip('/')}{query}"[:KEY_LENGTH]


def host_of(key: str) -> str:
    """Return the site of an ``address_key``."""
    return key.partition("/")[0].partition("?")[0]
