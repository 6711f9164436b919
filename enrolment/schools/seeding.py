"""Demo data of the schools app."""

from core.seeding import SeedContext


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
