"""People who sign in, the posts they hold, and what lets them in besides a password."""

from core.accounts.models.citizens import CivilIdentity
from core.accounts.models.desk import DeskCode
from core.accounts.models.devices import KnownDevice
from core.accounts.models.people import Post, PostQuerySet, User, UserManager, UserQuerySet

__all__ = [
    "CivilIdentity",
    "DeskCode",
    "KnownDevice",
    "Post",
    "PostQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
]
