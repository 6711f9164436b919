"""Facts about families: households, guardians, children, custody, income, health."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families import access


class Street(models.Model):
    """A street of the city's register; ``code`` is the register's own key.

    ``search_name`` is the name folded for look-up: lower case, no accents, no hyphens.
    """

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(_("voie"), max_length=120)
    search_name = models.CharField(max_length=120, db_index=True)
    postcode = models.CharField(_("code postal"), max_length=5)
    district = models.CharField(_("quartier"), max_length=60)

    class Meta:
        ordering = ["name", "postcode", "pk"]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """People who live at one address. A child of separated parents has two.

    ``street`` is null when the address lies outside the city's register; then
    ``street_text`` holds it as declared.
    """

    reference = models.CharField(max_length=16, unique=True)
    street = models.ForeignKey(Street, null=True, blank=True, on_delete=models.PROTECT)
    street_text = models.CharField(_("adresse"), max_length=160, blank=True)
    number = models.PositiveIntegerField(_("numéro"), null=True, blank=True)
    suffix = models.CharField(_("bis, ter…"), max_length=5, blank=True)
    complement = models.CharField(_("bâtiment, étage…"), max_length=100, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=80, blank=True)
    is_protected = models.BooleanField(_("adresse protégée"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.HouseholdQuerySet.as_manager()

    def __str__(self) -> str:
        return self.reference

    @property
    def address_lines(self) -> list[str]:
        """The address as on an envelope, without names; empty when none was declared."""
        street = self.street.name if self.street else self.street_text
        number = " ".join(filter(None, [str(self.number or ""), self.suffix]))
        first = " ".join(filter(None, [number, street]))
        last = " ".join(filter(None, [self.postcode, self.city]))
        return [line for line in [first, self.complement, last] if line]


class Guardian(models.Model):
    """An adult responsible for children; ``user`` is null until they have an account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="guardian",
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="guardians")
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    used_name = models.CharField(_("nom d'usage"), max_length=100, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.GuardianQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given name and the name used in daily life."""
        return f"{self.given_name} {self.used_name or self.family_name}"


class Child(models.Model):
    """A child. ``reference`` is the number families and agents quote (no meaning inside)."""

    reference = models.CharField(max_length=16, unique=True)
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    used_name = models.CharField(_("nom d'usage"), max_length=100, blank=True)
    birth_date = models.DateField(_("date de naissance"))
    guardians = models.ManyToManyField(Guardian, through="Guardianship", related_name="children")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.ChildQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name", "birth_date"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given name and the name used in daily life."""
        return f"{self.given_name} {self.used_name or self.family_name}"


class Guardianship(models.Model):
    """What a guardian is to a child, from a day to a day (``ends_on`` excluded)."""

    class Kind(models.TextChoices):
        MOTHER = "mother", _("Mère")
        FATHER = "father", _("Père")
        GUARDIAN = "guardian", _("Tuteur ou tutrice")
        INSTITUTION = "institution", _("Institution")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="guardianships")
    kind = models.CharField(_("lien"), max_length=12, choices=Kind.choices)
    parental_authority = models.BooleanField(_("autorité parentale"), default=True)
    lives_with = models.BooleanField(_("l'enfant vit avec cette personne"), default=True)
    may_pick_up = models.BooleanField(_("peut venir chercher l'enfant"), default=True)
    receives_messages = models.BooleanField(_("reçoit les messages"), default=True)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = access.GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "guardian"],
                condition=Q(ends_on__isnull=True),
                name="guardianship_current_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="guardianship_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.child_id} ({self.kind})"


class PickupContact(models.Model):
    """Somebody else who may collect a child, named by a guardian, from a day to a day."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="pickup_contacts")
    added_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("prénom et nom"), max_length=120)
    relation = models.CharField(_("lien avec l'enfant"), max_length=60, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = access.PickupContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "added_by", "name"],
                condition=Q(ends_on__isnull=True),
                name="pickup_contact_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A guardian invited by another to open their own access; only a hash of the token is kept.

    Good once, for seven days, and only for an account whose confirmed address is ``email``.
    """

    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("adresse e-mail"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = access.InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} ({self.created_at:%Y-%m-%d})"


class PayerRule(models.Model):
    """Who pays for a child from a day on; the newest rule in force on a service day counts.

    ``single``: one share. ``percentage``: shares with ``percent`` adding up to 100.
    ``alternating``: one share for odd and one for even ISO weeks (weeks 53 and 1 are both
    odd: the rule follows the calendar, not a count of weeks). A rule that makes somebody
    else pay is a proposal, without effect, until ``agreed_at``.
    """

    class Mode(models.TextChoices):
        SINGLE = "single", _("Une seule personne paie")
        PERCENTAGE = "percentage", _("Partage en pourcentage")
        ALTERNATING = "alternating", _("Une semaine sur deux")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="payer_rules")
    mode = models.CharField(max_length=12, choices=Mode.choices)
    valid_from = models.DateField()
    proposed_by = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True, default=clock.now)

    objects = access.PayerRuleQuerySet.as_manager()

    class Meta:
        ordering = ["child", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "valid_from"],
                condition=Q(agreed_at__isnull=False),
                name="payer_rule_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(agreed_at__isnull=True),
                name="payer_rule_one_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.mode} ({self.valid_from:%Y-%m-%d})"


class PayerShare(models.Model):
    """One payer within a rule."""

    class Weeks(models.TextChoices):
        ALL = "all", _("Toutes les semaines")
        ODD = "odd", _("Semaines impaires")
        EVEN = "even", _("Semaines paires")

    rule = models.ForeignKey(PayerRule, on_delete=models.CASCADE, related_name="shares")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="payer_shares")
    percent = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    weeks = models.CharField(max_length=4, choices=Weeks.choices, default=Weeks.ALL)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "guardian", "weeks"], name="payer_share_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="payer_share_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id}: {self.percent} % ({self.weeks})"


class IncomeFile(models.Model):
    """A household's family quotient in whole euros a month, as checked, from a day on.

    No file in force on a service day means the top tariff. ``proof`` is deleted once checked:
    the quotient is all that billing needs.
    """

    class Source(models.TextChoices):
        CAF = "caf", _("Attestation de la CAF")
        TAX = "tax", _("Avis d'imposition")
        DECLARED = "declared", _("Déclaré, en attente de contrôle")

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="income_files")
    family_quotient = models.PositiveIntegerField(_("quotient familial (euros par mois)"))
    source = models.CharField(max_length=10, choices=Source.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(_("motif du refus"), max_length=200, blank=True)

    objects = access.IncomeFileQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "valid_from"],
                condition=Q(checked_at__isnull=False),
                name="income_file_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(checked_at__isnull=True, refused_at__isnull=True),
                name="income_file_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True) | Q(refused_at__isnull=True),
                name="income_file_checked_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.valid_from:%Y-%m-%d})"

    def in_force(self, day: dt.date) -> bool:
        """Tell whether this checked file sets the tariff on a service day."""
        return (
            self.checked_at is not None
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


class HealthCarePlan(models.Model):
    """A PAI: care at school, valid for the stay in one school. Reads are journalled.

    ``allergens`` holds codes of the 14 of EU regulation 1169/2011, annex II.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="health_care_plans")
    allergens = models.JSONField(default=list)
    instructions = models.TextField(_("conduite à tenir"), blank=True)
    brings_packed_lunch = models.BooleanField(_("panier-repas"), default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = access.HealthCarePlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.child_id} ({self.starts_on:%Y-%m-%d})"
