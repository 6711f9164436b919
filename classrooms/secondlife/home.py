"""What awaits people of the second life on their home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from core.accounts.models import User
from core.home import HomeCard


def cards(user: User) -> Iterator[HomeCard]:
    """Yield wipes to verify for whoever may verify them, decisions for managers."""
    if not user.has_role(*FLEET_STAFF):
        return
    from classrooms.secondlife.models import Wipe
    from classrooms.secondlife.queries.departures import pending

    waiting = Wipe.objects.visible_to(user).filter(
        ~Q(done_by=user) | Q(category="clear"), result="waiting"
    )
    count = waiting.count()
    if count:
        yield HomeCard(
            title=_("Effacements à vérifier"),
            text=ngettext(
                "%(count)d effacement attend une seconde personne.",
                "%(count)d effacements attendent une seconde personne.",
                count,
            )
            % {"count": count},
            url=reverse("secondlife:departures") + "?step=verify",
            action=_("Voir les appareils"),
            tone="waiting",
            count=count,
            icon="lock",
            order=31,
        )
    if user.has_role(*FLEET_MANAGERS) and (count := pending(user).count()):
        yield HomeCard(
            title=_("Réformes à décider"),
            text=_("Des appareils proposés sont à l’atelier : ouvrez une séance."),
            url=reverse("secondlife:sittings"),
            action=_("Voir les séances"),
            count=count,
            icon="archive",
            order=61,
        )
