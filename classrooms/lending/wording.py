"""What a borrower agrees to, word for word. A new wording gets a new number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from django.conf import settings

from classrooms.models import HandOut
from core.dates import date_format

#: Number of the wording; what was signed keeps its own words and their fingerprint.
VERSION = 1

_ARTICLES = (
    (
        "Le matériel appartient à la Ville. Il sert à l’enseignement ; il ne se prête pas plus "
        "loin, ne se loue pas et ne se vend pas."
    ),
    (
        "L’emprunteur en prend soin, ne l’ouvre pas, laisse en place son étiquette et les "
        "réglages qui le protègent."
    ),
    (
        "Une panne, une perte ou un vol se signale le jour même, en scannant l’étiquette ou par "
        "téléphone. Un vol fait l’objet d’une plainte, dont la Ville reçoit copie."
    ),
    "L’usure normale et les pannes sont à la charge de la Ville.",
    (
        "Le matériel est rendu complet, avec son chargeur, au plus tard à la date indiquée, et "
        "plus tôt si l’emprunteur quitte l’école."
    ),
)


def agreed_text(hand_outs: Sequence[HandOut]) -> str:
    """Return what is agreed for these hand-outs (one holder's), in French, line by line.

    The same devices with the same people give the same text, to the letter.
    """
    first = hand_outs[0]
    lines = [
        f"La Ville de {settings.CITY_NAME} prête à {first.holder_name} ({first.school}) :",
    ]
    said = ""
    for hand_out in sorted(hand_outs, key=lambda row: (row.cart_id or 0, row.due_on, row.pk)):
        items = hand_out.items.out().select_related("device__model").order_by("slot", "device")
        due = date_format(hand_out.due_on, "j F Y")
        what = f"Le chariot {hand_out.cart.name} et son contenu" if hand_out.cart else "Le matériel"
        if (title := f"{what}, à rendre le {due} :") != said:
            lines.append(title)
        said = title
        for item in items:
            place = f", emplacement {item.slot}" if item.slot else ""
            device = item.device
            lines.append(
                f"- {device.asset_tag} : {device.model}, numéro de série {device.serial}{place}"
            )
    lines.append("L’emprunteur s’engage ainsi :")
    lines += [f"{number}. {article}" for number, article in enumerate(_ARTICLES, start=1)]
    return re.sub(r" (?=[:;])", "\u00a0", "\n".join(lines))


def fingerprint(text: str) -> str:
    """Return what tells one text from any other: SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
