"""Why a school stands where it does, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classrooms.planning.rules.planner import TERMS, Need, Score, median_of
from enrolment.schools.models import School


def decimal(value: float) -> str:
    """Write a number to one decimal with a comma."""
    return f"{value:.1f}".replace(".", ",")


@dataclass(frozen=True)
class Reason:
    """What one term adds to a school's points, out of a hundred, and why."""

    term: str
    points: str
    text: str
    assumed: bool


class Explainer:
    """Explains scores against one city's medians and one set of weights."""

    def __init__(self, needs: Sequence[Need], weights: Mapping[str, int]) -> None:
        self.weights = weights
        self.total = sum(weights.get(term, 0) for term in TERMS)
        self.medians = {term: median_of(needs, term) for term in TERMS}

    def points(self, points: int) -> str:
        """Return points out of a hundred."""
        return decimal(points / self.total / 10) if self.total else "0"

    def reasons(self, score: Score) -> list[Reason]:
        """Return what each term that weighs adds, and why."""
        return [
            Reason(
                term,
                self.points(self.weights[term] * score.values[term]),
                self._text(term, score),
                term in score.assumed,
            )
            for term in TERMS
            if self.weights.get(term)
        ]

    def _text(self, term: str, score: Score) -> str:
        need = score.need
        if term == "priority":
            return str(School.Priority(need.priority).label)
        if term in score.assumed:
            return self._assumed(term)
        return _("%(fact)s : besoin plus fort que dans %(share)d %% des écoles") % {
            "fact": _fact(term, need),
            "share": score.values[term] // 10,
        }

    def _assumed(self, term: str) -> str:
        median = self.medians[term] or 0
        if term == "position":
            return _("indice non publié : compté à la médiane de la ville, %(n)s") % {
                "n": decimal(-median / 10)
            }
        if term == "age":
            return _("pas de matériel daté : compté à la médiane de la ville, %(n)s ans") % {
                "n": decimal(median / 365.25)
            }
        return _("pas d’appareil : compté à la médiane de la ville, %(n)s pannes pour 100") % {
            "n": decimal(median / 100)
        }


def _fact(term: str, need: Need) -> str:
    if term == "pupils":
        if not need.devices:
            return _("aucun appareil pour %(n)d élèves") % {"n": need.pupils}
        return _("%(n)s élèves pour un appareil") % {"n": decimal(need.pupils / need.devices)}
    if term == "position":
        return _("indice de position sociale %(n)s") % {"n": decimal((need.position or 0) / 10)}
    if term == "age":
        return _("matériel de %(n)s ans en moyenne") % {"n": decimal((need.age_days or 0) / 365.25)}
    rate = need.faults * 100 / need.devices if need.devices else 0
    return _("%(n)s pannes pour 100 appareils en un an") % {"n": decimal(rate)}
