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
        (r"oeu|oe", "E"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"sch|sh|ch(?=[aeiouy0])", "5"),
        (r"ch", "k"),
        (r"sc(?=[eiy0])", "s"),
        (r"tion\b|tions\b|ssion\b|sion\b|cion\b", "sj3"),
        (r"tien", "sj2"),
        (r"gn", "nj"),
        (r"gu(?=[eiy0])", "g"),
        (r"ge(?=a|on|oi)", "j"),
        (r"oyen", "waj2"),
        (r"[iy]en\b", "ij2"),
        (r"g(?=[eiy0])", "j"),
        (r"qu|ck|cq|q", "k"),
        (r"c(?=[eiy0])", "s"),
        (r"c", "k"),
        (r"eaux?\b|aux?\b", "o"),
        (r"x\b", ""),
        (r"x", "ks"),
        (r"w", "v"),
        (r"h", ""),
        (r"z", "s"),
        (r"eaux?|aux?", "o"),
        (r"(?<=[aeou])ill[e0]?|ill[e0]|(?<=[aeu])il\b", "ij"),
        (r"oin", "w2"),
        (r"oi|oy", "wa"),
        (r"(?:ai|ei|ay|ey)[nm](?![aeiouynm0])", "2"),
        (r"[iy][nm](?![aeiouynm0])|um\b|un(?![aeiouynm0])", "2"),
        (r"(?:a|e)[nm](?![aeiouynm0])", "1"),
        (r"o[nm](?![aeiouynm0])", "3"),
        (r"ai|ei|ay|ey|et\b|er\b|e0\b", "E"),
        (r"ou", "u"),
        (r"eu", "E"),
        (r"y", "i"),
    )
)
_LAST_E = re.compile(r"es?\b")
_SILENT_END = re.compile(r"(?<=[aEiou123])[sxtdp]+\b")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def sound_of(folded: str) -> str:
    """Return the key of sounds of a folded word; words that sound alike share it."""
    # A last e is not heard but softens c and g and opens what stands before: "0" until the end.
    key = _LAST_E.sub("0", folded) if len(folded) > 3 else folded
    ends_open = key.endswith("0")
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    if not ends_open:
        key = _SILENT_END.sub("", key)
    return _DOUBLED.sub(r"\1", key).replace("0", "").replace("E", "e")
