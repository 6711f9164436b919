"""What people ask of the editors: a resource to add, one to mend."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from resources.catalogue.models import Resource, Term
from resources.curation import access


class Suggestion(models.Model):
    """A resource that a teacher would like to see in the catalogue.

    ``address_key`` is what the writings of one address share: an address waits once.
    ``resource`` is what the editors made of it, or what was there already.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("À examiner")
        ACCEPTED = "accepted", _("Retenue")
        DECLINED = "declined", _("Non retenue")

    MOVES = {"waiting": {"accepted", "declined"}}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    suggested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    suggested_at = models.DateTimeField(default=clock.now)
    url = models.URLField(_("adresse"), max_length=500)
    address_key = models.CharField(max_length=600)
    title = models.CharField(_("titre"), max_length=200)
    why = models.CharField(_("pourquoi"), max_length=1000)
    levels = models.ManyToManyField(Term, related_name="+", verbose_name=_("niveaux"))
    domain = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("domaine")
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("raison"), max_length=300, blank=True)
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = access.SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["suggested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address_key"],
                condition=Q(state="waiting"),
                name="suggestion_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False),
                name="suggestion_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="suggestion_declined_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Problem(models.Model):
    """What somebody finds wrong with a resource. Pupils choose a kind and write nothing.

    ``url`` is the address that was reported: another one, once it answers, mends "does not open".
    """

    class Kind(models.TextChoices):
        LINK = "link", _("Elle ne s’ouvre pas")
        BROKEN = "broken", _("Elle s’ouvre, mais ne marche pas")
        WRONG = "wrong", _("Elle contient une erreur")
        UNFIT = "unfit", _("Elle n’est pas pour des enfants")
        OTHER = "other", _("Autre chose")

    class State(models.TextChoices):
        OPEN = "open", _("À examiner")
        MENDED = "mended", _("Réparé")
        DISMISSED = "dismissed", _("Rien à réparer")

    MOVES = {"open": {"mended", "dismissed"}}

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="problems")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("problème"), max_length=6, choices=Kind.choices)
    text = models.CharField(_("précision"), max_length=500, blank=True)
    url = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("réponse"), max_length=300, blank=True)

    objects = access.ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "reporter"],
                condition=Q(state="open"),
                name="problem_open_once_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(settled_at__isnull=False),
                name="problem_settled_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.kind} ({self.state})"
