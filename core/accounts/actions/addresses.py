"""What the old address of an account may do about a change of address it did not ask for.

The message about the change carries a link, good for a week. While the new address is not
confirmed the link calls the change off. Afterwards it gives nobody the account, for the old
mailbox may be one a former partner still reads: it shuts the doors that the change opened
(password, new address, passkeys, sessions), and the owner comes back with their citizen account
or with a letter from the town hall, which asks to see who they are.
"""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from core import journal, outbox
from core.accounts.actions import devices
from core.accounts.actions.posts import give_identifier
from core.accounts.models import User
from core.journal import Actor

KEEPS = dt.timedelta(days=7)
_SALT = "account.address.refuse"


def refusal_link(user: User, old: str) -> str:
    """Return the address of the page where the reader of ``old`` says: that was not me."""
    token = signing.dumps([str(user.public_id), old.lower()], salt=_SALT, compress=True)
    return settings.PUBLIC_URL + reverse("address_refuse", args=[token])


def refused_change(token: str) -> tuple[User, str] | None:
    """Return the account and the old address a link speaks of, while something can be undone."""
    try:
        key, old = signing.loads(token, salt=_SALT, max_age=KEEPS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(public_id=key, is_active=True).first()
    if user is None or not (_waiting(user).exists() or (user.email and user.email != old)):
        return None
    return user, old


def _waiting(user: User) -> QuerySet[EmailAddress]:
    waiting: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=user, verified=False)
    return waiting.exclude(email=user.email or "")


@transaction.atomic
def refuse_change(*, token: str) -> str:
    """Undo what can be undone; return ``cancelled``, ``locked`` or ``""`` if nothing can.

    Both sign every device out: whoever asked for the change was signed in.
    """
    found = refused_change(token)
    if found is None:
        return ""
    user, old = User.objects.select_for_update().get(pk=found[0].pk), found[1]
    by = Actor(user)
    _waiting(user).delete()
    if user.email == old:
        devices.sign_out_everywhere(by=by, user=user)
        journal.record(by, "account.address_cancelled", user)
        return "cancelled"
    outbox.queue(kind="account_locked", to=user, address=user.email or "")
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).delete()
    give_identifier(user)
    user.email = None
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    devices.sign_out_everywhere(by=by, user=user)
    journal.record(by, "account.locked_by_old_address", user)
    return "locked"
