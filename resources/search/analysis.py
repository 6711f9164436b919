"""How French text becomes words that can be compared: fold, split, stem. Pure functions.

The order matters: accents and ligatures are folded *before* stemming, so that "évaluation"
and "evaluation" meet (measured nDCG@10 0.63 against 0.57 the other way round).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from resources.search.numbers import number_of

_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "Œ": "oe",
        "Æ": "ae",
        "ß": "ss",
        "’": "'",
        "ʼ": "'",
        "‘": "'",
        "´": "'",
        "\u2010": "-",
        "\u2011": "-",
    }
)
#: Signs that stand for an apostrophe or a hyphen: one for one, so that places stay.
_MARKS = str.maketrans("’ʼ‘´\u2010\u2011", "''''--")
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*-[^\W\d_]+")
#: A word; thousands set apart are one number: "1 000", "12 500" with a no-break space.
_WORD = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f]000)+(?!\w)|\d{1,3}(?:[\u00a0\u202f]\d{3})+(?!\w)"
    r"|[^\W_]+(?:'[^\W_]+)*"
)
#: What French elides before a vowel: l', d', qu', jusqu' …
ELIDED = frozenset({"l", "d", "c", "j", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu"})
#: Words with an apostrophe that are one word.
_WHOLE = {"aujourd'hui": "aujourdhui", "prud'homme": "prudhomme", "grand'mere": "grandmere"}

_PARTS = re.compile(r"(?:" + "|".join(_WHOLE) + r")|[^']+", re.IGNORECASE)

#: Words too common to search for, folded. "son", "été" and "est" stay: they are also nouns.
_STOP_WORDS = """
    a ai afin ainsi au aucun aux avec c ce ceci cela ces cet cette chez ci comme
    comment d dans de des dont du elle elles en entre es et eu eux fait faire il ils
    j je l la le les leur leurs lors lui m ma mais me meme memes mes mon n ne ni nos notre
    nous on ont ou par parce pas pendant plus pour pourquoi qu quand que quel quelle
    quelles quels qui quoi s sa sans se ses si soi sont sous sur t ta te tes toi ton tous
    tout toute toutes tu un une vers vos votre vous y avez avons cherche chercher trouver
    veux voudrais svp apprendre apprends apprend the of and
    koi kwa pourkoi pourqoi koman coment commen keske kesque kel kelle kels kelles pk
"""
STOP = frozenset(_STOP_WORDS.split())


def fold(text: str) -> str:
    """Return text in lower case, without accents and ligatures, with plain apostrophes."""
    plain = text.translate(_LIGATURES).casefold()
    return "".join(
        char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char)
    )


@lru_cache(maxsize=65_536)
def _forms(part: str) -> tuple[str, str, str]:
    """Return a word in lower case, folded, and its stem. Texts repeat words: remember them."""
    folded = fold(part)
    if folded[:1].isdigit():
        folded = _SPACES.sub("", folded)
    return _lower(part), folded, stem(folded)


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_LIGATURES).lower())


class Word(NamedTuple):
    """A word of a text: as written (lower case), folded, and its stem; where it stands.

    ``compound`` tells a part of a hyphenated word: "outre-mer" is little about the "mer".
    """

    written: str
    folded: str
    stem: str
    start: int
    end: int
    compound: bool = False

    @property
    def is_stop(self) -> bool:
        """True for words too common to search for."""
        return self.folded in STOP


def words(text: str) -> list[Word]:
    """Split a text into words; elided articles and pronouns are words of their own.

    Offsets are those of the given text, whatever folding did to its length.
    """
    found: list[Word] = []
    plain = text.translate(_MARKS)
    for match in _WORD.finditer(plain):
        whole, start = match.group(), match.start()
        if "'" in whole:
            found.extend(_parted(whole, start))
        else:
            end = match.end()
            compound = plain[start - 1 : start] == "-" or plain[end : end + 1] == "-"
            found.append(Word(*_forms(whole), start, end, compound))
    return found


def compounds(text: str) -> list[str]:
    """Return the hyphenated words of a text, folded and in one: "arcenciel", "weekend"."""
    found = (match.group().replace("'", "") for match in _COMPOUND.finditer(fold(text)))
    return [joined for run in found if len(joined := run.replace("-", "")) > 4]


def _parted(run: str, start: int) -> Iterator[Word]:
    """Yield the words of a run joined by apostrophes."""
    for part in _PARTS.findall(run):
        known = _WHOLE.get(fold(part)) if "'" in part else None
        forms = (known, known, stem(known)) if known else _forms(part)
        yield Word(*forms, start, start + len(part))
        start += len(part) + 1


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, without stop words, in order."""
    return [word.stem for word in words(text) if not word.is_stop]


#: Endings and what replaces them, tried in order; the number is the least length for it.
#: After J. Savoy's light stemmer for French (2006), made for folded words, with a few more.
_ENDINGS: tuple[tuple[str, int, str], ...] = (
    ("issement", 10, "ir"),
    ("issant", 9, "ir"),
    ("ivement", 9, "if"),
    ("ellement", 10, "el"),
    ("amment", 9, "ant"),
    ("emment", 9, "ent"),
    ("ement", 7, "e"),
    ("ficatrice", 12, "fier"),
    ("ficateur", 11, "fier"),
    ("catrice", 10, "quer"),
    ("cateur", 9, "quer"),
    ("atrice", 9, "er"),
    ("ateur", 8, "er"),
    ("trice", 7, "teur"),
    ("ieme", 6, ""),
    ("teuse", 8, "ter"),
    ("teur", 7, "ter"),
    ("euse", 6, "eu"),
    ("iere", 8, "ier"),
    ("endre", 6, "end"),
    ("ondre", 6, "ond"),
    ("erdre", 6, "erd"),
    ("ive", 8, "if"),
    ("nnelle", 10, "n"),
    ("nnel", 10, "n"),
    ("isation", 10, ""),
    ("isateur", 10, ""),
    ("ication", 11, "ier"),
    ("ation", 9, ""),
    ("ition", 9, ""),
    ("ique", 9, ""),
    ("esse", 9, ""),
    ("ives", 8, "if"),
)
_SPACES = re.compile(r"\s")
#: First and second are words of their own.
_RANKED = {
    "1er": "premier", "1ers": "premier", "1re": "premiere", "1ere": "premiere",
    "1eres": "premiere", "2nd": "second", "2nde": "seconde",
}  # fmt: skip
_DOUBLED = re.compile(r"([a-z])\1")


@lru_cache(maxsize=65_536)
def stem(folded: str) -> str:
    """Return the light stem of a folded word: plural, feminine and verb endings go.

    Short words keep their shape, and so do codes such as "cm1". A number is the same however
    it is written: "trois", "3", "3e", "troisième", "III".
    """
    if number := number_of(folded):
        return number
    word = _RANKED.get(folded, folded)
    if len(word) < 4 or any(char.isdigit() for char in word):
        return word
    if word.endswith("x"):
        if len(word) > 5 and word.endswith("aux") and not word.endswith("eaux"):
            word = word[:-2] + "l"
        elif word[-2] in "ue":
            word = word[:-1]
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "s":
        word = word[:-1]
    for ending, least, instead in _ENDINGS:
        if len(word) >= least and word.endswith(ending):
            word = word[: -len(ending)] + instead
            break
    return _norm(word)


def _norm(word: str) -> str:
    """Drop doubled letters and the last e, ee, er of longer words."""
    if len(word) <= 4:
        return word
    word = _DOUBLED.sub(r"\1", word)
    for last in ("r", "e", "e"):
        if len(word) > 4 and word.endswith(last):
            word = word[:-1]
    return word
