"""The common lists: where they come from, and how a password is looked up in them.

Bundled: Django's 20,000 most common passwords of the world, and ours of this country with the
variants that people make of them. A city may name a larger filter (``PASSWORD_FILTER``), made
by ``manage.py build_password_filter`` from any list, for instance Have I Been Pwned's.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import password_validation

from core.accounts.passwords.bloom import Bloom, read
from core.accounts.passwords.strength import deleet

HERE = Path(__file__).parent
BUNDLED = HERE / "common.bloom"
#: Of 10,000 passwords that are on no list, one is said to be.
RATE = 0.0001
#: Trailing figures and marks that people add when a form insists.
_ADDED = 6
_MARKS = "0123456789!?.,;:*-_+#@&$€%=/ "


def normal(text: str) -> str:
    """Write a password as the lists do."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def french() -> list[str]:
    """Return our own words, the most usual first."""
    lines = (HERE / "french.txt").read_text().splitlines()
    words = " ".join(line for line in lines if not line.startswith("#")).split()
    return list(dict.fromkeys(normal(word) for word in words))


def world() -> list[str]:
    """Return Django's list, the most usual first."""
    packed = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    return gzip.decompress(packed.read_bytes()).decode().split()


def variants(words: list[str]) -> Iterator[str]:
    """Yield what people make of a word, beyond the figures they hang on (see ``spellings``)."""
    for word in words:
        yield word
        yield word * 2
        yield word * 3
        yield from (f"{lead}{word}" for lead in ("je", "mon", "ma", "mes", "petit", "petite"))
        yield from (f"jetaime{word}", f"{word}jetaime", f"i love {word}", f"vive{word}")
        yield from (f"mon{word}damour", f"{word}forever", f"{word}officiel", f"allez{word}")
    for first in words[:160]:
        for second in words[:160]:
            yield first + second


@cache
def ranks() -> dict[str, int]:
    """Return how early a guesser tries each common word; ours as early as the world's."""
    found: dict[str, int] = {}
    for words in (world(), french()):
        for place, word in enumerate(words, start=1):
            if len(word) >= 3:
                found[word] = min(place, found.get(word, place))
    return found


@cache
def _load(path: str) -> Bloom:
    return read(Path(path).read_bytes())


def the_filter() -> Bloom:
    """Return the filter in force, read once."""
    return _load(settings.PASSWORD_FILTER or str(BUNDLED))


def spellings(password: str) -> Iterator[str]:
    """Yield a password and the plain words it may be a disguise of."""
    text = normal(password)
    for shape in dict.fromkeys((text, deleet(text))):
        yield shape
        bare = shape.rstrip(_MARKS)
        if 4 <= len(bare) < len(shape) <= len(bare) + _ADDED:
            yield bare
        both = bare.lstrip(_MARKS)
        if 4 <= len(both) < len(bare) and len(shape) <= len(both) + _ADDED:
            yield both


def is_common(password: str) -> bool:
    """Tell whether a password, undisguised, is on the lists."""
    common = the_filter()
    return any(spelling in common for spelling in spellings(password))
