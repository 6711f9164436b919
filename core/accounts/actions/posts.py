"""Opening accounts, giving and ending posts."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, codes, journal
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.errors import RuleBroken
from core.journal import Actor

SELF_ROLES = frozenset({Role.GUARDIAN, Role.PUPIL})


def give_identifier(user: User) -> str:
    """Give an account its identifier if it has none, and return it; safe to repeat.

    Nine characters, drawn: two accounts hardly ever draw the same, and the database says so.
    """
    for _attempt in range(8):
        if user.identifier:
            return user.identifier
        drawn = codes.normal(codes.new_code(9))
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk, identifier__isnull=True).update(identifier=drawn)
        except IntegrityError:
            continue
        user.refresh_from_db(fields=["identifier"])
    raise RuntimeError("eight identifiers in a row were taken")


def welcome_guardian(*, user: User) -> Post:
    """Make somebody who signed up a parent in the eyes of the service; safe to repeat."""
    with transaction.atomic():
        give_identifier(user)
        post, made = Post.objects.get_or_create(
            user=user, role=Role.GUARDIAN, scope_kind=ScopeKind.SELF, ends_on=None
        )
        if made:
            journal.record(Actor(user), "account.open", user)
    return post


def open_account(
    *,
    by: Actor,
    given_name: str,
    family_name: str = "",
    email: str = "",
    password: str | None = None,
    role: str = Role.GUARDIAN,
    language: str = "fr",
) -> User:
    """Open an account for somebody else, at a desk or in bulk, with a post for oneself.

    With an e-mail, the person confirms it by asking for a new password. Raises RuleBroken
    ``email_taken`` when the address already opens an account, ``role`` for a role that
    reaches other people (give it afterwards with ``give_post``).
    """
    if role not in SELF_ROLES:
        raise RuleBroken("role", _("Ce rôle se donne sur la page de la personne."), "role")
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=email.strip() or None,
                password=password,
                given_name=given_name.strip(),
                family_name=family_name.strip(),
                language=language,
            )
            if role == Role.GUARDIAN:
                give_identifier(user)
            Post.objects.create(user=user, role=role, scope_kind=ScopeKind.SELF)
            journal.record(by, "account.open", user, role=role)
    except IntegrityError as error:
        raise RuleBroken(
            "email_taken", _("Cette adresse e-mail a déjà un compte."), "email"
        ) from error
    return user


def give_post(
    *,
    by: Actor,
    user: User,
    role: str,
    scope_kind: str,
    scope_ref: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Post:
    """Give somebody a post, from ``starts_on`` (today) until the day before ``ends_on``.

    Raises RuleBroken when the place is missing or one too many, when the end is not after
    the start, or when the person already holds that post.
    """
    start = starts_on or clock.today()
    ref = scope_ref.strip().upper() if scope_kind == ScopeKind.SCHOOL else scope_ref.strip()
    needs_ref = scope_kind in (ScopeKind.SCHOOL, ScopeKind.SERVICE)
    elsewhere = role == Role.HELPER and scope_kind != ScopeKind.SERVICE
    if elsewhere or (role in SELF_ROLES) != (scope_kind == ScopeKind.SELF):
        raise RuleBroken("scope_kind", _("Ce rôle ne s’exerce pas là."), "scope_kind")
    if needs_ref and not ref:
        raise RuleBroken("scope_ref", _("Dites quelle école ou quel service."), "scope_ref")
    if not needs_ref and ref:
        raise RuleBroken("scope_ref", _("Laissez vide pour toute la ville."), "scope_ref")
    if ends_on is not None and ends_on <= start:
        raise RuleBroken("ends_on", _("La fin vient après le début."), "ends_on")
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        same = locked.posts.filter(role=role, scope_kind=scope_kind, scope_ref=ref)
        if same.filter(ends_on__isnull=True).exists() or same.current(start).exists():
            raise RuleBroken("post_held", _("Cette personne tient déjà ce poste."))
        post = Post.objects.create(
            user=locked,
            role=role,
            scope_kind=scope_kind,
            scope_ref=ref,
            starts_on=start,
            ends_on=ends_on,
        )
        journal.record(by, "post.give", post, user=user.pk, role=role, scope=ref or scope_kind)
    return post


def end_post(*, by: Actor, post: Post, reason: str = "") -> Post:
    """End a post today; one that has ended stays as it is.

    Raises RuleBroken ``last_administrator`` rather than leave the service without one.
    """
    today = clock.today()
    with transaction.atomic():
        if post.role == Role.ADMINISTRATOR:
            # Lock all of them: two administrators must not remove each other at once.
            holders = Post.objects.select_for_update().filter(role=Role.ADMINISTRATOR)
            left = [
                p for p in holders.current().order_by("pk") if p.pk != post.pk and p.user.is_active
            ]
            if not left:
                raise RuleBroken(
                    "last_administrator",
                    _("C’est le dernier poste d’administrateur : donnez-le d’abord à quelqu’un."),
                )
        current = Post.objects.select_for_update().get(pk=post.pk)
        if current.ends_on is None or current.ends_on > today:
            current.ends_on = max(today, current.starts_on)
            current.save(update_fields=["ends_on"])
            journal.record(by, "post.end", current, reason=reason, user=current.user_id)
    return current
