"""What we hold of what is given to pupils, for « Mes données »."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell
from families.models import Child
from resources.assignments.models import (
    Assignment,
    AssignmentPupil,
    Progress,
    PupilGroup,
    PupilGroupMember,
)


def given(user: User) -> Iterator[Section]:
    """Tell what one's children were given and did, and what a teacher gave.

    The names of groups are told to parents: the teacher gave them knowing that pupils do not
    read them.
    """
    own = Child.objects.of_guardian(user).values("pk")
    children = Child.objects.filter(Q(pk__in=own) | Q(pupil_account__user=user)).values("pk")
    kept = _("Jusqu’à la fin de l’année scolaire.")
    yield Section(
        "a-faire",
        _("Le travail donné en classe"),
        _("Pour que l’enseignant sache où en est chacun."),
        kept,
        tell(
            Progress.objects.filter(child__in=children)
            .select_related("child", "item__assignment", "item__resource")
            .order_by("-opened_at", "-pk"),
            lambda row: f"{row.child.given_name} · {row.item.resource.title}",
            ("item", _("Donné sous le titre"), "item.assignment.title"),
            ("opened_at", _("Ouvert le")),
            ("finished_at", _("Terminé le")),
        )
        + tell(
            AssignmentPupil.objects.filter(child__in=children)
            .select_related("child", "assignment")
            .order_by("-assignment__due_on", "-pk"),
            lambda row: f"{row.child.given_name} · {row.assignment.title}",
            ("due", _("Donné pour le"), "assignment.due_on"),
        )
        + tell(
            PupilGroupMember.objects.filter(child__in=own)
            .select_related("child", "group__class_group")
            .order_by("group", "pk"),
            lambda row: f"{row.child.given_name} · {row.group.name}",
            ("group", _("Groupe de la classe"), "group.class_group.name"),
        ),
        order=67,
    )
    yield Section(
        "travail-donne",
        _("Ce que vous avez donné à vos élèves"),
        _("Pour préparer et suivre la semaine."),
        kept,
        tell(
            Assignment.objects.filter(author=user)
            .select_related("class_group")
            .order_by("-given_at", "-pk"),
            lambda row: row.title,
            ("class_group", _("Classe"), "class_group.name"),
            ("given_at", _("Donné le")),
            ("starts_on", _("À partir du")),
            ("due_on", _("À faire pour le")),
            ("note", _("Consigne")),
            ("state", _("État")),
        )
        + tell(
            PupilGroup.objects.filter(class_group__teachers=user)
            .select_related("class_group")
            .order_by("class_group", "name", "pk"),
            lambda row: row.name,
            ("class_group", _("Classe"), "class_group.name"),
        ),
        order=68,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "assignments",
        given,
        "assignments.Assignment",
        "assignments.AssignmentPupil",
        "assignments.Progress",
        "assignments.PupilGroupMember",
    )
    not_collected(
        "Compte les accès d’une licence jour par jour ; ce que l’élève en a fait est dit ailleurs.",
        "assignments.Seat",
    )
