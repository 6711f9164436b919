"""Other catalogues that are read by OAI-PMH: where, when, what came of each notice."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from resources.catalogue.access import EditorialQuerySet
from resources.catalogue.models import ImportProfile, Resource

#: States of a run in which another one of the same source has to wait.
OPEN_STATES = ("running", "review", "applying")


class HarvestSource(models.Model):
    """A catalogue that is read.

    ``harvested_until`` is what its clock said when the last complete reading began: the next
    one asks from a little before. Until ``approved_at`` nothing of it is written: an editor
    first looks at what would come. What comes from a ``trusted`` source is validated when it
    is complete; the rest is proposed. ``words`` remembers what its words mean here.
    """

    class Prefix(models.TextChoices):
        LOM = "lom", _("LOM (ScoLOMFR)")
        DC = "oai_dc", _("Dublin Core simple")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=80, unique=True)
    url = models.URLField(_("adresse OAI-PMH"), max_length=300)
    prefix = models.CharField(
        _("format"), max_length=10, choices=Prefix.choices, default=Prefix.LOM
    )
    set_spec = models.CharField(_("ensemble"), max_length=150, blank=True)
    trusted = models.BooleanField(_("source de confiance"), default=False)
    nightly = models.BooleanField(_("moissonner chaque nuit"), default=True)
    paused = models.BooleanField(_("en pause"), default=False)
    words = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="+")
    repository = models.CharField(max_length=200, blank=True)
    #: What the repository says of itself: granularity, whether it keeps deletions, formats.
    facts = models.JSONField(default=dict, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    harvested_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["url", "prefix", "set_spec"], name="harvest_source_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="harvest_source_named"),
        ]

    def __str__(self) -> str:
        return self.name


class HarvestRun(models.Model):
    """One reading of a source, page by page.

    ``token`` is where the next page begins; it is written with the notices of the page
    before, so that a reading cut short goes on from there. ``step`` counts the pages and
    tells a late worker that another one has gone further. ``from_instant`` is empty for a
    reading of everything.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Lecture en cours")
        REVIEW = "review", _("À examiner")
        APPLYING = "applying", _("Enregistrement en cours")
        DONE = "done", _("Terminée")
        FAILED = "failed", _("Interrompue")
        DROPPED = "dropped", _("Abandonnée")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "running": {"review", "done", "failed", "dropped"},
        "review": {"applying", "dropped"},
        "applying": {"done", "failed"},
        "failed": {"running", "applying", "dropped"},
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(HarvestSource, on_delete=models.CASCADE, related_name="runs")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    from_instant = models.DateTimeField(null=True, blank=True)
    #: What the source's clock said in its first answer.
    began_at_source = models.DateTimeField(null=True, blank=True)
    token = models.TextField(blank=True)
    step = models.PositiveIntegerField(default=0)
    restarts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(default=clock.now)
    announced = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects = EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=OPEN_STATES),
                name="harvest_one_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False),
                name="harvest_done_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} ({self.started_at:%Y-%m-%d}, {self.state})"

    @property
    def read(self) -> int:
        """Return how many notices were read."""
        return int(self.counts.get("seen", 0))

    @property
    def is_open(self) -> bool:
        """Tell whether something of it is still to come."""
        return self.state in OPEN_STATES


class HarvestedRecord(models.Model):
    """A notice of a source, and what became of it here.

    ``cells`` is what it states, under the names of the import's columns; ``digest`` tells
    whether it changed. The resource stays when the notice goes: an editor may have worked
    on it.
    """

    class State(models.TextChoices):
        SEEN = "seen", _("À enregistrer")
        KEPT = "kept", _("Au catalogue")
        WAITING = "waiting", _("Modification à examiner")
        REFUSED = "refused", _("À corriger")
        GONE = "gone", _("Retirée par la source")

    source = models.ForeignKey(HarvestSource, on_delete=models.CASCADE, related_name="records")
    run = models.ForeignKey(
        HarvestRun, null=True, on_delete=models.SET_NULL, related_name="records"
    )
    identifier = models.CharField(max_length=500)
    datestamp = models.CharField(max_length=30, blank=True)
    title = models.CharField(max_length=200, blank=True)
    cells = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SEEN)
    #: What writing it does or did: one of the import plan's actions.
    action = models.CharField(max_length=10, blank=True)
    problems: Any = models.JSONField(default=list, blank=True)
    unknown: Any = models.JSONField(default=list, blank=True)
    changes: Any = models.JSONField(default=dict, blank=True)
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.SET_NULL, related_name="harvested_from"
    )
    seen_at = models.DateTimeField(default=clock.now)

    objects = EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["source", "state"], name="harvested_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["source", "identifier"], name="harvested_record_once"),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(resource__isnull=False),
                name="harvested_record_of_one_source",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier
