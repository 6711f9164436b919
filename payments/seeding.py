"""Demo data of the payments app."""

from core.seeding import SeedContext


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
