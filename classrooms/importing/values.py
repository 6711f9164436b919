"""What the cells of anybody's table say: days, prices, states, numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.models import Device
from core.spreadsheets.columns import plain
from core.spreadsheets.durations import Doubtful, months_of

#: What a cell says to empty a fact; a blank cell keeps it.
CLEAR = "-"
#: The dearest device believed: a million euros.
_MAX_CENTS = 100_000_000
#: Network addresses of one device: wireless, wired, a dock, one to spare.
MOST_MACS = 4
_OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "state": {
        "actif": "in_use", "active": "in_use", "deploye": "in_use", "deployed": "in_use",
        "utilise": "in_use", "ok": "in_use", "fonctionnel": "in_use", "en fonction": "in_use",
        "stock": "spare", "en stock": "spare", "reserve": "spare", "disponible": "spare",
        "panne": "broken", "hs": "broken", "hors service": "broken", "en reparation": "repair",
        "reparation": "repair", "sav": "repair", "atelier": "repair", "perdue": "lost",
        "volee": "stolen", "vol": "stolen", "rebut": "retired", "sorti": "retired",
    },
    "condition": {
        "neuve": "new", "bon": "good", "bonne": "good", "ok": "good", "correct": "good",
        "moyen": "worn", "usage": "worn", "usagee": "worn", "usee": "worn", "abimee": "damaged",
        "mauvais": "damaged", "casse": "damaged", "cassee": "damaged",
    },
    "funding": {
        "ville": "city", "mairie": "city", "commune": "city", "etat": "state", "relance": "state",
        "plan de relance": "state", "quartier": "quarter", "don": "gift",
    },
}  # fmt: skip
_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre"),
    *("octobre", "novembre", "decembre"),
)


class Unreadable(ValueError):
    """A cell that says nothing we understand; its text is a sentence for the person."""


@cache
def _words(code: str) -> dict[str, str]:
    choices: list[tuple[str, Any]] = {
        "state": Device.State.choices,
        "condition": Device.Condition.choices,
        "funding": Device.Funding.choices,
    }[code]
    found = dict(_OTHER_WORDS[code])
    for value, label in choices:
        found[plain(value)] = value
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found[plain(str(label))] = value
    return found


def choice_of(code: str, text: str) -> str:
    """Return the value that a word stands for, in any language of the service."""
    found = _words(code).get(plain(text))
    if found is None:
        raise Unreadable(_("« %(value)s » n’est pas connu.") % {"value": text[:60]})
    return found


_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})(?:[ T].*)?")


def day_of(text: str) -> str:
    """Return a day as ISO text. ``03/04/2024`` is the third of April: the day comes first."""
    day = _day(text)
    if day is None:
        raise Unreadable(
            _("« %(value)s » n’est pas une date : écrivez jour/mois/année, 31/08/2026.")
            % {"value": text[:30]}
        )
    if day.year not in rules.YEARS:
        raise Unreadable(_("L’année %(year)s n’est pas possible.") % {"year": day.year})
    return day.isoformat()


def _day(text: str) -> dt.date | None:
    if (match := _ISO.fullmatch(text)) is not None:
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif (match := _DAY_FIRST.fullmatch(text)) is not None:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        parts = (year, int(match[2]), int(match[1]))
    else:
        match = re.fullmatch(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})", plain(text))
        if match is None or match[2] not in _MONTHS:
            return None
        parts = (int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    try:
        return dt.date(*parts)
    except ValueError:
        return None


def warranty_of(text: str, unit: str) -> str | int:
    """Return the day on which a warranty ends, or for how many months it runs.

    ``unit`` is what bare numbers of the column count, if its title says.
    """
    if _day(text) is not None:
        return day_of(text)
    try:
        months = months_of(text, unit)
    except Doubtful:
        raise Unreadable(
            _("« %(value)s » : des mois ou des années ? Écrivez « %(value)s mois » ou "
              "« %(value)s ans ».")
            % {"value": text}
        ) from None  # fmt: skip
    if months is None:
        raise Unreadable(
            _(
                "« %(value)s » n’est ni une date ni une durée : écrivez 31/08/2026, "
                "36 mois ou 3 ans."
            )
            % {"value": text[:30]}
        )
    return months


def cents_of(text: str) -> int:
    """Return a price in cents: ``299,90 €``, ``1 299.9``, ``1.299,00 EUR``.

    A single separator before three digits could be thousands or thousandths: refused.
    """
    bare = re.sub(r"(?i)\s|€|eur(os?)?|ttc", "", text.replace("\u202f", ""))
    problem = Unreadable(
        _("« %(value)s » n’est pas un prix : écrivez-le ainsi, 299,90.") % {"value": text[:30]}
    )
    if not re.fullmatch(r"\d[\d.,]*", bare):
        raise problem
    last = max(bare.rfind(","), bare.rfind("."))
    if last >= 0 and bare.count(bare[last]) == 1:
        whole, part = re.sub(r"[.,]", "", bare[:last]), bare[last + 1 :]
        alone = not re.search(r"[.,]", bare[:last])
        if len(part) == 3 and alone and len(whole) <= 3 and whole != "0":
            raise problem
    else:
        whole, part = re.sub(r"[.,]", "", bare), ""
    digits = (part + "000")[:3]
    cents = int(whole or 0) * 100 + (int(digits) + 5) // 10
    if cents > _MAX_CENTS:
        raise problem
    return cents


def slot_of(text: str) -> int:
    """Return the number of a slot."""
    match = re.fullmatch(r"(?:no?|n°)?\s*0*(\d{1,2})", text.strip().lower())
    if match is None or not 1 <= int(match[1]) <= 60:
        raise Unreadable(
            _("« %(value)s » n’est pas un numéro d’emplacement.") % {"value": text[:30]}
        )
    return int(match[1])


def macs_of(text: str) -> list[str]:
    """Return the network addresses that a text names, each once, in its order."""
    found = []
    for part in re.split(r"[\s,;|/]+", text.strip()):
        try:
            found.append(rules.normalise_mac(part))
        except ValueError:
            raise Unreadable(
                _("« %(value)s » n’est pas une adresse MAC : écrivez-la ainsi, 02:00:5E:10:00:01.")
                % {"value": part[:30]}
            ) from None
    if len(found) > MOST_MACS:
        raise Unreadable(_("%(most)d adresses au plus.") % {"most": MOST_MACS})
    return list(dict.fromkeys(found))


def looks_rounded(text: str) -> bool:
    """Tell whether a number was written by a spreadsheet that gave up digits: 1,23E+17."""
    return re.fullmatch(r"\d([.,]\d+)?E\+?\d{2}", text.strip().upper()) is not None
