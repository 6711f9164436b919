"""Parts that say where things stand: timeline, tasks, steps, progress, bars.

Loaded with ``{% load ui %}``, like the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.presenting import read, tone_of

register = template.Library()


@register.inclusion_tag("components/timeline.html")
def timeline(steps: Iterable[Any]) -> dict[str, Any]:
    """Show steps in time, first to last.

    Each step has ``title`` and may have ``text``, ``at`` (date or instant, or words),
    ``by`` and ``state``: ``done``, ``current``, ``upcoming`` or ``refused``.
    """
    return {
        "steps": [
            {
                "title": read(step, "title", "label"),
                "text": read(step, "text", "description"),
                "at": read(step, "at", "date", "on"),
                "by": read(step, "by"),
                "state": read(step, "state", "status") or "done",
                "url": read(step, "url"),
                "action": read(step, "action"),
            }
            for step in steps
        ]
    }


@register.inclusion_tag("components/task_list.html")
def task_list(items: Iterable[Any]) -> dict[str, Any]:
    """Show tasks, one line each, with what is done and what is not.

    Each has ``title`` and may have ``text``, ``url``, ``state`` (a word shown as a badge),
    ``tone`` (its colour) and ``done`` (true: ticked).
    """
    return {
        "items": [
            {
                "title": read(item, "title", "label"),
                "text": read(item, "text", "hint"),
                "url": read(item, "url"),
                "state": read(item, "state", "status"),
                "tone": tone_of(str(read(item, "tone"))),
                "done": bool(read(item, "done")),
            }
            for item in items
        ]
    }


@register.simple_tag
def progress(value: int, maximum: int, label: str, tone: str = "info") -> SafeString:
    """Show how far something is; ``label`` says it in words for everybody."""
    return format_html(
        '<div class="progress progress--{}"><span class="progress__label">{}</span>'
        '<progress value="{}" max="{}" aria-label="{}"></progress></div>',
        tone_of(tone),
        label,
        value,
        maximum or 1,
        label,
    )


@register.inclusion_tag("components/bars.html")
def bars(rows: Iterable[Any], caption: str, unit: str = "") -> dict[str, Any]:
    """Draw numbers as bars; the table itself is the chart, so nothing is lost to anybody.

    Each row has ``label``, ``value`` and may have ``text`` (the value in words) and ``tone``.
    """
    plain = [
        {
            "label": read(row, "label", "title"),
            "value": read(row, "value", "count") or 0,
            "text": read(row, "text"),
            "tone": tone_of(str(read(row, "tone")) or "info"),
        }
        for row in rows
    ]
    top = max((row["value"] for row in plain), default=0) or 1
    for row in plain:
        row["percent"] = f"{100 * row['value'] / top:.1f}"
    return {"rows": plain, "caption": caption, "unit": unit}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable[Any], current: int) -> dict[str, Any]:
    """Say where one is in a long form: ``current`` counts from 1; a step may carry ``url``.

    Past the last step (``current`` is one more than there are), everything is done.
    """
    named: list[dict[str, Any]] = [
        {"title": step, "url": ""}
        if isinstance(step, str | Promise)
        else {"title": read(step, "title", "label"), "url": read(step, "url")}
        for step in steps
    ]
    for number, step in enumerate(named, start=1):
        step["number"] = number
        step["state"] = (
            "done" if number < current else "current" if number == current else "upcoming"
        )
    shown = min(current, len(named))
    here = named[shown - 1] if shown > 0 else None
    return {"steps": named, "current": shown, "total": len(named), "here": here}
