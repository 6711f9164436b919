"""Why two files look alike, in words for an agent."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def reason_words(codes: Iterable[str]) -> list[str]:
    """Return the words of the reasons' codes (families.merging.likeness)."""
    words = {
        "same_names": _("mêmes noms"),
        "one_letter": _("une lettre de différence"),
        "names_swapped": _("prénom et nom inversés"),
        "same_birth_date": _("même date de naissance"),
        "swapped_date": _("jour et mois inversés"),
        "shared_guardian": _("même responsable"),
        "shared_child": _("même enfant"),
        "same_phone": _("même téléphone"),
        "same_email": _("même e-mail"),
    }
    return [words[code] for code in codes if code in words]
