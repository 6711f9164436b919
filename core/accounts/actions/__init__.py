"""Writes on accounts: opening them, posts, letters from a desk."""

from core.accounts.actions.desk import (
    Issued,
    find_code,
    issue_recovery,
    open_desk_account,
    reissue_activation,
    use_code,
)
from core.accounts.actions.posts import (
    SELF_ROLES,
    end_post,
    give_identifier,
    give_post,
    open_account,
    welcome_guardian,
)

__all__ = [
    "SELF_ROLES",
    "Issued",
    "end_post",
    "find_code",
    "give_identifier",
    "give_post",
    "issue_recovery",
    "open_account",
    "open_desk_account",
    "reissue_activation",
    "use_code",
    "welcome_guardian",
]
