"""The catalogue's messages."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core import outbox
from core.accounts.models import User
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
    Kind("catalogue_interrupted", _("Enregistrement interrompu"), _("Ressources"), audience=STAFF),
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


def language_of(user: User | None) -> Any:
    """Return a context in which sentences are in somebody's language."""
    return translation.override(user.language if user else "fr")


def tell_interrupted(user: User | None, path: str, problem: str) -> None:
    """Tell somebody that what they had written by a worker was given up."""
    if user is not None:
        outbox.queue(
            kind="catalogue_interrupted", to=user, context={"path": path, "problem": problem}
        )
