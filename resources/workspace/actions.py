"""The only writers of pupil accounts and class spaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from enrolment.schools.models import ClassGroup, RollEntry
from families.models import Child
from resources.catalogue.models import Resource
from resources.workspace import credentials, rules
from resources.workspace.models import ClassCharter, ClassNote, PupilAccount


@dataclass(frozen=True)
class IssuedCard:
    """A card just made: its secret exists here, on paper, and nowhere else."""

    account: PupilAccount
    token: str


@transaction.atomic
def activate_accounts(
    *, by: Actor, class_group: ClassGroup, children: Collection[int], charter: bool
) -> list[PupilAccount]:
    """Open accounts for children of a class, by their keys; return those opened now.

    Children who have one already, or are no longer on the class's roll, are left alone. Two
    teachers who press at once are put in line by the lock on the class; one account a child
    is also a constraint. Raises RuleBroken ``charter`` unless the charter of use was
    presented, ``nobody`` when no child is named.
    """
    locked = ClassGroup.objects.select_for_update().get(pk=class_group.pk)
    if not charter and not ClassCharter.objects.filter(class_group=locked).exists():
        raise RuleBroken(
            "charter", _("Présentez d'abord la charte d'usage à la classe."), "charter"
        )
    if not children:
        raise RuleBroken("nobody", _("Choisissez au moins un élève."))
    ClassCharter.objects.get_or_create(class_group=locked, defaults={"accepted_by": by.user})
    on_roll = {
        entry.child_id: entry.child
        for entry in RollEntry.objects.current()
        .filter(class_group=locked, child__in=children)
        .select_related("child")
        .order_by("child_id")
    }
    known = {
        account.child_id: account
        for account in PupilAccount.objects.select_for_update(of=("self",))
        .filter(child__in=on_roll)
        .select_related("user")
        .order_by("pk")
    }
    opened = [
        _reopen(known[pk], locked, by=by)
        for pk in on_roll
        if pk in known and known[pk].state != PupilAccount.State.ACTIVE
    ]
    opened += _open([child for pk, child in on_roll.items() if pk not in known], locked, by=by)
    for account in opened:
        journal.record(by, "pupil_account.activate", account, class_group=locked.pk)
    return opened


def _open(children: Sequence[Child], class_group: ClassGroup, *, by: Actor) -> list[PupilAccount]:
    """Create people, posts and accounts for children who have none."""
    users = User.objects.bulk_create(
        User(
            given_name=child.given_name,
            family_name=child.used_name or child.family_name,
            password=make_password(None),
        )
        for child in children
    )
    Post.objects.bulk_create(
        Post(user=user, role=Role.PUPIL, scope_kind=ScopeKind.SELF) for user in users
    )
    return PupilAccount.objects.bulk_create(
        PupilAccount(
            user=user,
            child=child,
            class_group=class_group,
            activated_by=by.user,
            code_choice_until=rules.choice_ends(clock.now()),
        )
        for user, child in zip(users, children, strict=True)
    )


def _reopen(account: PupilAccount, class_group: ClassGroup, *, by: Actor) -> PupilAccount:
    """Open again an account closed before: in the new class, without card nor code."""
    account.user.is_active = True
    account.user.save(update_fields=["is_active"])
    Post.objects.get_or_create(
        user=account.user, role=Role.PUPIL, scope_kind=ScopeKind.SELF, ends_on=None
    )
    return states.move(
        account,
        PupilAccount.State.ACTIVE,
        by=by,
        class_group=class_group,
        activated_at=clock.now(),
        activated_by=by.user,
        closed_at=None,
        card_digest="",
        card_issued_at=None,
        code_digest="",
        code_set_at=None,
        code_choice_until=rules.choice_ends(clock.now()),
        wrong_tries=0,
        locked_at=None,
    )


@transaction.atomic
def issue_cards(*, by: Actor, accounts: Iterable[PupilAccount]) -> list[IssuedCard]:
    """Make new cards, in the order of the pupils' names; each ends the one before.

    A pupil who has no code yet may choose one for ``CHOICE_DAYS`` from now. Closed accounts
    get none.
    """
    keys = [account.pk for account in accounts]
    locked = list(
        PupilAccount.objects.select_for_update(of=("self",))
        .filter(pk__in=keys, state=PupilAccount.State.ACTIVE)
        .select_related("user", "class_group__school")
        .order_by("pk")
    )
    issued = []
    for account in locked:
        token = credentials.new_token()
        account.card_digest = credentials.card_digest(token)
        account.card_issued_at = clock.now()
        if not account.code_digest:
            account.code_choice_until = rules.choice_ends(clock.now())
        issued.append(IssuedCard(account, token))
        journal.record(by, "pupil_card.issue", account)
    PupilAccount.objects.bulk_update(
        locked, ["card_digest", "card_issued_at", "code_choice_until"], batch_size=100
    )
    return sorted(issued, key=lambda card: (card.account.user.given_name, card.account.pk))


@transaction.atomic
def reset_code(*, by: Actor, account: PupilAccount) -> None:
    """Forget a pupil's picture code and open the lock: a new one is chosen with the card."""
    locked = PupilAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if locked.state != PupilAccount.State.ACTIVE:
        raise RuleBroken("closed", _("Ce compte est fermé."))
    locked.code_digest = ""
    locked.code_set_at = None
    locked.wrong_tries = 0
    locked.locked_at = None
    locked.code_choice_until = rules.choice_ends(clock.now())
    locked.save(
        update_fields=[
            "code_digest",
            "code_set_at",
            "wrong_tries",
            "locked_at",
            "code_choice_until",
        ]
    )
    journal.record(by, "pupil_code.reset", locked)


