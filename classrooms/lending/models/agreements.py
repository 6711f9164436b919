"""What borrowers have signed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.lending import access
from classrooms.models import HandOut
from core import clock
from core.documents import Document
from enrolment.schools.models import School


class LoanAgreement(models.Model):
    """One signature for one or several hand-outs of one holder.

    ``text`` is what was on the screen or the paper, to the letter; ``fingerprint`` its
    SHA-256, printed on the document. ``signer`` is set when the borrower signed from her own
    account; else ``recorded_by`` held out the screen, or attached the paper.
    """

    class Method(models.TextChoices):
        DRAWN = "drawn", _("Signé à l’écran")
        TYPED = "typed", _("Signé en tapant son nom")
        PAPER = "paper", _("Signé sur papier")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=6, choices=Method.choices)
    signer_name = models.CharField(_("nom du signataire"), max_length=120)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="loan_agreements",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(default=clock.now)
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")

    objects = access.AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        verbose_name = _("convention de prêt")
        constraints = [
            models.CheckConstraint(
                condition=~Q(signer_name="") & ~Q(text="") & Q(fingerprint__regex="^[0-9a-f]{64}$"),
                name="agreement_says_who_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"CP-{self.pk:05d}" if self.pk else "CP"


class AgreementLine(models.Model):
    """One hand-out that an agreement covers; a hand-out is signed for once."""

    agreement = models.ForeignKey(LoanAgreement, on_delete=models.CASCADE, related_name="lines")
    hand_out = models.OneToOneField(
        HandOut, on_delete=models.PROTECT, related_name="agreement_line"
    )

    objects = access.AgreementLineQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "pk"]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.hand_out_id}"
