"""At the desk: an account for a guardian who has none, and a way back in for one who has."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.accounts import actions as accounts
from core.accounts.actions import Issued, citizens
from core.accounts.citizen.civil import CivilStatus
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import become_guardian
from families.models import Guardian, Invitation


@transaction.atomic
def open_for_guardian(*, by: Actor, guardian: Guardian) -> Issued:
    """Open an account for a guardian known to the city, and bind it to them.

    A pending invitation stops working: there is one way in. Raises RuleBroken
    ``has_account`` when this guardian already has one.
    """
    guardian = Guardian.objects.select_for_update().get(pk=guardian.pk)
    if guardian.user_id is not None:
        raise RuleBroken("has_account", _("Cette personne a déjà un compte."))
    issued = accounts.open_desk_account(
        by=by,
        given_name=guardian.given_name,
        family_name=guardian.used_name or guardian.family_name,
        language=guardian.language,
    )
    guardian.user = issued.user
    guardian.save(update_fields=["user"])
    become_guardian(issued.user)
    Invitation.objects.filter(guardian=guardian, used_at=None, revoked_at=None).update(
        revoked_at=issued.record.created_at
    )
    journal.record(by, "guardian.desk_account", guardian, user=issued.user.pk)
    return issued


def reissue_for_guardian(*, by: Actor, guardian: Guardian) -> Issued:
    """Draw a new activation code; raises RuleBroken ``no_account``, ``already_active``."""
    return accounts.reissue_activation(by=by, user=_user_of(guardian))


def give_back_access(
    *, by: Actor, guardian: Guardian, identity_seen: str, drops_second_factor: bool = False
) -> Issued:
    """Draw a recovery code once identity was seen; see ``core.accounts.actions``."""
    return accounts.issue_recovery(
        by=by,
        user=_user_of(guardian),
        identity_seen=identity_seen,
        drops_second_factor=drops_second_factor,
    )


def verify_identity(*, by: Actor, guardian: Guardian, civil: CivilStatus, seen: str) -> None:
    """Note the civil status read on a document; see ``core.accounts.actions.citizens``."""
    citizens.verify_identity(by=by, user=_user_of(guardian), civil=civil, seen=seen)


def _user_of(guardian: Guardian) -> User:
    user: User | None = User.objects.filter(guardian=guardian).first()
    if user is None:
        raise RuleBroken("no_account", _("Cette personne n’a pas encore de compte."))
    return user
