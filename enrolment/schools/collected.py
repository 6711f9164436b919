"""What we hold of children's schooling."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell
from enrolment.schools.models import RollEntry
from families.collected import children_of, for_guardians
from families.models import Guardian


@for_guardians
def schooling(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell the schools and classes of one's children."""
    yield Section(
        "scolarite",
        _("La scolarité de vos enfants"),
        _("Pour tenir le registre des écoles, que la loi impose."),
        _("Cinquante ans au registre ; la classe, un an après l’école."),
        tell(
            RollEntry.objects.filter(child__in=children_of(user))
            .select_related("child", "school", "school_year", "class_group")
            .order_by("-admitted_on", "-pk"),
            lambda row: f"{row.child.given_name}, {row.school_year}",
            ("school", _("École"), "school.name"),
            ("level", _("Niveau")),
            ("class_group", _("Classe"), lambda row: str(row.class_group or "")),
            ("admitted_on", _("Depuis")),
            ("left_on", _("Parti le")),
        ),
        order=52,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector("schools", schooling, "schools.RollEntry")
