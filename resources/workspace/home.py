"""What awaits people in the workspace, for their home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard
from enrolment.schools.models import ClassGroup, RollEntry
from resources.workspace.access import managed_classes
from resources.workspace.models import ClassNote, PupilAccount


def cards(user: User) -> Iterator[HomeCard]:
    """Yield a person's cards."""
    if user.has_role(Role.PUPIL):
        yield _pupil_card(user)
    if user.has_role(Role.TEACHER, Role.HEAD_TEACHER):
        yield from _teacher_cards(user)


def _pupil_card(user: User) -> HomeCard:
    notes = ClassNote.objects.visible_to(user).count()
    return HomeCard(
        title=_("Ma classe"),
        text=_("Les mots de la classe, tes thèmes et tes favoris."),
        url=reverse("workspace:my_class"),
        action=_("Entrer"),
        icon="class",
        count=notes or None,
        order=10,
    )


def _teacher_cards(user: User) -> Iterator[HomeCard]:
    active = PupilAccount.objects.filter(
        child=OuterRef("child"), class_group=OuterRef("class_group"), state="active"
    )
    waiting = dict(
        RollEntry.objects.current()
        .filter(~Q(Exists(active)), class_group__in=managed_classes(user).values("pk"))
        .order_by("class_group")
        .values_list("class_group")
        .annotate(number=Count("pk"))
    )
    locked = (
        PupilAccount.objects.filter(
            class_group__in=managed_classes(user).values("pk"),
            state="active",
            locked_at__isnull=False,
        )
        .order_by("class_group")
        .values_list("class_group", flat=True)
    )
    blocked = list(locked)
    if blocked:
        yield HomeCard(
            title=_("Codes d'élèves bloqués"),
            text=ngettext(
                "%(n)d élève s'est trompé trop souvent : redonnez-lui un code.",
                "%(n)d élèves se sont trompés trop souvent : redonnez-leur un code.",
                len(blocked),
            )
            % {"n": len(blocked)},
            url=reverse("workspace:class_page", kwargs={"pk": blocked[0]}),
            action=_("Voir la classe"),
            tone="urgent",
            count=len(blocked),
            icon="lock",
            order=30,
        )
    if waiting and user.has_role(Role.TEACHER):
        own = ClassGroup.objects.filter(pk__in=waiting, teachers=user).order_by("pk").first()
        if own is not None:
            number = waiting[own.pk]
            yield HomeCard(
                title=_("Comptes d'élèves à activer"),
                text=ngettext(
                    "%(n)d élève de %(class)s n'a pas encore son accès aux ressources.",
                    "%(n)d élèves de %(class)s n'ont pas encore leur accès aux ressources.",
                    number,
                )
                % {"n": number, "class": own.name},
                url=reverse("workspace:class_page", kwargs={"pk": own.pk}),
                action=_("Activer"),
                tone="waiting",
                count=number,
                icon="key",
                order=40,
            )
