"""The pupil one can be in the demo: Lina's card and her three pictures, published on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from resources.workspace import credentials
from resources.workspace.models import PupilAccount

#: Secret of Lina's card: known to all, hence planted by the demo's seeder only.
LINA_TOKEN = "demo-lina-carte-CM1"  # noqa: S105
LINA_PICTURES = ("chat", "bateau", "soleil")


@dataclass(frozen=True)
class DemoCard:
    """What the demo's page shows so that one can sign in as a pupil."""

    name: str
    token: str
    pictures: tuple[str, ...]


def demo_pictures(account: PupilAccount) -> tuple[str, ...]:
    """Return the pictures to show beside the grid: the demo's pupil's, in the demo only."""
    if settings.DEMO and credentials.same(
        account.code_digest, credentials.code_digest(account.pk, LINA_PICTURES)
    ):
        return LINA_PICTURES if account.card_digest == credentials.card_digest(LINA_TOKEN) else ()
    return ()


def demo_card() -> DemoCard | None:
    """Return the pupil to be in the demo, or None outside it and once the card was replaced."""
    from resources.workspace.actions import account_of_card

    if not settings.DEMO:
        return None
    account = account_of_card(LINA_TOKEN)
    if account is None:
        return None
    return DemoCard(account.user.get_full_name(), LINA_TOKEN, LINA_PICTURES)
