"""Who somebody is in the eyes of the State: birth name, given names, date and place of birth."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Some people's papers give no day, or neither day nor month: 1985-00-00.
_DATE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])")
_PLACE = re.compile(r"[0-9][0-9AB][0-9]{3}")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


class IncompleteIdentity(Exception):
    """The server left out what an identity needs."""


def fold(text: str) -> str:
    """Write a name as papers of several countries may: no accents, case, dashes, apostrophes."""
    lowered = text.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lowered)
    kept = "".join(" " if not c.isalnum() else c for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


@dataclass(frozen=True)
class CivilStatus:
    """An identity as a civil registry holds it. Places are INSEE codes, empty abroad."""

    family_name: str
    given_names: str
    birth_date: str
    birthplace: str
    birthcountry: str
    gender: str = ""
    preferred_name: str = ""

    @property
    def first_name(self) -> str:
        """The first of the given names: the one people are called by, mostly."""
        return (self.given_names.split() or [""])[0]

    @property
    def key(self) -> str:
        """What is compared: the whole folded identity, as one fixed-length text."""
        parts = [
            fold(self.family_name),
            fold(self.given_names),
            self.birth_date,
            self.birthplace.upper(),
            self.birthcountry,
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise IncompleteIdentity(name)
    return " ".join(value.split())


def civil_status(claims: Mapping[str, Any]) -> CivilStatus:
    """Read the identity out of userinfo claims; raises IncompleteIdentity for one with holes.

    Family name, given names, birth date and a place or a country are needed: less would match
    namesakes.
    """
    status = CivilStatus(
        family_name=_text(claims, "family_name", 100),
        given_names=_text(claims, "given_name", 200),
        birth_date=_text(claims, "birthdate", 10),
        birthplace=_text(claims, "birthplace", 5).upper(),
        birthcountry=_text(claims, "birthcountry", 5),
        gender=_text(claims, "gender", 10),
        preferred_name=_text(claims, "preferred_username", 100),
    )
    if not fold(status.family_name) or not fold(status.given_names):
        raise IncompleteIdentity("name")
    if not _DATE.fullmatch(status.birth_date):
        raise IncompleteIdentity("birthdate")
    for place in (status.birthplace, status.birthcountry):
        if place and not _PLACE.fullmatch(place):
            raise IncompleteIdentity("birthplace")
    if not status.birthplace and not status.birthcountry:
        raise IncompleteIdentity("birthplace")
    return status


def email_of(claims: Mapping[str, Any]) -> str:
    """Return the e-mail address the server knows: good to write to, never to recognise by."""
    said = claims.get("email")
    plausible = isinstance(said, str) and len(said) <= 254 and said.count("@") == 1
    return said.strip().lower() if isinstance(said, str) and plausible else ""
