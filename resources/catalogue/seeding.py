"""Demo data of the catalogue app."""

from core.seeding import SeedContext


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
