"""What of a quotient awaits a parent: one to send again, one that ends, one that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.accounts.models import User
from core.home import HomeCard
from families.income.rules import end_of_validity
from families.income.terms import terms_on
from families.models import Guardian, IncomeFile


def cards(user: User) -> Iterator[HomeCard]:
    """Return the one thing to do about one's household's quotient, if there is one."""
    guardian = Guardian.objects.filter(user=user).first()
    if guardian is None:
        return
    files = list(
        IncomeFile.objects.visible_to(user)
        .filter(household=guardian.household_id)
        .order_by("-declared_at", "-pk")[:12]
    )
    if not files or any(file.is_waiting for file in files):
        return
    today = clock.today()
    text = ""
    if files[0].refused_at is not None:
        title = _("Votre quotient familial est à refaire")
        text = _("La raison est écrite sur la page ; deux minutes suffisent.")
    else:
        terms = terms_on(today)
        lasting = end_of_validity(today, terms)
        checked = [file for file in files if file.checked_at is not None]
        if any(file.valid_until is None or file.valid_until >= lasting for file in checked):
            return
        if not any(file.in_force(today) for file in checked):
            title = _("Votre quotient familial n’est plus valable")
            text = _("Le tarif le plus élevé s’applique en attendant le nouveau.")
        elif (max(f.valid_until for f in checked if f.valid_until) - today).days < (
            terms.remind_days
        ):
            title = _("Renouvelez votre quotient familial avant la rentrée")
            text = _("Sans lui, le tarif le plus élevé s’appliquera.")
        else:
            return
    yield HomeCard(
        title=title,
        text=text,
        url=reverse("families:income"),
        action=_("Y aller"),
        tone="waiting",
        icon="euro",
        order=25,
    )
