"""How a French word sounds, roughly, so that "fotosintèz" finds "photosynthèse".

A key of sounds, coarse on purpose: a child of eight does not tell s from ss from z, nor
é from er from ai. Only used to choose among words that the catalogue holds.
"""

from __future__ import annotations

import re
from functools import lru_cache

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"oeu|oe", "e"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"sch|sh|ch(?=[aeiouyé])", "5"),
        (r"ch", "k"),
        (r"sc(?=[eiy])", "s"),
        (r"tion\b|tions\b|ssion\b|sion\b|cion\b", "sj3"),
        (r"tien", "sj2"),
        (r"gn", "nj"),
        (r"gu(?=[eiy])", "g"),
        (r"ge(?=a|on|oi)", "j"),
        (r"oyen", "waj2"),
        (r"[iy]en\b", "ij2"),
        (r"g(?=[eiy])", "j"),
        (r"qu|ck|cq|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"h", ""),
        (r"z", "s"),
        (r"eaux?|aux?", "o"),
        (r"(?<=[aeou])ille?|ille|(?<=[aeu])il\b", "ij"),
        (r"oin", "w2"),
        (r"oi|oy", "wa"),
        (r"(?:ai|ei|ay|ey)[nm](?![aeiouynm])", "2"),
        (r"[iy][nm](?![aeiouynm])|um\b|un(?![aeiouynm])", "2"),
        (r"(?:a|e)[nm](?![aeiouynm])", "1"),
        (r"o[nm](?![aeiouynm])", "3"),
        (r"ai|ei|ay|ey|et\b|er\b|ez\b|ee\b|es\b", "e"),
        (r"ou", "u"),
        (r"eu", "e"),
        (r"y", "i"),
    )
)
_SILENT_E = re.compile(r"e+\b")
_SILENT_END = re.compile(r"(?<=[aeiou123])[sxtdp]+\b")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def sound_of(folded: str) -> str:
    """Return the key of sounds of a folded word; words that sound alike share it."""
    key = folded
    ends_open = not folded.endswith(("s", "x", "t", "d", "p"))
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    if not ends_open:
        key = _SILENT_END.sub("", key)
    key = _DOUBLED.sub(r"\1", key)
    if len(key) > 2:
        key = _SILENT_E.sub("", key)
    return key
