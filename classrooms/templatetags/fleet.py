"""Small words of the fleet's pages."""

from __future__ import annotations

import datetime as dt
import uuid
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from classrooms.models import Device, FleetEvent, Incident
from core.money import format_euros, round_half_up
from core.templatetags.ui import badge

register = template.Library()

_PRIORITIES = {1: ("urgent", "alert"), 2: ("warning", ""), 3: ("plain", "")}
_TOLD = (
    *("serial", "model", "state", "condition", "funding", "purchased_on", "warranty_end"),
    "os_version",
)
_CORRECTIONS = {FleetEvent.Kind.IMPORTED, FleetEvent.Kind.CORRECTED, FleetEvent.Kind.RESTORED}
_STEPS = {
    "reported": ("warning", "bell"),
    "in_progress": ("info", "users"),
    "swapped": ("info", "swap"),
    "closed": ("success", "check"),
}


@register.simple_tag
def priority_badge(incident: Incident) -> SafeString:
    """Show how soon an incident must be looked at."""
    tone, icon = _PRIORITIES[incident.priority]
    shown: SafeString = badge(incident.get_priority_display(), tone, icon)
    return shown


@register.simple_tag
def step_badge(incident: Incident) -> SafeString:
    """Show where an incident stands."""
    tone, icon = _STEPS[incident.state]
    shown: SafeString = badge(incident.get_state_display(), tone, icon)
    return shown


@register.filter
def late(incident: Incident, today: dt.date) -> bool:
    """Tell whether nobody has looked at an incident in time."""
    return incident.is_late(today)


@register.filter
def corrections(event: FleetEvent) -> list[str]:
    """Tell what a table or a person changed of a device; places by name only."""
    if event.kind not in _CORRECTIONS:
        return []
    told = [_change(code, *event.changes[code]) for code in _TOLD if code in event.changes]
    if "cost_cents" in event.changes:
        pair = (_("rien") if c is None else format_euros(c) for c in event.changes["cost_cents"])
        told.append(f"{_('Prix payé')} : {' → '.join(pair)}")
    if "macs" in event.changes:
        pair = (", ".join(macs or ()) or _("rien") for macs in event.changes["macs"])
        told.append(f"{_('Adresses MAC')} : {' → '.join(pair)}")
    if "extra" in event.changes:
        told.append(str(_("Champs propres à la catégorie")))
    if {"cart", "slot", "school", "depot"} & set(event.changes):
        told.append(str(_("Place")))
    return told


def _change(code: str, before: Any, after: Any) -> str:
    field: Any = Device._meta.get_field(code)
    label = str(field.verbose_name).capitalize()
    if code == "model":
        return str(_("Modèle"))
    words = {str(value): str(label) for value, label in field.choices or ()}
    days = code in ("purchased_on", "warranty_end")
    shown = [_day(value) if value and days else value for value in (before, after)]
    return f"{label} : {' → '.join(words.get(v, v) if v else str(_('rien')) for v in shown)}"


def _day(value: str) -> str:
    return dt.date.fromisoformat(value).strftime("%d/%m/%Y")


@register.filter
def spaced(number: int | None) -> str:
    """Write a whole number with narrow spaces between thousands: 9300 → 9 300."""
    return f"{number or 0:,}".replace(",", "\u202f")


@register.simple_tag
def new_id() -> str:
    """Return an id for what a form will send, so that sending it twice is doing it once."""
    return str(uuid.uuid4())


@register.filter
def rounded(cents: int | None) -> str:
    """Write an amount in whole euros, for figures read from afar: 123456 → 1 235 €."""
    euros = round_half_up(Fraction(cents or 0, 100))
    return f"{euros:,}".replace(",", "\u202f") + "\u00a0€"


@register.simple_block_tag(end_name="endchapter")
def chapter(  # noqa: PLR0917
    content: str, key: str, title: str, gist: str = "", css: str = "", unfolded: Any = ""
) -> SafeString:
    """Fold a part of a long page under its title and ``gist``, what it says in few words.

    Folded where nothing says otherwise, so that a telephone shows the whole page at a glance;
    ``classrooms/chapters.js`` unfolds them on wide screens and on paper.
    """
    return format_html(
        '<details class="card chapter {}" id="{}" data-chapter{}>'
        '<summary><h2 class="card__title">{}</h2>{}</summary>{}</details>',
        css,
        key,
        " open" if unfolded else "",
        title,
        format_html('<span class="under">{}</span>', gist) if gist else "",
        content,
    )
