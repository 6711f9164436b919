"""Models of core, gathered for Django."""

from core.documents import Document
from core.journal import JournalEntry, JournalPurge
from core.keeping import PurgeKey, RetentionRun, RetentionTerm
from core.mailbox import DeliveredMail
from core.messaging.models import AddressHealth, Bounce, MessageAttachment, MessageChoice
from core.once import OnceUse
from core.outbox import Message
from core.partners import IdempotencyRecord, PartnerToken
from core.rights.models import AccountClosing, DataExport, RightsRequest

__all__ = [
    "AccountClosing",
    "AddressHealth",
    "Bounce",
    "DataExport",
    "DeliveredMail",
    "Document",
    "IdempotencyRecord",
    "JournalEntry",
    "JournalPurge",
    "Message",
    "MessageAttachment",
    "MessageChoice",
    "OnceUse",
    "PartnerToken",
    "PurgeKey",
    "RetentionRun",
    "RetentionTerm",
    "RightsRequest",
]
