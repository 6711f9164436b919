"""Nightly work of the workspace: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.workspace import actions


@shared_task(name="workspace.close_departed")  # type: ignore[untyped-decorator]
def close_departed() -> int:
    """Close the accounts of pupils who left, or whose school year is over."""
    return actions.close_departed()
