"""Closing one's own account: two weeks to think again, then nobody signs in with it any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.rights.forgetting import forget_users
from core.rights.models import AccountClosing

#: Time to undo it.
GRACE = dt.timedelta(days=14)

_before_closing: list[Callable[[User], None]] = []


def register_before_closing(let_go: Callable[[User], None]) -> None:
    """Let an app let go of an account that is about to be emptied; from ``ready``."""
    if let_go not in _before_closing:
        _before_closing.append(let_go)


def let_go_of(user: User) -> None:
    """Have every app let go of an account, then empty it."""
    for let_go in _before_closing:
        let_go(user)
    forget_users(User.objects.filter(pk=user.pk))


def refuse_staff(user: User) -> None:
    """Raise RuleBroken ``staff``: an agent's account belongs to the post, and ends with it."""
    if user.is_staff_member:
        raise RuleBroken(
            "staff",
            _("Votre compte sert à votre travail : l’administration du portail le ferme."),
        )


def pending(user: User) -> AccountClosing | None:
    """Return the closing under way, if any."""
    return AccountClosing.objects.filter(
        user=user, undone_at__isnull=True, done_at__isnull=True
    ).first()


def plan_closing(*, by: Actor, user: User) -> AccountClosing:
    """Close an account in two weeks; asking again changes nothing. Raises as refuse_staff."""
    refuse_staff(user)
    known = pending(user)
    if known is not None:
        return known
    at = clock.now()
    try:
        with transaction.atomic():
            closing = AccountClosing.objects.create(user=user, effective_at=at + GRACE)
            journal.record(by, "account.close_ask", user, closing=closing.pk)
            outbox.queue(
                kind="rights_closing_planned",
                to=user,
                context={
                    "closes_on": clock.service_day(closing.effective_at),
                    "path": reverse("rights:close"),
                },
                dedupe_key=f"closing:{closing.pk}",
            )
    except IntegrityError:
        return AccountClosing.objects.get(user=user, undone_at__isnull=True, done_at__isnull=True)
    return closing


def undo_closing(*, by: Actor, user: User) -> bool:
    """Keep the account after all; tell whether there was something to undo."""
    with transaction.atomic():
        undone = AccountClosing.objects.filter(
            user=user, undone_at__isnull=True, done_at__isnull=True
        ).update(undone_at=clock.now())
        if undone:
            journal.record(by, "account.close_undo", user)
    return bool(undone)


def close_due() -> int:
    """Empty the accounts whose last day has come; safe to repeat."""
    due = AccountClosing.objects.filter(
        undone_at__isnull=True, done_at__isnull=True, effective_at__lte=clock.now()
    )
    return sum(_close(pk) for pk in list(due.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _close(pk: int) -> bool:
    closing = (
        AccountClosing.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=pk, undone_at__isnull=True, done_at__isnull=True)
        .first()
    )
    if closing is None:
        return False
    if closing.user.is_staff_member:
        # Somebody became an agent in between: the account is the post's now.
        closing.undone_at = clock.now()
        closing.save(update_fields=["undone_at"])
        return False
    journal.record(SYSTEM, "account.close", closing.user)
    let_go_of(closing.user)
    closing.done_at = clock.now()
    closing.save(update_fields=["done_at"])
    return True
