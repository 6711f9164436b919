"""What awaits people in the catalogue, for their home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard
from resources.catalogue.access import EDITORS, TEACHING
from resources.catalogue.models import Resource


def cards(user: User) -> Iterator[HomeCard]:
    """Yield a person's cards."""
    if user.has_role(*TEACHING, Role.PUPIL):
        yield HomeCard(
            title=_("Trouver une ressource"),
            text=_("Jeux, vidéos, fiches et leçons, de la petite section au CM2."),
            url=reverse("catalogue:search"),
            action=_("Chercher"),
            icon="search",
            order=60,
        )
    if user.has_role(*EDITORS):
        waiting = Resource.objects.filter(state=Resource.State.PROPOSED).count()
        if waiting:
            yield HomeCard(
                title=_("Ressources proposées"),
                text=ngettext(
                    "%(n)d ressource attend votre avis.",
                    "%(n)d ressources attendent votre avis.",
                    waiting,
                )
                % {"n": waiting},
                url=reverse("catalogue:manage") + "?etat=proposed",
                action=_("Les examiner"),
                tone="waiting",
                count=waiting,
                icon="books",
                order=40,
            )
