"""The register outlives an erasure: fifty years, reduced to what it must say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.journal import Actor
from core.rights.erasing import Line, register_erasure
from enrolment.schools.models import RollEntry
from families.models import Child


def plan(user: User) -> Iterator[Line]:
    """Say how many lines of the register stay."""
    lines = RollEntry.objects.filter(child__in=Child.objects.of_guardian(user).values("pk"))
    if count := lines.count():
        yield Line(
            _("Le registre des écoles : nom de l’enfant, dates, école"),
            goes=False,
            count=count,
            until=_("cinquante ans"),
            why=_("C’est une archive publique."),
            source=_("Code du patrimoine, article L212-2 ; instruction DAF DPACI/RES/2005/003"),
        )


def erase(user: User, by: Actor) -> None:
    """Take nothing: the register goes by itself after its years."""


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_erasure("schools", plan, erase)
