"""Telling people that two files, and perhaps two accounts, became one."""

from __future__ import annotations

from core import outbox
from core.accounts.models import User
from families.models import Guardian, Guardianship, Merge
from families.telling import tell


def tell_merged(done: Merge, *, dropped: User | None) -> None:
    """Tell whose files were merged; the owner of a closed account, at its own address.

    Neither message says the other address: if an agent was mistaken, nothing has leaked.
    """
    _tell(done, "family_files_merged")
    if dropped is not None and dropped.email:
        outbox.queue(
            kind="family_account_closed",
            address=dropped.email,
            language=dropped.language,
            context={"given_name": dropped.given_name, "until": done.undo_until},
            dedupe_key=f"family-account-closed-{done.pk}",
        )


def tell_undone(done: Merge) -> None:
    """Tell the same people that the files are two again."""
    _tell(done, "family_files_parted")


def _tell(done: Merge, kind: str) -> None:
    for guardian in _readers(done):
        tell(
            guardian,
            kind,
            dedupe_key=f"{kind}-{done.pk}-{guardian.pk}",
            context={"child": done.kept.given_name if done.kind == "child" else ""},
        )


def _readers(done: Merge) -> list[Guardian]:
    """Return the guardian, or those who answer for the child and receive messages."""
    if done.kept_guardian is not None:
        both = [done.kept_guardian, *([done.merged_guardian] if done.undone_at else [])]
        return [guardian for guardian in both if guardian is not None]
    links = Guardianship.objects.current().filter(
        child__in=[done.kept.pk, done.merged.pk], receives_messages=True, parental_authority=True
    )
    return list(
        Guardian.objects.filter(pk__in=links.values("guardian"), merged_into=None)
        .select_related("user")
        .order_by("pk")
    )
