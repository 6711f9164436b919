"""What awaits people about resources, for their home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accounts.models import User
from core.home import HomeCard
from resources.catalogue.access import EDITORS
from resources.curation.queues import queues_for


def cards(user: User) -> Iterator[HomeCard]:
    """Yield an editor's card: what teachers and pupils sent, all queues together."""
    if not user.has_role(*EDITORS):
        return
    waiting = [queue for queue in queues_for(user) if queue.count]
    total = sum(queue.count for queue in waiting)
    if not total:
        return
    parts = " · ".join(f"{queue.label} ({queue.count})" for queue in waiting)
    yield HomeCard(
        title=_("Envoyés par les écoles"),
        text=ngettext(
            "%(n)d envoi attend une réponse : %(parts)s.",
            "%(n)d envois attendent une réponse : %(parts)s.",
            total,
        )
        % {"n": total, "parts": parts},
        url=waiting[0].url,
        action=_("Répondre"),
        tone="waiting",
        count=total,
        icon="inbox",
        order=42,
    )
