"""The catalogue's messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import outbox
from core.journal import Actor
from core.messaging.kinds import STAFF, Kind
from resources.catalogue.models import Resource

KINDS = (
    Kind(
        "search_alert",
        _("Nouvelles ressources pour vos recherches"),
        _("Ressources"),
        audience=STAFF,
    ),
    Kind(
        "catalogue_decision",
        _("Suite donnée à une ressource proposée"),
        _("Ressources"),
        grouped=True,
        audience=STAFF,
    ),
)
#: Decisions that the proposer is told.
_TOLD = {"validated", "draft", "withdrawn"}


def tell_proposer(resource: Resource, *, by: Actor, before: str, comment: str) -> None:
    """Tell who proposed a resource what was decided, in the caller's transaction.

    Only a decision on a proposal is told, and to nobody who took it themselves.
    """
    proposer = resource.proposed_by
    if proposer is None or before != Resource.State.PROPOSED or resource.state not in _TOLD:
        return
    if by.user is not None and by.user.pk == proposer.pk:
        return
    outbox.queue(
        kind="catalogue_decision",
        to=proposer,
        context={"record": resource, "decision": resource.state, "comment": comment},
        dedupe_key=f"catalogue_decision-{resource.pk}-{resource.revision}",
    )
