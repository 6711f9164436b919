"""What an erasure takes from core: the account and all that is its own."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.journal import Actor, JournalEntry
from core.rights.erasing import Line, register_erasure


def plan(user: User) -> Iterator[Line]:
    """Say what goes with the account, and what the journal keeps."""
    yield Line(
        _("Votre compte : nom, adresse, mot de passe, appareils, messages, choix, favoris"),
        goes=True,
    )
    acts = JournalEntry.objects.filter(actor=user).count()
    yield Line(
        _("Le journal des actes, sans votre nom : des numéros seulement"),
        goes=False,
        count=acts,
        until=_("six ans après chaque acte"),
        why=_("Il prouve ce qui a été fait, pour vous comme pour la ville."),
        source=_("RGPD, article 17.3.e"),
    )


def erase(user: User, by: Actor) -> None:
    """Take nothing here: the account goes last, once every app has let go of it."""


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_erasure("core", plan, erase)
