"""A class as its teacher sees it: every pupil on the roll, with the account's state."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from enrolment.schools.models import ClassGroup, RollEntry
from families.models import Child
from resources.workspace import rules
from resources.workspace.models import PupilAccount

STATUS_LABELS = {
    "none": _("À activer"),
    "locked": _("Bloqué : trop d'erreurs"),
    "no_card": _("Carte à imprimer"),
    "ready": pgettext_lazy("compte d'élève", "Prêt"),
    "to_choose": _("Code à choisir avec la carte"),
    "expired": _("Délai passé : redonner un code"),
}


@dataclass(frozen=True)
class Line:
    """A pupil of the class; ``account`` is None until it is activated."""

    child: Child
    level: str
    account: PupilAccount | None
    status: rules.Status

    @property
    def label(self) -> str:
        """The state in words."""
        return str(STATUS_LABELS[self.status.code])

    @property
    def is_active(self) -> bool:
        """True once an account is open."""
        return self.status.code != "none"


def lines(class_group: ClassGroup) -> list[Line]:
    """Return the class's pupils by given name. Two queries, whatever their number."""
    entries = (
        RollEntry.objects.current()
        .filter(class_group=class_group)
        .select_related("child")
        .order_by("child__given_name", "child__family_name", "pk")
    )
    accounts = {
        account.child_id: account
        for account in PupilAccount.objects.filter(class_group=class_group)
        .select_related("user")
        .order_by("pk")
    }
    return [_line(entry, accounts.get(entry.child_id)) for entry in entries]


def _line(entry: RollEntry, account: PupilAccount | None) -> Line:
    active = account is not None and account.state == PupilAccount.State.ACTIVE
    until = account.code_choice_until if account else None
    return Line(
        child=entry.child,
        level=entry.level,
        account=account if active else None,
        status=rules.status(
            active=active,
            locked=bool(account and account.is_locked),
            has_card=bool(account and account.card_digest),
            has_code=bool(account and account.code_digest),
            may_choose=until is not None and until >= clock.now(),
        ),
    )
