"""Demo data of the payments app."""

from core.seeding import SeedContext
from payments.seeding_bills import seed_bills
from payments.seeding_tariffs import seed_tariffs


def seed(ctx: SeedContext) -> None:
    """Write the tariffs in force around ``ctx.today``, before anything is priced."""
    seed_tariffs(ctx)


def seed_late(ctx: SeedContext) -> None:
    """Bill the months that lie behind, once meals have been served."""
    seed_bills(ctx)