def account_of_card(token: str) -> PupilAccount | None:
    """Return the open account whose present card this is."""
    return (
        PupilAccount.objects.filter(
            card_digest=credentials.card_digest(token), state=PupilAccount.State.ACTIVE
        )
        .select_related("user", "class_group__school")
        .first()
    )


@transaction.atomic
def choose_code(*, account: PupilAccount, pictures: Sequence[str]) -> None:
    """Set the code that a pupil without one has chosen, card in hand.

    Raises RuleBroken ``code`` (not three pictures, or three times the same), ``chosen``
    (there is one already) or ``late`` (the time to choose is over: the teacher resets it).
    """
    if not rules.is_acceptable(pictures):
        raise RuleBroken("code", _("Choisis trois images, pas trois fois la même."))
    locked = PupilAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if locked.code_digest:
        raise RuleBroken("chosen", _("Tu as déjà un code secret."))
    if locked.code_choice_until is None or locked.code_choice_until < clock.now():
        raise RuleBroken(
            "late", _("Demande à ton maître ou à ta maîtresse de te redonner un code.")
        )
    locked.code_digest = credentials.code_digest(locked.pk, pictures)
    locked.code_set_at = clock.now()
    locked.wrong_tries = 0
    locked.save(update_fields=["code_digest", "code_set_at", "wrong_tries"])
    journal.record(Actor(user=locked.user, via="card"), "pupil_code.choose", locked)


@transaction.atomic
def check_code(*, account: PupilAccount, pictures: Sequence[str]) -> bool:
    """Tell whether the pictures are this pupil's code, and count a wrong try.

    The count and the lock are written under a lock on the row: five tries at once are five
    tries. Raises RuleBroken ``locked`` once too many were wrong, until a teacher resets it.
    """
    locked = PupilAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if locked.is_locked or locked.state != PupilAccount.State.ACTIVE:
        raise RuleBroken("locked", _("Ton compte se repose. Demande de l'aide à l'adulte."))
    if credentials.same(locked.code_digest, credentials.code_digest(locked.pk, pictures)):
        locked.wrong_tries = 0
        locked.last_seen_on = clock.today()
        locked.save(update_fields=["wrong_tries", "last_seen_on"])
        return True
    locked.wrong_tries += 1
    if rules.locks(locked.wrong_tries):
        locked.locked_at = clock.now()
        journal.record(Actor(user=locked.user, via="card"), "pupil_account.lock", locked)
    locked.save(update_fields=["wrong_tries", "locked_at"])
    return False


@transaction.atomic
def close_account(*, by: Actor, account: PupilAccount, reason: str) -> PupilAccount:
    """Close an account: card, code and sessions end; what was kept stays until purged."""
    closed = states.move(
        account,
        PupilAccount.State.CLOSED,
        by=by,
        reason=reason,
        closed_at=clock.now(),
        card_digest="",
        card_issued_at=None,
        code_digest="",
        code_set_at=None,
        code_choice_until=None,
        wrong_tries=0,
        locked_at=None,
    )
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    Post.objects.filter(user=closed.user_id, role=Role.PUPIL, ends_on__isnull=True).update(
        ends_on=clock.today()
    )
    return closed


def close_departed(*, by: Actor = SYSTEM, on: dt.date | None = None) -> int:
    """Close the accounts of children who left their class, or whose school year is over.

    Nightly; repeating it changes nothing. Returns how many were closed.
    """
    still_there = RollEntry.objects.current(on).filter(
        child=OuterRef("child"), class_group=OuterRef("class_group")
    )
    gone = (
        PupilAccount.objects.filter(~Q(Exists(still_there)), state=PupilAccount.State.ACTIVE)
        .order_by("pk")
        .iterator(chunk_size=500)
    )
    closed = 0
    for account in gone:
        close_account(by=by, account=account, reason="left_class")
        closed += 1
    return closed


@transaction.atomic
def post_note(
    *,
    by: Actor,
    class_group: ClassGroup,
    title: str,
    text: str,
    resources: Iterable[Resource],
) -> ClassNote:
    """Post a word with resources to a class."""
    if by.user is None:
        raise ValueError("a note has an author")
    note = ClassNote.objects.create(
        class_group=class_group, author=by.user, title=title.strip(), text=text.strip()
    )
    note.resources.set(resources)
    journal.record(by, "class_note.post", note, class_group=class_group.pk)
    return note


@transaction.atomic
def remove_note(*, by: Actor, note: ClassNote) -> None:
    """Take a word off the class's space."""
    journal.record(by, "class_note.remove", note, class_group=note.class_group_id)
    note.delete()
