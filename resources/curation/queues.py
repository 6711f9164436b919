"""What awaits the editors: four queues, with their counts."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from core.accounts.models import User
from resources.curation.models import Problem, Proposal, Review, Suggestion


@dataclass(frozen=True)
class Queue:
    """A queue as its tab shows it."""

    name: str
    label: str
    count: int
    url: str


def queues_for(user: User) -> list[Queue]:
    """Return the queues of an editor. Four counts, whatever they hold."""
    problems = Problem.objects.visible_to(user).waiting()
    return [
        Queue(
            "suggestions",
            _("Suggestions"),
            Suggestion.objects.visible_to(user).waiting().count(),
            reverse("curation:suggestions"),
        ),
        Queue(
            "problems",
            _("Problèmes signalés"),
            problems.order_by().values("resource").distinct().count(),
            reverse("curation:problems"),
        ),
        Queue(
            "reviews",
            _("Avis signalés"),
            Review.objects.visible_to(user).reported().count(),
            reverse("curation:reviews"),
        ),
        Queue(
            "proposals",
            _("Collections proposées"),
            Proposal.objects.visible_to(user).waiting().count(),
            reverse("curation:proposals"),
        ),
    ]
