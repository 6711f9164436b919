"""People who sign in, and the posts they hold."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import clock, codes
from core.accounts.roles import PROTECTED_ROLES, Role, ScopeKind


class UserQuerySet(models.QuerySet["User"]):
    """People by who may see them listed."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Administrators see everybody, everybody else themselves."""
        return self if user.has_role(Role.ADMINISTRATOR) else self.filter(pk=user.pk)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates accounts with or without an e-mail address."""

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Create an account; without a password none can be used to sign in."""
        user: User = self.model(email=email.strip().lower() or None if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by sign-in address, whatever its case."""
        user: User = self.get(email=(username or "").lower())
        return user


class User(AbstractBaseUser):
    """A person who can sign in: parent, pupil, teacher or agent of the city.

    Pupils, and parents whose account was opened at a desk, have no e-mail address. A parent
    signs in with ``identifier`` as well, a number without meaning (:mod:`core.codes`), stored
    without its dashes. ``public_id`` is what links, tokens and partner systems carry; the
    primary key never leaves.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse e-mail"), null=True, blank=True, unique=True)
    identifier = models.CharField(_("identifiant"), max_length=9, null=True, unique=True)  # noqa: DJ001
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom"), max_length=100, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    is_active = models.BooleanField(_("actif"), default=True)
    #: Raised to end every session at once, wherever sessions are kept.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    #: The roles that opened the view being answered; None counts every post (core.access).
    entered_as: frozenset[str] | None = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["given_name"]

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(email__isnull=False), name="user_email_unique"
            ),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_not_empty"),
            models.CheckConstraint(condition=~Q(identifier=""), name="user_identifier_not_empty"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the name as one would say it: given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()

    def get_short_name(self) -> str:
        """Return the given name."""
        return self.given_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie sessions to the password, as Django does, and to the epoch."""
        plain: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{plain}.{self.session_epoch}" if self.session_epoch else plain

    @property
    def shown_identifier(self) -> str:
        """The identifier as it is printed and read aloud: ``7K4-M29-QXT``; empty for none."""
        return codes.grouped(self.identifier, 3) if self.identifier else ""

    @cached_property
    def current_posts(self) -> list[Post]:
        """Posts held today. Cached on the instance, that is for one request."""
        return list(self.posts.current())

    @property
    def roles(self) -> frozenset[str]:
        """Codes of the roles held today."""
        return frozenset(post.role for post in self.current_posts)

    def has_role(self, *roles: str) -> bool:
        """Tell whether one of these roles is held today, at any scope."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff_member(self) -> bool:
        """True for whoever sees other people's data, and so must use a second factor."""
        return not self.roles.isdisjoint(PROTECTED_ROLES)


class PostQuerySet(models.QuerySet["Post"]):
    """Posts by date."""

    def current(self, on: dt.date | None = None) -> PostQuerySet:
        """Keep the posts held on a day (today unless told)."""
        day = on or clock.today()
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def visible_to(self, user: User) -> PostQuerySet:
        """Administrators see all posts, everybody else their own."""
        return self if user.has_role(Role.ADMINISTRATOR) else self.filter(user=user)


class Post(models.Model):
    """A role held at a school, in a service, for the city, or for oneself, from a day to a day.

    ``scope_ref`` is the school's UAI or the service's code; ``ends_on`` is the first day
    on which the post is no longer held.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    scope_kind = models.CharField(max_length=10, choices=ScopeKind.choices)
    scope_ref = models.CharField(max_length=20, blank=True)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["role", "scope_kind", "scope_ref"])]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_ref"],
                condition=Q(ends_on__isnull=True),
                name="post_held_once",
            ),
            models.CheckConstraint(
                condition=Q(scope_kind__in=["self", "city"], scope_ref="")
                | (Q(scope_kind__in=["school", "service"]) & ~Q(scope_ref="")),
                name="post_scope_named",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=["guardian", "pupil"]) | Q(scope_kind="self"),
                name="post_guardian_pupil_self_only",
            ),
            models.CheckConstraint(
                condition=~Q(role="helper") | Q(scope_kind="service"),
                name="post_helper_at_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.scope_ref or self.get_scope_kind_display()})"
