"""What an editor says of another catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.exchange.harvest.sources import EDITABLE
from resources.exchange.models import HarvestSource


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where a catalogue is read, in which form, and how far it is believed."""

    url = forms.URLField(
        label=_("Adresse OAI-PMH"),
        max_length=300,
        assume_scheme="https",
        help_text=_("L’adresse de base de l’entrepôt, sans « verb= »."),
    )

    class Meta:
        model = HarvestSource
        fields = EDITABLE
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("Le nom sous lequel vous la reconnaîtrez."),
            "prefix": _("Préférez le LOM : il dit les niveaux et les domaines."),
            "set_spec": _("Pour ne lire qu’une partie de la source ; vide pour tout lire."),
            "trusted": _("Ses notices complètes sont validées sans passer par vous."),
            "nightly": _("Après la première moisson acceptée."),
        }

    def facts(self) -> dict[str, Any]:
        """Return what was said, by field."""
        return {name: self.cleaned_data[name] for name in EDITABLE}
