"""The pupil one can be in the demo: Lina's card and her three pictures, published on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

#: Secret of Lina's card: known to all, hence planted by the demo's seeder only.
LINA_TOKEN = "demo-lina-carte-CM1"  # noqa: S105
LINA_PICTURES = ("chat", "bateau", "soleil")


@dataclass(frozen=True)
class DemoCard:
    """What the demo's page shows so that one can sign in as a pupil."""

    name: str
    token: str
    pictures: tuple[str, ...]


def demo_card() -> DemoCard | None:
    """Return the pupil to be in the demo, or None outside it and once the card was replaced."""
    from resources.workspace.actions import account_of_card

    if not settings.DEMO:
        return None
    account = account_of_card(LINA_TOKEN)
    if account is None:
        return None
    return DemoCard(account.user.get_full_name(), LINA_TOKEN, LINA_PICTURES)
