"""The agents' side of families: finding one, its sheet, what awaits them."""

from families.desk.queues import register_queue

__all__ = ["register_queue"]
