"""What teachers and staff think of a resource."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.accounts.roles import Role
from enrolment.schools.models import School
from resources.catalogue.models import Resource
from resources.curation import access


class Review(models.Model):
    """Stars and a comment by one person; shown under their post and school, never their name.

    A hidden one counts no more and is read by its author, with the reason, and by editors.
    """

    class State(models.TextChoices):
        SHOWN = "shown", _("Affiché")
        HIDDEN = "hidden", _("Masqué")

    MOVES = {"shown": {"hidden"}, "hidden": {"shown"}}

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews"
    )
    stars = models.PositiveSmallIntegerField(_("étoiles"))
    comment = models.CharField(_("commentaire"), max_length=1000, blank=True)
    role = models.CharField(max_length=20)
    school = models.ForeignKey(School, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.SHOWN)
    hidden_reason = models.CharField(_("raison"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = access.ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("avis")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "author"], name="review_once"),
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars"
            ),
            models.CheckConstraint(
                condition=Q(state="shown") | ~Q(hidden_reason=""), name="review_hidden_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.stars}"

    @property
    def signature(self) -> str:
        """Under what the words stand: a post, and a school where there is one."""
        post = str(Role(self.role).label) if self.role in Role.values else ""
        return ", ".join(filter(None, [post, self.school.name if self.school else ""]))


class ReviewReport(models.Model):
    """That somebody finds a comment out of place; settled when an editor hides or keeps it."""

    class Kind(models.TextChoices):
        RUDE = "rude", _("Propos blessants ou déplacés")
        PERSONAL = "personal", _("Il nomme ou décrit une personne")
        OFF_TOPIC = "off_topic", _("Sans rapport avec la ressource")
        ADVERT = "advert", _("Publicité")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("motif"), max_length=9, choices=Kind.choices)
    reported_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "reporter"], name="review_reported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.kind}"
