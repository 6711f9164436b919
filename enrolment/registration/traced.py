"""What of a family's requests the journal speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import acting
from core.accounts.models import User
from core.rights.trace import Subjects, register_subjects, register_words
from enrolment.registration.models import Application, Proof
from families.models import Child, Guardian


def subjects(user: User) -> Iterator[Subjects]:
    """Return requests about one's children, and the proofs of one's own household."""
    guardian = Guardian.objects.filter(user=user).first()
    if guardian is None:
        return
    seen = Application.objects.filter(
        Q(child__in=Child.objects.of_guardian(user).values("pk")) & ~Q(state="draft")
        | Q(applicant=guardian)
    )
    rows = list(seen.values_list("pk", "child__given_name", "household").order_by("pk"))
    yield Subjects("registration.application", {str(pk): name for pk, name, _home in rows})
    own = {pk: name for pk, name, home in rows if home == guardian.household_id}
    proofs = Proof.objects.filter(application__in=own).values_list("pk", "application", "document")
    told = list(proofs.order_by("pk"))
    yield Subjects("registration.proof", {str(pk): own[key] for pk, key, _doc in told})
    yield Subjects("core.document", {str(doc): own[key] for _pk, key, doc in told if doc})


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_subjects(subjects)
    register_words(
        things={
            "registration.application": _("la demande d’inscription"),
            "registration.proof": _("un justificatif"),
            "core.document": _("un document"),
        }
    )
    acting.describe_acts(
        {
            "application.take": _("Demande d’inscription prise en charge"),
            "application.accepted": _("Demande d’inscription acceptée"),
            "application.refused": _("Demande d’inscription refusée"),
            "application.incomplete": _("Document demandé"),
            "proof.check": _("Justificatif vérifié"),
            "proof.ask": _("Document demandé"),
            "certificate.issue": _("Certificat d’inscription délivré"),
            "income_file.check": _("Quotient familial vérifié"),
            "income_file.refuse": _("Quotient familial refusé"),
        }
    )
