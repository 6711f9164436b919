"""Room on the fleet's pages that the apps above it fill: tabs, parts of sheets, buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.panels import Panel, Room

__all__ = ["Panel", "Room"]


@dataclass(frozen=True)
class Tab:
    """A list of the fleet: ``section`` is the part it stands in, ``roles`` who sees it."""

    key: str
    section: str
    label: str | Promise
    url_name: str
    roles: Iterable[str]
    order: int = 100


#: Parts of the fleet, in the order of the menu.
SECTIONS: tuple[tuple[str, str | Promise], ...] = (
    ("board", _("Vue d’ensemble")),
    ("fleet", _("Matériel")),
    ("lending", _("Prêts")),
    ("audits", _("Contrôles")),
    ("incidents", _("Pannes")),
    ("stock", _("Stock")),
    ("plan", _("Prévoir")),
    ("secondlife", _("Seconde vie")),
)

_tabs: dict[str, Tab] = {}

#: Parts and buttons of a device's sheet, a cart's, a fault's, the city's board, a school's line.
device_room, device_acts = Room(), Room()
cart_room, cart_acts = Room(), Room()
incident_room, incident_acts = Room(), Room()
board_room = Room()
#: Buttons of the list of devices; their subject is its filter, as the address has it.
list_acts = Room()

#: Words of an app under its own lines of a device's history, by the line's number.
Noter = Callable[[HttpRequest, Sequence[Any]], Mapping[int, str]]
_noters: list[Noter] = []


def register_noter(noter: Noter) -> None:
    """Add what tells more of some lines of a history; call it from ``AppConfig.ready``."""
    if noter not in _noters:
        _noters.append(noter)


def note_events(request: HttpRequest, events: Sequence[Any]) -> None:
    """Put under lines of one device's history, as ``note``, what apps tell of them."""
    said: dict[int, str] = {}
    for noter in _noters:
        said.update(noter(request, events))
    for event in events:
        event.note = said.get(event.pk, "")


def register_tabs(*tabs: Tab) -> None:
    """Add lists to the fleet's menu; call it from ``AppConfig.ready``."""
    _tabs.update({tab.key: tab for tab in tabs})


def menu_of(user: User, current: str) -> tuple[list[tuple[str, Tab]], list[Tab], str]:
    """Return the parts one may open (each with its first list), the lists of this part, its key.

    ``current`` is the key of the list shown.
    """
    mine = [tab for tab in _tabs.values() if user.has_role(*tab.roles)]
    mine.sort(key=lambda tab: (tab.order, tab.key))
    section = _tabs[current].section
    parts = []
    for key, label in SECTIONS:
        first = next((tab for tab in mine if tab.section == key), None)
        if first is not None:
            parts.append((str(label), first))
    return parts, [tab for tab in mine if tab.section == section], section
