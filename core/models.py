"""Models of core, gathered for Django."""

from core.documents import Document
from core.journal import JournalEntry, JournalPurge
from core.mailbox import DeliveredMail
from core.once import OnceUse
from core.outbox import Message
from core.partners import IdempotencyRecord, PartnerToken

__all__ = [
    "DeliveredMail",
    "Document",
    "IdempotencyRecord",
    "JournalEntry",
    "JournalPurge",
    "Message",
    "OnceUse",
    "PartnerToken",
]
