"""Tables on their way into the fleet, of devices or lines, and what earlier ones taught."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms import access
from core.importing.models import Profile, Run


class ImportProfile(Profile):
    """How a supplier's tables are read; words go by their kind: ``model:…``, ``place:…``."""

    name = models.CharField(_("provenance"), max_length=80, unique=True)

    objects = access.ImportProfileQuerySet.as_manager()


class ImportRun(Run):
    """One table, from its arrival to what became of it.

    ``cells`` is what was read of the file that ``sha256`` names; ``report`` what the trial
    number ``version`` found, ``digest`` all that it would write: what is applied is what was
    shown. ``written`` is what undoing needs. The three are JSON, packed. ``progress`` is how
    far the worker is, in percent; writing is one transaction, so it tells the trial only.
    A run that the workers gave up is "failed" and says why: nothing of it was written.
    """

    class Subject(models.TextChoices):
        DEVICES = "devices", _("Appareils")
        LINES = "lines", _("Lignes Internet")

    class State(models.TextChoices):
        TRYING = "trying", _("Essai en cours")
        READY = "ready", _("À vérifier")
        APPLYING = "applying", _("Enregistrement en cours")
        APPLIED = "applied", _("Enregistré")
        UNDOING = "undoing", _("Annulation en cours")
        UNDONE = "undone", _("Annulé")
        FAILED = "failed", _("Interrompu")
        DROPPED = "dropped", _("Abandonné")

    MOVES = {
        "trying": {"ready", "dropped", "failed"},
        "ready": {"trying", "applying", "dropped"},
        "applying": {"applied", "ready", "failed"},
        "failed": {"trying", "dropped"},
        "applied": {"undoing"},
        "undoing": {"undone", "applied"},
    }

    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="runs")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    subject = models.CharField(max_length=8, choices=Subject.choices, default=Subject.DEVICES)
    header_line = models.PositiveIntegerField(null=True, blank=True)
    cells = models.BinaryField(blank=True)
    report = models.BinaryField(blank=True)
    written = models.BinaryField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.TRYING)
    progress = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = access.ImportRunQuerySet.as_manager()

    class Meta(Run.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"])
                | Q(finished_at__isnull=False),
                name="device_import_applied_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_at__isnull=False),
                name="device_import_undone_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(problem=""),
                name="device_import_failed_says_why",
            ),
        ]

    @property
    def is_busy(self) -> bool:
        """True while a worker has it."""
        return self.state in {self.State.TRYING, self.State.APPLYING, self.State.UNDOING}
