"""Models of core, gathered for Django."""

from core.journal import JournalEntry

__all__ = ["JournalEntry"]
