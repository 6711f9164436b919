"""When parents disagree, and what a judge decided: objections, consents, court rulings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families.access import separation
from families.models.children import Child
from families.models.household import Guardian


class JointAct(models.TextChoices):
    """Acts that one parent may do alone until the other objects (Code civil 372-2).

    A first registration is not among them: a child of compulsory age is never left
    without a school by its parents' disagreement (Code de l'éducation L131-1).
    """

    CHANGE_OF_SCHOOL = "change_of_school", _("Changer d’école")
    DEREGISTRATION = "deregistration", _("Quitter l’école (radiation)")
    WAIVER = "waiver", _("Aller dans une école hors secteur (dérogation)")


class CourtRuling(models.Model):
    """A judge's decision about a child, as an enrolment agent recorded it.

    In force from ``starts_on`` until the day before ``ends_on`` (open if null) it may take
    from ``guardian`` the view of the child's school life, the right to collect, or the
    exercise of authority. Guardianships stay as they are: the ruling lies over them, so
    that its end gives everything back. One entered by mistake is cancelled, never erased.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="rulings")
    guardian = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.PROTECT, related_name="rulings"
    )
    court = models.CharField(_("tribunal"), max_length=120)
    decided_on = models.DateField(_("date de la décision"))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    no_access = models.BooleanField(_("ne voit plus la scolarité"), default=False)
    no_pickup = models.BooleanField(_("ne vient plus chercher l’enfant"), default=False)
    no_authority = models.BooleanField(_("n’exerce plus l’autorité parentale"), default=False)
    starts_on = models.DateField(_("à partir du"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = separation.CourtRulingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["guardian", "starts_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="ruling_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__lte=F("starts_on")),
                name="ruling_starts_once_decided",
            ),
            models.CheckConstraint(
                condition=Q(guardian__isnull=False)
                | Q(no_access=False, no_pickup=False, no_authority=False),
                name="ruling_restricts_somebody",
            ),
            models.UniqueConstraint(
                fields=["child", "guardian", "decided_on", "court", "starts_on"],
                condition=Q(cancelled_at__isnull=True),
                name="ruling_recorded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} ({self.decided_on:%Y-%m-%d})"


class Objection(models.Model):
    """One parent's written objection to an act; while it is open the act is frozen.

    What they wrote and enclosed is read by enrolment agents only, never by the other parent.
    """

    OPEN, WITHDRAWN, AGREED, RULED = "open", "withdrawn", "agreed", "ruled"
    MOVES = {OPEN: {WITHDRAWN, AGREED, RULED}}
    STATES = [
        (OPEN, _("En cours")),
        (WITHDRAWN, _("Retirée")),
        (AGREED, _("Accord des parents")),
        (RULED, _("Tranchée par le juge")),
    ]

    reference = models.CharField(max_length=16, unique=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="objections")
    act = models.CharField(_("démarche"), max_length=20, choices=JointAct.choices)
    raised_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="objections")
    text = models.CharField(_("votre opposition"), max_length=2000)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, default=OPEN, choices=STATES)
    raised_at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ruling = models.ForeignKey(
        CourtRuling, null=True, blank=True, on_delete=models.PROTECT, related_name="settled"
    )

    objects = separation.ObjectionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "raised_at"], name="objection_state_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "act", "raised_by"],
                condition=Q(state="open"),
                name="objection_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="objection_settled_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state="ruled", ruling__isnull=False)
                | (~Q(state="ruled") & Q(ruling__isnull=True)),
                name="objection_ruled_names_ruling",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Consent(models.Model):
    """A holder of authority agrees to the act an objection froze.

    Once every holder has, the freeze ends. ``document`` is a written agreement that an agent
    recorded for somebody who does not sign in.
    """

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="consents")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["objection", "guardian"], name="consent_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}: {self.guardian_id}"
