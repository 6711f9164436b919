"""What a family's file is made of, in the eyes of the journal, and how to say it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.trace import Subjects, register_subjects, register_words
from families.models import Child, Guardian, HealthCarePlan, IncomeFile

_READS = {
    "income": _("le quotient familial"),
    "custody": _("les informations sur la séparation"),
    "address": _("l’adresse protégée"),
    "health_plan": _("le PAI"),
    "health_care_plans": _("le PAI"),
    "diet": _("le régime et les allergies"),
    "emergency": _("les contacts d’urgence"),
    "pickup": _("les personnes qui viennent chercher l’enfant"),
    "photos": _("les réponses sur les photos"),
    "family": _("la page de la famille"),
    "health": _("les informations de santé"),
    "document": _("un document"),
    "application": _("la demande d’inscription"),
    "applications": _("les demandes d’inscription"),
    "my_data": _("les données tenues sur vous"),
}
_REASONS = {
    "meals": _("pour préparer les repas"),
    "emergency": _("pour une urgence"),
    "outing": _("pour préparer une sortie ou une activité"),
    "release": _("pour remettre l’enfant à la sortie"),
    "file": _("pour mettre le dossier à jour"),
    "family_question": _("pour répondre à la famille"),
    "family_sheet": _("en ouvrant la fiche de la famille"),
    "check": _("pour vérifier la déclaration"),
    "claim": _("pour répondre à une demande de rattachement"),
    "objection": _("pour traiter une opposition"),
    "rulings": _("pour appliquer une décision de justice"),
    "decide": _("pour répondre à la demande"),
    "erasure": _("pour répondre à votre demande d’effacement"),
    "rectification": _("pour répondre à votre demande de correction"),
}
_THINGS = {
    "families.child": _("le dossier de l’enfant"),
    "families.guardian": _("vos coordonnées"),
    "families.household": _("votre foyer"),
    "families.incomefile": _("le quotient familial"),
    "families.healthcareplan": _("le PAI"),
    "accounts.user": _("votre compte"),
}


def subjects(user: User) -> Iterator[Subjects]:
    """Return one's own rows; never the other parent's household, contact or quotient."""
    guardian = Guardian.objects.filter(user=user).first()
    if guardian is None:
        return
    children = dict(Child.objects.of_guardian(user).values_list("pk", "given_name"))
    yield Subjects("families.child", {str(pk): name for pk, name in children.items()})
    yield Subjects("families.guardian", {str(guardian.pk): ""})
    yield Subjects("families.household", {str(guardian.household_id): ""})
    files = IncomeFile.objects.filter(household=guardian.household_id).values_list("pk", flat=True)
    yield Subjects("families.incomefile", dict.fromkeys(map(str, files), ""))
    plans = HealthCarePlan.objects.filter(child__in=children).values_list("pk", "child")
    yield Subjects("families.healthcareplan", {str(pk): children[child] for pk, child in plans})


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_subjects(subjects)
    register_words(reads=_READS, reasons=_REASONS, things=_THINGS)
