"""Work of core outside a request: ids in, an action called, safe to repeat."""

from __future__ import annotations

from celery import shared_task

from core import document_life, outbox, retention
from core.accounts.models import User
from core.rights import closing, exports


@shared_task(name="core.deliver_message")  # type: ignore[untyped-decorator]
def deliver_message(pk: int) -> bool:
    """Deliver one message of the outbox."""
    return outbox.deliver(pk)


@shared_task(name="core.sweep_outbox")  # type: ignore[untyped-decorator]
def sweep_outbox() -> int:
    """Deliver what lost tasks left behind."""
    return outbox.sweep()


@shared_task(name="core.sweep_documents")  # type: ignore[untyped-decorator]
def sweep_documents() -> int:
    """Remove files without a row and rows that nothing refers to."""
    return document_life.sweep_orphans()


@shared_task(name="core.scan_documents")  # type: ignore[untyped-decorator]
def scan_documents() -> int:
    """Have the antivirus look at what was kept while it was silent."""
    return document_life.sweep_held()


@shared_task(name="core.build_export")  # type: ignore[untyped-decorator]
def build_export(pk: int) -> bool:
    """Make the copy of somebody's data that they asked for."""
    return exports.build(pk)


@shared_task(name="core.sweep_rights")  # type: ignore[untyped-decorator]
def sweep_rights() -> int:
    """Make copies left behind, close accounts whose day has come."""
    return exports.sweep() + closing.close_due()


@shared_task(name="core.count_retention")  # type: ignore[untyped-decorator]
def count_retention(user_pk: int) -> int:
    """Count what has passed its time, for an administrator who asked; changes nothing."""
    asked = User.objects.filter(pk=user_pk).first()
    return retention.run(dry=True, by=asked).pk


@shared_task(name="core.apply_retention")  # type: ignore[untyped-decorator]
def apply_retention() -> dict[str, int]:
    """Let go of what is past its time, and keep an account of it."""
    return {line["rule"]: line["count"] for line in retention.run(dry=False).lines}
