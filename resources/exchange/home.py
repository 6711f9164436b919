"""What awaits an editor among other catalogues' notices."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accounts.models import User
from core.home import HomeCard
from resources.catalogue.access import EDITORS
from resources.exchange.models import HarvestedRecord, HarvestRun


def cards(user: User) -> Iterator[HomeCard]:
    """Yield the card of first readings to look at and of changes to accept."""
    if not user.has_role(*EDITORS):
        return
    runs = HarvestRun.objects.visible_to(user).filter(state="review").count()
    changes = HarvestedRecord.objects.visible_to(user).filter(state="waiting").count()
    if not runs + changes:
        return
    parts = []
    if runs:
        parts.append(
            ngettext("%(n)d première moisson", "%(n)d premières moissons", runs) % {"n": runs}
        )
    if changes:
        parts.append(
            ngettext("%(n)d notice modifiée", "%(n)d notices modifiées", changes) % {"n": changes}
        )
    yield HomeCard(
        title=_("Moissons à examiner"),
        text=_("À regarder avant d’enregistrer : %(what)s.") % {"what": ", ".join(parts)},
        url=reverse("exchange:sources"),
        action=_("Les examiner"),
        tone="waiting",
        count=runs + changes,
        icon="globe",
        order=41,
    )
