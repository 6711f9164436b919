"""What we hold of the people who handle devices."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import FleetEvent, HandOut, Incident, IncidentFollower, IncidentNote
from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell


def fleet(user: User) -> Iterator[Section]:
    """Tell devices entrusted, faults reported or repaired, acts on the fleet."""
    yield Section(
        "materiel",
        _("Matériel informatique"),
        _("Pour savoir où est le matériel, et le réparer."),
        _("Un an après le retour ; les pannes, trois ans ; l’histoire du matériel, cinq ans."),
        tell(
            HandOut.objects.filter(Q(teacher=user) | Q(handed_by=user)).order_by("-handed_at"),
            lambda _row: _("Prêt de matériel"),
            ("state", _("État")),
            ("handed_at", _("Remis le")),
            ("due_on", _("À rendre le")),
            ("closed_at", _("Rendu le")),
        )
        + tell(
            Incident.objects.filter(
                Q(reporter=user) | Q(handler=user) | Q(entered_by=user)
            ).order_by("-reported_at"),
            str,
            ("kind", _("Panne")),
            ("description", _("Précisions")),
            ("reported_at", _("Signalée le")),
            ("state", _("État")),
        )
        + tell(
            IncidentNote.objects.filter(Q(author=user) | Q(assignee=user)).order_by("-at", "-pk"),
            lambda row: row.get_kind_display(),
            ("text", _("Précisions")),
            ("at", _("Le")),
        )
        + tell(
            IncidentFollower.objects.filter(user=user).order_by("-at", "-pk"),
            lambda _row: _("Panne signalée après quelqu’un d’autre"),
            ("at", _("Le")),
        )
        + tell(
            FleetEvent.objects.filter(actor=user).order_by("-at", "-pk"),
            lambda row: row.get_kind_display(),
            ("at", _("Le")),
            ("via", _("Par")),
        ),
        order=67,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme que l’agent qui a mis à jour un contrat ; son acte est au journal.",
        "classrooms.LineChange",
    )
    not_collected(
        "Ne nomme qu’un agent qui importe pour la ville ; son acte est au journal.",
        "classrooms.ImportRun",
    )
    register_collector(
        "classrooms",
        fleet,
        "classrooms.HandOut",
        "classrooms.Incident",
        "classrooms.IncidentNote",
        "classrooms.IncidentFollower",
        "classrooms.FleetEvent",
    )
