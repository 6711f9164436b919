"""Journal verbs in plain words, for the family's timeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from families.desk.timeline import register_timeline_words

_WORDS = {
    "guardian.add": _("Responsable ajouté"),
    "guardian.merge": _("Un dossier en double a été réuni à celui-ci"),
    "guardian.merged": _("Dossier réuni à un autre"),
    "guardian.merge_undo": _("Fusion de dossiers annulée"),
    "guardian.parted": _("Dossier séparé de nouveau"),
    "guardian.settle": _("Suite de la fusion de dossiers"),
    "child.merge": _("Un dossier en double a été réuni à celui-ci"),
    "child.merged": _("Dossier réuni à un autre"),
    "child.merge_undo": _("Fusion de dossiers annulée"),
    "child.parted": _("Dossier séparé de nouveau"),
    "child.settle": _("Suite de la fusion de dossiers"),
    "guardianship.add": _("Lien avec un enfant ajouté"),
    "invitation.send": _("Invitation envoyée"),
    "invitation.accept": _("Invitation acceptée"),
    "income_file.check": _("Quotient familial vérifié"),
    "income_file.refuse": _("Quotient familial refusé"),
    "income_file.declare": _("Quotient familial déclaré"),
    "income_file.replace": _("Déclaration de quotient remplacée"),
    "income_file.supersede": _("Déclaration remplacée par la réponse de la CAF"),
    "quotient.ask": _("Quotient familial demandé à la CAF, avec l’accord de la personne"),
    "quotient.found": _("Quotient familial reçu de la CAF"),
    "quotient.not_found": _("La CAF n’a pas de dossier"),
    "quotient.unknown": _("La CAF n’a pas reconnu l’identité"),
    "quotient.down": _("La CAF n’a pas répondu"),
    "quotient.supersede": _("Demande à la CAF remplacée par une déclaration vérifiée"),
    "income_reminder.queue": _("Rappel envoyé : quotient à renouveler"),
    "payer_rule.set": _("Payeur choisi"),
    "payer_rule.propose": _("Partage des frais proposé"),
    "payer_rule.agree": _("Partage des frais accepté"),
    "payer_rule.withdraw": _("Partage des frais retiré"),
    "application.take": _("Demande prise en charge par un agent"),
    "application.release": _("Demande rendue par un agent"),
    "application.incomplete": _("Pièce demandée pour l’inscription"),
    "application.accepted": _("Demande d’inscription acceptée"),
    "application.admitted": _("Enfant admis à l’école"),
    "application.refused": _("Demande d’inscription refusée"),
    "roll.enter": _("Inscrit dans une école"),
    "roll.place": _("Affecté à une classe"),
    "roll.leave": _("Sorti de l’école"),
    "meal_registration.create": _("Inscription à la cantine"),
    "meal_registration.change_week": _("Semaine habituelle de cantine changée"),
    "meal_registration.end": _("Fin de l’inscription à la cantine"),
    "read.custody": _("Fiche de la famille consultée"),
    "read.address": _("Adresse consultée"),
}


def register() -> None:
    """Register the words; called when the app starts."""
    register_timeline_words(_WORDS)
