"""Tables of resources on their way into the catalogue, and what was learnt from earlier ones."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.importing.models import Profile, Run
from resources.catalogue import access


class ImportProfile(Profile):
    """How a supplier's tables are read; words mean terms, or "" where they say nothing here."""

    name = models.CharField(_("fournisseur"), max_length=80, unique=True)

    objects = access.EditorialQuerySet.as_manager()


class ImportRun(Run):
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

    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="runs")
    data = models.BinaryField(blank=True)
    publish = models.BooleanField(_("valider ce qui est complet"), default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)

    objects = access.EditorialQuerySet.as_manager()

    class Meta(Run.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(finished_at__isnull=False),
                name="import_applied_on_a_day",
            ),
        ]
