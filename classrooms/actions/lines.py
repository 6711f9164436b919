"""Internet lines: entered, changed from a day on, ended; the manager told before it is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.models import InternetLine, LineChange
from classrooms.models.history import plain
from classrooms.queries.lines import WARNING_DAYS
from classrooms.queries.staff import fleet_managers
from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor

#: What a line is, and what its changes tell.
FACTS = (
    *("reference", "operator", "technology", "down_mbps", "up_mbps", "monthly_cents"),
    *("starts_on", "contract_end", "notice_months"),
)
#: Lines named in one message; the page lists all.
_NAMED = 15


def _check(line: InternetLine) -> None:
    for field in ("starts_on", "contract_end"):
        year = getattr(line, field).year
        if year not in rules.YEARS:
            words = _("L’année %(year)s n’est pas possible.") % {"year": year}
            raise RuleBroken(field, words, field)
    if line.contract_end < line.starts_on:
        raise RuleBroken("contract_end", _("Le contrat finit avant de commencer."), "contract_end")
    others = InternetLine.objects.filter(reference=line.reference).exclude(pk=line.pk or 0)
    if others.exists():
        raise RuleBroken("reference", _("Une autre ligne a cette référence."), "reference")


def open_line(*, by: Actor, line: InternetLine) -> InternetLine:
    """Enter a new line. Raises RuleBroken ``contract_end``, ``reference``."""
    try:
        with transaction.atomic():
            _check(line)
            line.save()
            journal.record(by, "line.open", line, school=line.school_id)
    except IntegrityError as error:
        raise RuleBroken(
            "reference", _("Une autre ligne a cette référence."), "reference"
        ) from error
    return line


def change_line(
    *, by: Actor, line: InternetLine, since: dt.date, facts: Mapping[str, Any]
) -> LineChange | None:
    """Change what a line is from a day on; what it was stays told. None when nothing changes.

    Raises RuleBroken ``since`` for a day to come or before the last change, ``closed`` for a
    line that was ended, ``contract_end`` and ``reference`` as :func:`open_line`.
    """
    if unknown := facts.keys() - set(FACTS):
        raise ValueError(f"not a fact of a line: {sorted(unknown)}")
    with transaction.atomic():
        locked = InternetLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if locked.closed_on is not None:
            raise RuleBroken("closed", _("Cette ligne est résiliée."))
        changes = {
            name: [plain(getattr(locked, name)), plain(value)]
            for name, value in facts.items()
            if getattr(locked, name) != value
        }
        if not changes:
            return None
        last = locked.past.order_by("-since").values_list("since", flat=True).first()
        if since > clock.today() or since < max(filter(None, (last, locked.starts_on))):
            raise RuleBroken(
                "since",
                _("Choisissez un jour entre le dernier changement et aujourd’hui."),
                "since",
            )
        for name, value in facts.items():
            setattr(locked, name, value)
        _check(locked)
        locked.save(update_fields=list(changes))
        told = LineChange.objects.create(line=locked, since=since, changes=changes, actor=by.user)
        journal.record(by, "line.change", locked, since=since.isoformat(), facts=sorted(changes))
    return told


def close_line(*, by: Actor, line: InternetLine, closed_on: dt.date) -> InternetLine:
    """End a line; it stays in the history. Raises RuleBroken ``closed``, ``closed_on``."""
    with transaction.atomic():
        locked: InternetLine = InternetLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if locked.closed_on is not None:
            raise RuleBroken("closed", _("Cette ligne est résiliée."))
        if not locked.starts_on <= closed_on <= clock.today():
            raise RuleBroken(
                "closed_on",
                _("Choisissez un jour entre la mise en service et aujourd’hui."),
                "closed_on",
            )
        locked.closed_on = closed_on
        locked.save(update_fields=["closed_on"])
        journal.record(by, "line.close", locked, closed_on=closed_on.isoformat())
    return locked


def tell_ending() -> int:
    """Tell the managers which contracts must be ended or renewed soon, once a contract's end.

    Return how many lines were told of.
    """
    today = clock.today()
    with transaction.atomic():
        lines = (
            InternetLine.objects.in_service()
            .select_related("school")
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
        )
        due = [
            line
            for line in lines
            if line.told_for != line.contract_end
            and line.notice_by - dt.timedelta(days=WARNING_DAYS) <= today
        ]
        managers = fleet_managers()
        if not due or not managers:
            return 0
        due.sort(key=lambda line: (line.notice_by, line.pk))
        for manager in managers:
            outbox.queue(
                kind="fleet_lines_ending",
                to=manager,
                context={
                    "count": len(due),
                    "lines": due[:_NAMED],
                    "more": max(0, len(due) - _NAMED),
                    "path": reverse("classrooms:lines") + "?show=end",
                },
                dedupe_key=f"lines-ending:{today:%Y-%m-%d}:{manager.pk}",
            )
        for line in due:
            line.told_for = line.contract_end
        InternetLine.objects.bulk_update(due, ["told_for"])
    return len(due)
