"""What awaits editors about costs, for their home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accounts.models import User
from core.home import HomeCard
from resources.catalogue.access import EDITORS
from resources.figures import costs
from resources.figures.models import Subscription


def cards(user: User) -> Iterator[HomeCard]:
    """Yield a person's cards."""
    if user.has_role(*EDITORS):
        ending = costs.ending_soon(Subscription.objects.visible_to(user)).count()
        if ending:
            yield HomeCard(
                title=_("Abonnements à renouveler ou non"),
                text=ngettext(
                    "%(n)d abonnement finit dans les quatre mois.",
                    "%(n)d abonnements finissent dans les quatre mois.",
                    ending,
                )
                % {"n": ending},
                url=reverse("figures:costs"),
                action=_("Voir ce qu’ils servent"),
                tone="waiting",
                count=ending,
                icon="euro",
                order=70,
            )
