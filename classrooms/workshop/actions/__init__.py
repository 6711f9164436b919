"""The only writers of the workshop: one verb each, locked, journalled, safe to repeat."""

from classrooms.workshop.actions.alerts import decide_terms, notice_faults
from classrooms.workshop.actions.bench import (
    finish,
    give_up,
    log_work,
    move,
    open_repair,
    put_back,
    quote,
    use_part,
)
from classrooms.workshop.actions.claims import (
    answer,
    open_claim,
    remind,
    replaced,
    send,
    withdraw,
)

__all__ = [
    "answer",
    "decide_terms",
    "finish",
    "give_up",
    "log_work",
    "move",
    "notice_faults",
    "open_claim",
    "open_repair",
    "put_back",
    "quote",
    "remind",
    "replaced",
    "send",
    "use_part",
    "withdraw",
]
