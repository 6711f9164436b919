"""The papers of registrations as documents that serve again: kinds, which requests use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.document_kinds import Kind, Use
from core.documents import Document, about_child
from enrolment.registration.models import OPEN, Application, Proof, ProofKind, State
from enrolment.registration.rules import DOMICILE_FRESH_MONTHS

#: Papers about one child, which do not serve another.
PERSONAL = frozenset({ProofKind.CHILD_IDENTITY, ProofKind.VACCINATION, ProofKind.AUTHORITY})
#: Papers written for one request: they serve no other.
SINGLE = frozenset({ProofKind.MOTIVE, ProofKind.OTHER})
#: Requests whose papers may not be taken away.
_LIVE = (*OPEN, State.DRAFT)


def code_of(kind: str) -> str:
    """Return the kind of document that a proof of this kind is."""
    return f"proof.{kind}"


def about(kind: str, application: Application) -> str:
    """Return whom a paper is about: the child, or nobody in particular."""
    return about_child(application.child_id) if kind in PERSONAL else ""


def kinds() -> list[Kind]:
    """Return the kinds of documents registrations know."""
    scanned = Kind("registration.paper", _("Formulaire d’inscription sur papier"))
    return [scanned] + [
        Kind(
            code_of(kind),
            kind.label,
            valid_months=DOMICILE_FRESH_MONTHS if kind == ProofKind.DOMICILE else None,
            kept=kind not in SINGLE,
            personal=kind in PERSONAL,
        )
        for kind in ProofKind
    ]


def reusable(owner: User, application: Application, kind: str) -> list[Document]:
    """Return what somebody has sent before and that may serve here, newest first."""
    used = application.proofs.filter(document__isnull=False).values("document")
    serving = Document.objects.kept_by(owner).serving(code_of(kind), about(kind, application))
    return list(serving.exclude(pk__in=used)[:3])


def uses(documents: Iterable[Document]) -> dict[int, list[Use]]:
    """Return the applications that documents serve, in one query."""
    found: dict[int, list[Use]] = defaultdict(list)
    proofs = (
        Proof.objects.filter(document__in=[document.pk for document in documents])
        .select_related("application__child")
        .order_by("-application__created_at", "pk")
    )
    for proof in proofs:
        application = proof.application
        if proof.document_id is None or application.state == State.WITHDRAWN:
            continue
        found[proof.document_id].append(
            Use(
                label=_("Inscription de %(name)s (%(reference)s)")
                % {"name": application.child.given_name, "reference": application.reference},
                url=reverse("registration:application", args=[application.reference]),
                needed=application.state in _LIVE,
            )
        )
    return found
