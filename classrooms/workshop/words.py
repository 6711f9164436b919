"""What the workshop's rules find, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.workshop.rules import Worth
from core.money import format_euros


def explain(worth: Worth) -> list[str]:
    """Return why to mend or to replace, in a few sentences, the advice last."""
    said = [
        _("La réparation revient à %(cost)s.") % {"cost": format_euros(worth.repair_cents)},
        ngettext(
            "Un appareil neuf coûte %(price)s pour %(life)d mois ; il reste %(left)d mois à "
            "celui-ci, qui vaut %(worth)s.",
            "Un appareil neuf coûte %(price)s pour %(life)d mois ; il reste %(left)d mois à "
            "celui-ci, qui vaut %(worth)s.",
            worth.months_left,
        )
        % {
            "price": format_euros(worth.price_cents),
            "life": worth.life_months,
            "left": worth.months_left,
            "worth": format_euros(worth.worth_cents),
        },
        _("On répare jusqu’à %(limit)s.") % {"limit": format_euros(worth.limit_cents)},
    ]
    if worth.advice == "claim":
        said.append(_("Il est sous garantie : demandez d’abord au fabricant."))
    elif worth.advice == "repair":
        said.append(_("Mieux vaut le réparer."))
    else:
        said.append(_("Mieux vaut le remplacer."))
    return said
