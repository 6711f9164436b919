"""The only writers of counts and labels: one verb each, locked, journalled, safe to repeat."""

from classrooms.audits.actions.campaigns import end_campaign, order_campaign
from classrooms.audits.actions.closing import close_audit
from classrooms.audits.actions.counting import Act, Answer, record_acts
from classrooms.audits.actions.opening import drop_audit, open_audit
from classrooms.audits.actions.printing import print_labels

__all__ = [
    "Act",
    "Answer",
    "close_audit",
    "drop_audit",
    "end_campaign",
    "open_audit",
    "order_campaign",
    "print_labels",
    "record_acts",
]
