"""Long lists taken out as files: asked for, written by a worker that says how far, kept a day.

An app says what its list holds, in a ``Lists``; the rest stands here. A worker that is lost
leaves its list to another; one that others took over keeps nothing of what it wrote.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, document_life, documents, journal, states, tries
from core.documents import Document
from core.journal import SYSTEM, Actor
from core.tries import Tried

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from core.accounts.models import User

#: How long the file is kept.
KEEP = dt.timedelta(days=1)
_MOVING = ("waiting", "making")


class Export(Tried):
    """A list taken out as a file. One that could not be made is "failed" and says why."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("En attente")
        MAKING = "making", gettext_lazy("En cours")
        READY = "ready", gettext_lazy("Prêt")
        FAILED = "failed", gettext_lazy("Interrompu")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "waiting": {"making", "failed"},
        "making": {"ready", "failed"},
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    moved_at = models.DateTimeField(default=clock.now)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["-asked_at", "-pk"]

    @property
    def asker(self) -> User:
        """Who asked for it, and may fetch it."""
        raise NotImplementedError

    @property
    def is_moving(self) -> bool:
        """True until it is ready or given up."""
        return self.state in _MOVING


ExportT = TypeVar("ExportT", bound=Export)
#: Told how many rows are written so far.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class File:
    """What is written of a list; ``facts`` are what the journal says of it."""

    data: bytes
    name: str
    content_type: str
    facts: dict[str, Any] = field(default_factory=dict)


def _nobody(_export: Any) -> None:
    """Tell nobody else: the page of the list says it."""


@dataclass(frozen=True)
class Lists(Generic[ExportT]):
    """One kind of lists: its rows, its names, and what writes one in its asker's language."""

    model: type[ExportT]
    #: The kind of its documents.
    kind: str
    #: The noun of its acts in the journal.
    noun: str
    write: Callable[[ExportT, Progress], File]
    #: What to do about a list that could not be written.
    instead: str | _StrPromise
    #: Tells the asker of a list that was given up.
    tell: Callable[[ExportT], None] = _nobody

    def make(self, pk: int) -> str:
        """Make one list, if nobody else is at it; return its state. Safe to repeat."""
        self._work().attempt(pk)
        return str(self._rows().values_list("state", flat=True).get(pk=pk))

    def sweep(self) -> int:
        """Take up lists whose worker was lost, and drop the files of yesterday's."""
        old = self._rows().filter(asked_at__lt=clock.now() - KEEP)
        return self._work().sweep() + document_life.drop_files(old)

    def _work(self) -> tries.Work:
        return tries.Work(self._rows().filter(state__in=_MOVING), self._make, self._give_up)

    def _rows(self) -> models.QuerySet[ExportT]:
        return self.model._default_manager.all()

    def _make(self, pk: int) -> bool:
        self._rows().filter(pk=pk).update(state="making", moved_at=clock.now(), done=0)
        export = self._rows().get(pk=pk)
        mine = self._rows().filter(pk=pk, state="making")

        def tell(done: int) -> None:
            now = clock.now()
            mine.update(done=min(done, export.total), moved_at=now, next_try_at=now + tries.LEASE)

        with translation.override(export.asker.language):
            file = self.write(export, tell)
        with transaction.atomic():
            document = documents.store_bytes(
                file.data,
                by=Actor(export.asker),
                kind=self.kind,
                filename=file.name,
                content_type=file.content_type,
            )
            ready = mine.update(
                state="ready", done=export.total, document=document, moved_at=clock.now()
            )
            if not ready:
                documents.discard(document, by=SYSTEM)
            else:
                journal.record(SYSTEM, f"{self.noun}.ready", export, **file.facts)
        return bool(ready)

    @transaction.atomic
    def _give_up(self, pk: int, fault: BaseException | None) -> None:
        """End a list that could not be made; its page says why, and what to do."""
        export = self._rows().select_for_update(of=("self",)).get(pk=pk)
        if not export.is_moving:
            return
        with translation.override(export.asker.language):
            problem = tries.sentence(
                _("Cette liste n’a pas pu être écrite"),
                fault,
                f"{self.instead} {tries.whom_to_call()}",
            )
        states.move(export, Export.State.FAILED, by=SYSTEM, problem=problem)
        self.tell(export)
