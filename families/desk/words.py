"""How names, numbers and dates typed at a desk are read; pure functions.

Keys of our own rather than trigrams of the database: PostgreSQL's live in an extension that a
city may not be allowed to install, and SQLite has none.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from families.codes import ALPHABET, grouped, normal

#: Letters that do not fall apart into a letter and an accent.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"}
)
_NOT_WORD = re.compile(r"[\W_]+")
#: Words shorter than this are too short for a typing error to be told from another name.
FUZZY_FROM = 4
#: Digits of a telephone number that are enough to look for it.
PHONE_DIGITS = 4
LONGEST_WORD = 60

#: French spellings of one sound, longest first; applied in order to a folded word.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:ou|w)(?=[aeiouy])", "v"),
        (r"ph", "f"),
        (r"s?ch|sh", "x"),
        (r"qu|q|ck|kh|c(?=[aourlt]|$)", "k"),
        (r"g(?=[eiy])|dj", "j"),
        (r"gu(?=[eiy])|gh", "g"),
        (r"c(?=[eiy])|z|ss", "s"),
        (r"gn|ny(?=[aeiou])", "n"),
        (r"h", ""),
        (r"w", "v"),
        (r"eau|au|ault|aud", "o"),
        (r"ou|oo", "u"),
        (r"ei|ai|ay|ey", "e"),
        (r"y|ll(?=i)", "i"),
        (r"c", "k"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.{2})[esxtdp]+$", ""),
    )
]
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january",
            "fevrier february",
            "mars march",
            "avril april",
            "mai may",
            "juin june",
            "juillet july",
            "aout august",
            "septembre september",
            "octobre october",
            "novembre november",
            "decembre december",
        ),
        start=1,
    )
    for name in names.split()
}
#: Not a piece of a telephone number written in pairs: nothing of the kind stands around it.
_DATE = re.compile(r"(?<![\d./-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![./-]?\d)")
_SPACED_DATE = re.compile(r"(?<!\d)(?<!\d )(\d{1,2}) (\d{1,2}) ((?:19|20)\d\d)(?! ?\d)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_WRITTEN_DATE = re.compile(r"(?<!\d)(\d{1,2})(?:er)?\s+([^\W\d_]{3,9})\s+(\d{4})(?!\d)")
_PHONE = re.compile(r"\+?\(?\d[\d\s.\-()/]{2,22}\d")


def fold(text: str) -> str:
    """Fold a name: lower case, no accents, words set apart by single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def words_of(*names: str) -> list[str]:
    """Return what a person is found by: each word of their names, and each name in one word.

    "Ben Ali" gives ``ben``, ``ali`` and ``benali``, so that it is found in either spelling.
    """
    found: dict[str, None] = {}
    for name in names:
        words = fold(name).split()
        found.update(dict.fromkeys(word[:LONGEST_WORD] for word in words))
        if len(words) > 1:
            found["".join(words)[:LONGEST_WORD]] = None
    return list(found)


def sound_of(word: str) -> str:
    """Return how a folded word sounds, roughly, in French: Mathieu and Matthieu are one."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def keys_of(word: str) -> set[str]:
    """Return the spellings that lead to a word.

    Itself, itself less any one letter (so that a letter too many, too few, wrong or swapped is
    forgiven: both spellings share a key), and its sound.
    """
    keys = {word}
    if len(word) >= FUZZY_FROM:
        keys.update(word[:i] + word[i + 1 :] for i in range(len(word)))
        keys.add(f"~{sound_of(word)}"[:62])
    return keys


def letters_apart(left: str, right: str) -> int:
    """Return how many typing errors set two folded words apart (a swap counts as one)."""
    return int(OSA.distance(left, right))


def likeness_cost(typed: str, word: str) -> int | None:
    """Return how far a word is from what was typed; None when it is another word.

    0 the same, 1 begins with it, 2 sounds the same, 3 a letter apart, 4 two letters apart in
    a long word.
    """
    if typed == word:
        return 0
    if len(typed) >= 3 and word.startswith(typed):
        return 1
    if min(len(typed), len(word)) < FUZZY_FROM:
        return None
    if sound_of(typed) == sound_of(word):
        return 2
    apart = letters_apart(typed, word)
    if apart <= 1:
        return 3
    return 4 if apart == 2 and min(len(typed), len(word)) >= 8 else None


def phone_key(number: str) -> str:
    """Return the digits of a telephone number backwards, country code of France left out."""
    digits = "".join(c for c in number if c.isdigit())
    for prefix in ("0033", "33"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in (9, 10):
            digits = "0" + digits[len(prefix) :].lstrip("0")
    return digits[::-1][:20]


def read_phone(text: str) -> tuple[str, str]:
    """Take a telephone number, or its last digits, out of a text: its key, and the rest."""
    for match in _PHONE.finditer(text):
        key = phone_key(match[0])
        if len(key) >= PHONE_DIGITS:
            return key, f"{text[: match.start()]} {text[match.end() :]}".strip()
    return "", text


def _day(year: int, month: int, day: int) -> dt.date | None:
    if year < 100:
        year += 2000
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_date(text: str) -> tuple[dt.date | None, str]:
    """Take a date out of a text, as people write them: the date, and the rest.

    ``14/05/2017``, ``14.5.17``, ``2017-05-14``, ``14 mai 2017``.
    """
    for pattern in (_ISO_DATE, _DATE, _SPACED_DATE, _WRITTEN_DATE):
        for match in pattern.finditer(text):
            if pattern is _ISO_DATE:
                found = _day(int(match[1]), int(match[2]), int(match[3]))
            elif pattern is _DATE:
                found = _day(int(match[4]), int(match[3]), int(match[1]))
            elif pattern is _SPACED_DATE:
                found = _day(int(match[3]), int(match[2]), int(match[1]))
            else:
                month = _MONTHS.get(fold(match[2]))
                found = _day(int(match[3]), month, int(match[1])) if month else None
            if found is not None:
                return found, f"{text[: match.start()]} {text[match.end() :]}".strip()
    return None, text


def reference_spellings(text: str) -> list[str]:
    """Return the ways in which a typed reference may be stored; empty for what is none.

    Case, spaces and dashes do not count, and the letter before the first dash may be left out.
    """
    code = normal(text)
    if not 5 <= len(code) <= 12 or not any(c.isdigit() for c in code):
        return []
    bodies = [code[1:]] if code[0] in "EF" else []
    prefixes = [code[0]] if bodies else ["E", "F"]
    bodies = bodies or [code]
    found = []
    for prefix in prefixes:
        for body in bodies:
            found.append(f"{prefix}-{body}")
            if all(c in ALPHABET for c in body):
                found.append(f"{prefix}-{grouped(body)}")
    return [text.strip().upper(), *found]


def marked(text: str, wanted: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut a name into pieces, each with whether one of the wanted folded words stands there."""
    wished = set(wanted)
    pieces: list[tuple[str, bool]] = []
    for piece in re.split(r"([^\W_]+)", text):
        if piece:
            hit = any(fold(piece) == word or fold(text) == word for word in wished)
            pieces.append((piece, hit and bool(fold(piece))))
    if not any(hit for _piece, hit in pieces) and "".join(fold(text).split()) in wished:
        return [(text, True)]
    return pieces
