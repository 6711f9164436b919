"""Tables of resources on their way into the catalogue, and what was learnt from earlier ones."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.tries import Tried
from resources.catalogue import access


class ImportProfile(models.Model):
    """How a supplier's tables are read: ``columns`` by field, ``values`` by vocabulary.

    ``values`` maps a folded value of the table to a term's code, or to "" when it says
    nothing here.
    """

    name = models.CharField(_("fournisseur"), max_length=80, unique=True)
    columns = models.JSONField(default=dict, blank=True)
    values = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportRun(Tried):
    """One table, from its arrival to what became of it.

    ``digest`` is that of the plan shown last: what is applied is what was shown. The table
    itself is emptied once it has served; the counts stay.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("À vérifier")
        APPLYING = "applying", _("En cours")
        APPLIED = "applied", _("Enregistré")
        FAILED = "failed", _("Interrompu")
        DROPPED = "dropped", _("Abandonné")

    MOVES = {
        "draft": {"applying", "dropped"},
        "applying": {"applied", "failed"},
        "failed": {"applying", "dropped"},
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="runs")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField(blank=True)
    publish = models.BooleanField(_("valider ce qui est complet"), default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    digest = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(finished_at__isnull=False),
                name="import_applied_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"
