"""Work that is tried a few times, each after a longer rest, then given up in plain words.

A try is claimed before it is made, by one compare-and-set update: of two workers one works,
and a worker that is killed while at it has used its try up all the same.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, models
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock
from core.errors import RuleBroken

logger = logging.getLogger(__name__)

#: Rests after a try that failed; when they are used up, the work is given up.
RESTS = [dt.timedelta(minutes=minutes) for minutes in (2, 10, 30)]
#: How long a worker may be at it before it counts as lost.
LEASE = dt.timedelta(minutes=15)
#: What is due for less waits for its message; after that its sweep takes it up.
GRACE = dt.timedelta(minutes=1)
#: Characters of the sentence that says why.
MAX_PROBLEM = 300


class Tried(models.Model):
    """What a worker works on: how often it tried, and when it may again."""

    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


def fresh() -> dict[str, Any]:
    """Return the fields of work that is asked for anew."""
    return {"tries": 0, "next_try_at": clock.now()}


@dataclass(frozen=True)
class Work:
    """A kind of work: the rows still to be done, what does one, what ends one for good.

    ``give_up`` gets the last fault, None when workers were lost.
    """

    rows: models.QuerySet[Any]
    do: Callable[[int], bool]
    give_up: Callable[[int, BaseException | None], object]

    def sweep(self) -> int:
        """Do what lost its message or its worker, or has rested; return how many were done."""
        waiting = self.rows.filter(next_try_at__lte=clock.now() - GRACE).order_by("pk")
        return sum(map(self.attempt, list(waiting.values_list("pk", flat=True))))

    def attempt(self, pk: int) -> bool:
        """Do a piece of work if it is still to be done and its time has come.

        What goes wrong is logged, never raised: the next row's turn comes all the same.
        """
        now = clock.now()
        mine = self.rows.filter(pk=pk, next_try_at__lte=now)
        if not mine.update(tries=F("tries") + 1, next_try_at=now + LEASE):
            return False
        tries: int = self.rows.values_list("tries", flat=True).get(pk=pk)
        name = f"{self.rows.model._meta.label} {pk}"
        if tries > len(RESTS) + 1:
            logger.error("%s is given up: its workers were lost", name)
            self.give_up(pk, None)
            return False
        try:
            return self.do(pk)
        except Exception as fault:  # one that stumbles does not keep the others waiting
            logger.exception("%s failed, try %s", name, tries)
            if tries > len(RESTS):
                self.give_up(pk, fault)
            else:
                self.rows.filter(pk=pk).update(next_try_at=clock.now() + RESTS[tries - 1])
        return False


def why(fault: BaseException | None) -> str:
    """Say in plain words what went wrong, as far as is known; None: a worker was lost."""
    if fault is None:
        return _("le travail s’est arrêté en route, souvent faute de mémoire")
    if isinstance(fault, RuleBroken):
        return str(fault.message).rstrip(".")
    if isinstance(fault, MemoryError):
        return _("il est trop lourd pour être lu d’un coup")
    if isinstance(fault, OperationalError | InterfaceError):
        return _("la base de données n’a pas répondu")
    if isinstance(fault, DatabaseError):
        return _("la base de données a refusé une de ses lignes")
    return _("erreur imprévue (%(name)s)") % {"name": type(fault).__name__}


def sentence(beginning: str, fault: BaseException | None, what_to_do: str) -> str:
    """Return what happened, why and what to do; the reason is cut, never what to do."""
    reason = why(fault)
    whole = _("%(beginning)s : %(reason)s. %(what_to_do)s")
    words = {"beginning": beginning, "reason": "", "what_to_do": what_to_do}
    room = MAX_PROBLEM - len(whole % words)
    return whole % {**words, "reason": reason if len(reason) <= room else f"{reason[: room - 1]}…"}


def whom_to_call() -> str:
    """Say whom to call if it happens again."""
    phone = settings.HELP_PHONE.replace(" ", "\u00a0")
    return _("Si cela se répète, appelez le %(phone)s.") % {"phone": phone}
