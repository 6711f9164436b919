"""One paper in another's place, and one paper for several requests."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration import papers
from enrolment.registration.actions.family import add_proof
from enrolment.registration.models import OPEN, Application, Proof, State


@transaction.atomic
def reuse_proof(*, by: Actor, application: Application, kind: str, document: Document) -> Proof:
    """Let a document sent before serve this application too; repeated, the same proof.

    Raises RuleBroken ``not_reusable`` unless it is one's own, of that kind, about that child
    and still valid.
    """
    known: Proof | None = application.proofs.filter(kind=kind, document=document).first()
    if known is not None:
        return known
    owner = by.on_behalf_of or by.user
    serving = Document.objects.kept_by(owner).serving(  # type: ignore[arg-type]
        papers.code_of(kind), papers.about(kind, application)
    )
    # Locked, so that its owner does not delete it meanwhile.
    if (
        owner is None
        or serving.select_for_update(of=("self",)).filter(pk=document.pk).first() is None
    ):
        raise RuleBroken(
            "not_reusable", _("Ce document ne peut plus servir ici : envoyez-en un autre."), "file"
        )
    return add_proof(by=by, application=application, kind=kind, document=document)


def replace_document(by: Actor, old: Document, new: Document) -> None:
    """Let a new document serve the drafts and open applications that an old one serves."""
    proofs = (
        Proof.objects.select_for_update(of=("self",))
        .filter(document=old, application__state__in=[State.DRAFT, *OPEN])
        .order_by("pk")
    )
    for proof in proofs:
        proof.document = new
        proof.check_result = Proof.Check.WAITING
        proof.save(update_fields=["document", "check_result"])
        journal.record(
            by, "proof.replace", proof, application=proof.application_id, kind=proof.kind
        )
