"""Where a household has lived since when, and what a move asks about school."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.access import people as access
from families.models.children import Child
from families.models.household import Guardian, Household, Street


class HomeAddress(models.Model):
    """A household's address from a day on, until the next one begins.

    One that begins in the future waits, with ``applied_at`` null, and is then written on the
    household. ``mover`` is who declared it: for somebody who moves out alone, ``household``
    is their new one, which they join on that day.
    """

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="addresses")
    mover = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    street = models.ForeignKey(Street, null=True, blank=True, on_delete=models.PROTECT)
    street_text = models.CharField(_("adresse"), max_length=160, blank=True)
    number = models.PositiveIntegerField(_("numéro"), null=True, blank=True)
    suffix = models.CharField(_("bis, ter…"), max_length=5, blank=True)
    complement = models.CharField(_("bâtiment, étage…"), max_length=100, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=80, blank=True)
    starts_on = models.DateField(default=clock.today)
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = access.HomeAddressQuerySet.as_manager()

    class Meta:
        ordering = ["household", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "starts_on"], name="home_address_one_a_day"
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(applied_at__isnull=True),
                name="home_address_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.starts_on:%Y-%m-%d})"

    @property
    def lines(self) -> list[str]:
        """The address as on an envelope, without names."""
        return Household(
            street=self.street,
            street_text=self.street_text,
            number=self.number,
            suffix=self.suffix,
            complement=self.complement,
            postcode=self.postcode,
            city=self.city,
        ).address_lines


class SchoolQuestion(models.Model):
    """Asked after a move in the school year: does the child stay in the school.

    Asked of those who moved and of nobody else: the other parent does not learn of the move.
    A place is never changed by it (Code de l'éducation L212-7): an agent sees the answer.
    """

    class Answer(models.TextChoices):
        STAYS = "stays", _("Reste dans son école jusqu’à la fin de l’année")
        LEAVES = "leaves", _("Change d’école")
        UNSURE = "unsure", _("Nous ne savons pas encore")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="school_questions")
    address = models.ForeignKey(HomeAddress, on_delete=models.CASCADE, related_name="questions")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    answer = models.CharField(max_length=6, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.SchoolQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "address"], name="school_question_once_a_move"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.answer or '?'}"
