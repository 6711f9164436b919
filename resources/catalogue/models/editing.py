"""The editors' work: what a resource was at each step, bulk edits, duplicates, covers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from core.tries import Tried
from resources.catalogue import access
from resources.catalogue.models.description import Resource


class BulkEdit(Tried):
    """One change to many resources, from its preview to what became of it.

    ``operation`` says what was asked; ``lines`` what it does to each resource: the revision
    it was computed from, the old and new value of each field, or why it is refused.
    ``digest`` is that of the lines shown: what is applied is what was shown. ``done`` of
    ``total`` is how far the worker has come.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("À vérifier")
        APPLYING = "applying", _("En cours")
        APPLIED = "applied", _("Enregistrée")
        FAILED = "failed", _("Interrompue")
        DROPPED = "dropped", _("Abandonnée")

    MOVES = {
        "draft": {"applying", "dropped"},
        "applying": {"applied", "failed"},
        "failed": {"dropped"},
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    operation = models.JSONField(default=dict)
    comment = models.CharField(_("commentaire"), max_length=300, blank=True)
    lines = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by"
    )

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(finished_at__isnull=False),
                name="bulk_edit_applied_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="bulk_edit_not_past_its_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d} ({self.state})"


class Revision(models.Model):
    """A resource as it stood after one change; never rewritten (a trigger sees to it).

    ``snapshot`` holds every editorial fact by codes; differences are read between two.
    ``comment`` is the editor's word on the change.
    """

    class Verb(models.TextChoices):
        BASELINE = "baseline", _("État de départ")
        CREATE = "create", _("Création")
        EDIT = "edit", _("Modification")
        MOVE = "move", _("Changement d’état")
        RESTORE = "restore", _("Retour à une version")
        BULK = "bulk", _("Modification en masse")
        UNDO = "undo", _("Annulation d’une modification en masse")
        IMPORT = "import", _("Import")
        HARVEST = "harvest", _("Moissonnage")
        MERGE = "merge", _("Fusion de doublons")
        LINK = "link", _("Changement d’adresse")
        COVER = "cover", _("Changement d’image")

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    verb = models.CharField(max_length=10, choices=Verb.choices)
    comment = models.CharField(max_length=300, blank=True)
    snapshot = models.JSONField()
    bulk = models.ForeignKey(
        BulkEdit, null=True, on_delete=models.SET_NULL, related_name="revisions"
    )

    class Meta:
        ordering = ["resource", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} #{self.number} {self.verb}"


class DuplicatePair(models.Model):
    """Two resources that may be one. Keys are in order, so that a pair is one row.

    ``reasons``: ``url``, ``title``, ``text``. What an editor has told apart is not proposed
    again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("À examiner")
        APART = "apart", _("Pas des doublons")
        MERGED = "merged", _("Réunies")

    MOVES = {"open": {"apart", "merged"}, "apart": {"open"}}

    first = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_at__isnull=False),
                name="duplicate_pair_decided_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.second_id} ({self.state})"


class DuplicateScan(models.Model):
    """One look for duplicates through the whole catalogue."""

    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    compared = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.found}"


class Cover(models.Model):
    """The picture of a resource: where it stands in the queue, and its sizes kept here.

    ``own``: an editor sent it, nothing is fetched. ``problem`` is a code of the last failure.
    """

    class State(models.TextChoices):
        DUE = "due", _("À chercher")
        READY = "ready", _("Prête")
        NONE = "none", _("Aucune image trouvée")
        FAILED = "failed", _("Pas encore obtenue")

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="cover")
    state = models.CharField(max_length=6, choices=State.choices, default=State.DUE)
    own = models.BooleanField(default=False)
    source_url = models.URLField(max_length=500, blank=True)
    large = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    small = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="cover_due_idx",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(own=True) | Q(next_try_at__isnull=True),
                name="cover_of_ours_not_fetched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.state}"
