"""The home page: a welcome for visitors, what awaits them for everybody else."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access import ANYONE, allow
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard, cards_for

#: Headings of the groups, in the order in which they are shown, by tone of card.
GROUPS = [
    ("urgent", _("À faire sans tarder")),
    ("waiting", _("En attente")),
    ("plain", _("Ce qui vous attend")),
    ("done", _("C’est fait")),
]
#: The same to a pupil, who is a child.
FOR_CHILDREN = {"waiting": _("À ne pas oublier"), "plain": _("Pour toi")}


def grouped(
    cards: list[HomeCard], *, child: bool = False
) -> list[tuple[str, object, list[HomeCard]]]:
    """Gather cards by tone, the most pressing group first; within one, their own order."""
    said = FOR_CHILDREN if child else {}
    headings = [(tone, said.get(tone, heading)) for tone, heading in GROUPS]
    tones = [tone for tone, _heading in GROUPS]

    def rank(card: HomeCard) -> int:
        return tones.index(card.tone) if card.tone in tones else tones.index("plain")

    ranked = sorted(cards, key=rank)
    return [(*headings[place], list(members)) for place, members in groupby(ranked, key=rank)]


@allow(ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Show visitors what the service is for, and everybody else what awaits them."""
    if not isinstance(request.user, User):
        return render(request, "portal/welcome.html")
    cards = cards_for(request.user)
    child = request.user.has_role(Role.PUPIL)
    context = {
        "cards": cards,
        "child": child,
        "groups": grouped(cards, child=child),
        "pressing": sum(1 for card in cards if card.tone == "urgent"),
        "today": clock.today(),
    }
    return render(request, "portal/home.html", context)
