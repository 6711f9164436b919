"""Work of the families app outside a request: ids in, an action called, safe to repeat."""

from __future__ import annotations

from celery import shared_task

from core.journal import SYSTEM
from families.actions import exports, merging, quotients, reminders
from families.actions.duplicates import find_duplicates
from families.actions.health import remind_plans
from families.actions.mandates import close_assistance
from families.actions.moves import follow_moves
from families.desk.index import catch_up_all


@shared_task(name="families.follow_moves")  # type: ignore[untyped-decorator]
def moves() -> int:
    """Put announced addresses in force whose day has come; nightly, harmless to repeat."""
    return follow_moves()


@shared_task(name="families.remind_plans")  # type: ignore[untyped-decorator]
def plans() -> int:
    """Remind parents of care plans that end soon, once each."""
    return remind_plans()


@shared_task(name="families.close_assistance")  # type: ignore[untyped-decorator]
def assistance() -> dict[str, int]:
    """End mandates and sessions that ran out, warn of those about to; every few minutes."""
    return close_assistance()


@shared_task(name="families.fetch_quotient")  # type: ignore[untyped-decorator]
def fetch_quotient(pk: int) -> str:
    """Ask the CAF for one household's quotient."""
    return quotients.fetch(pk)


@shared_task(name="families.sweep_quotients")  # type: ignore[untyped-decorator]
def sweep_quotients() -> int:
    """Take up requests that a lost task or a dead worker left."""
    return quotients.sweep()


@shared_task(name="families.remind_income")  # type: ignore[untyped-decorator]
def remind_income() -> int:
    """Remind families whose quotient ends with the school year."""
    return reminders.remind()


@shared_task(name="families.catch_up_search")  # type: ignore[untyped-decorator]
def catch_up_search() -> int:
    """Write anew the search entries of whoever's name, number or date has changed."""
    return catch_up_all()


@shared_task(name="families.find_duplicates")  # type: ignore[untyped-decorator]
def duplicates() -> dict[str, int]:
    """Propose files that look like one person's; nightly, harmless to repeat."""
    return find_duplicates()


@shared_task(name="families.settle_merges")  # type: ignore[untyped-decorator]
def settle_merges() -> int:
    """Bring over what pages under way wrote for files merged since."""
    return sum(merging.settle(by=SYSTEM, done=done) for done in merging.to_settle())


@shared_task(name="families.make_export")  # type: ignore[untyped-decorator]
def make_export(pk: int) -> str:
    """Make one long list of families."""
    return exports.LISTS.make(pk)


@shared_task(name="families.sweep_exports")  # type: ignore[untyped-decorator]
def sweep_exports() -> int:
    """Take up lists that lost their worker; drop the files of yesterday's."""
    return exports.LISTS.sweep()
