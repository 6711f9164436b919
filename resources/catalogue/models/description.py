"""What a resource is, under the names of ScoLOMFR's core."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from enrolment.schools.models import ClassGroup, School
from resources.catalogue import access, rules
from resources.catalogue.models.terms import Term


class Resource(models.Model):
    """An educational resource, under the names of ScoLOMFR's core.

    ``open_from`` and ``open_to`` (last day included) are the city's own: when the licence
    lets schools use it; ``schools`` and ``class_groups`` say where, everywhere when both are
    empty. Of ``licence_seats`` accesses (no limit when empty) one is taken for each class or
    each pupil, as ``licence_unit`` says. ``quality``, the editors', runs from 0 (not
    assessed) to 5; ``rating_stars`` sums what ``rating_count`` teachers gave, one to five each.
    ``search_text`` is the analysed text through which the database answers when no index can
    be read. ``revision`` counts the changes (``history``): an editor writes on the one they
    read. A duplicate that gave way is withdrawn and names its heir in ``replaced_by``: its
    address leads there. A picture is there when ``thumbnail_digest`` says which one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PROPOSED = "proposed", _("Proposée")
        VALIDATED = "validated", _("Validée")
        WITHDRAWN = "withdrawn", _("Retirée")

    class Audience(models.TextChoices):
        LEARNER = "learner", _("Élèves")
        TEACHER = "teacher", _("Enseignants")
        BOTH = "both", _("Élèves et enseignants")

    class Cost(models.TextChoices):
        FREE = "free", _("Gratuit")
        PAID = "paid", _("Payant, pris en charge par la Ville")

    class PersonalData(models.TextChoices):
        NONE = "none", _("Aucune donnée personnelle")
        LOW = "low", _("Peu de données (un prénom, un score)")
        MEDIUM = "medium", _("Un compte au nom de l'élève")
        HIGH = "high", _("Des productions ou des résultats nominatifs")

    class Difficulty(models.TextChoices):
        EASY = "easy", _("Facile")
        MEDIUM = "medium", _("Moyen")
        HARD = "hard", _("Difficile")

    class LicenceUnit(models.TextChoices):
        CLASS = "class", _("Un accès par classe")
        PUPIL = "pupil", _("Un accès par élève")

    class LinkState(models.TextChoices):
        UNCHECKED = "unchecked", _("Jamais vérifié")
        FINE = "fine", _("Le lien répond")
        MOVED = "moved", _("Le lien a changé d’adresse")
        BROKEN = "broken", _("Le lien ne répond plus")

    MOVES = rules.move_table()

    identifier = models.SlugField(_("identifiant"), max_length=60, unique=True)
    external_identifier = models.CharField(
        _("identifiant chez le fournisseur"), max_length=120, blank=True
    )
    title = models.CharField(_("titre"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    keywords = models.JSONField(_("mots-clés"), default=list, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    state = models.CharField(
        _("état"), max_length=10, choices=State.choices, default=State.DRAFT, db_index=True
    )
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    format = models.CharField(_("format"), max_length=60, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("poids en octets"), null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        _("durée en minutes"), null=True, blank=True
    )
    document_type = models.ForeignKey(
        Term,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("type documentaire"),
    )
    pedagogical_type = models.ForeignKey(
        Term,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("type pédagogique"),
    )
    levels = models.ManyToManyField(Term, related_name="+", blank=True, verbose_name=_("niveaux"))
    domains = models.ManyToManyField(Term, related_name="+", blank=True, verbose_name=_("domaines"))
    activities = models.ManyToManyField(
        Term, related_name="+", blank=True, verbose_name=_("activités induites")
    )
    places = models.ManyToManyField(Term, related_name="+", blank=True, verbose_name=_("lieux"))
    needs = models.ManyToManyField(
        Term, related_name="+", blank=True, verbose_name=_("besoins particuliers")
    )
    competences = models.ManyToManyField(
        Term, related_name="+", blank=True, verbose_name=_("socle commun")
    )
    thumbnail = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    thumbnail_url = models.URLField(_("adresse de l’image"), max_length=500, blank=True)
    thumbnail_alt = models.CharField(_("description de l’image"), max_length=200, blank=True)
    thumbnail_digest = models.CharField(max_length=16, blank=True, editable=False)
    audience = models.CharField(
        _("public"), max_length=10, choices=Audience.choices, default=Audience.BOTH
    )
    difficulty = models.CharField(
        _("difficulté"), max_length=10, choices=Difficulty.choices, blank=True
    )
    cost = models.CharField(_("coût"), max_length=5, choices=Cost.choices, default=Cost.FREE)
    licence = models.ForeignKey(
        Term,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("licence"),
    )
    rights = models.CharField(_("droits"), max_length=300, blank=True)
    personal_data_level = models.CharField(
        _("données personnelles"),
        max_length=10,
        choices=PersonalData.choices,
        default=PersonalData.NONE,
    )
    open_from = models.DateField(_("ouverte à partir du"), null=True, blank=True)
    open_to = models.DateField(_("ouverte jusqu'au"), null=True, blank=True)
    schools = models.ManyToManyField(
        School, related_name="+", blank=True, verbose_name=_("réservée à des écoles")
    )
    class_groups = models.ManyToManyField(
        ClassGroup, related_name="+", blank=True, verbose_name=_("réservée à des classes")
    )
    licence_seats = models.PositiveIntegerField(
        _("nombre d’accès achetés"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    licence_unit = models.CharField(
        _("qui prend un accès"),
        max_length=5,
        choices=LicenceUnit.choices,
        default=LicenceUnit.CLASS,
    )
    link_state = models.CharField(
        _("lien"), max_length=10, choices=LinkState.choices, default=LinkState.UNCHECKED
    )
    link_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    link_next_check_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    link_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    link_moved_to = models.URLField(max_length=500, blank=True, editable=False)
    quality = models.PositiveSmallIntegerField(
        _("qualité"), default=0, validators=[MaxValueValidator(5)]
    )
    rating_stars = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    published_on = models.DateField(_("parue le"), null=True, blank=True)
    search_text = models.TextField(editable=False, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="replaced",
    )
    opened_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("ressource")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_identifier"],
                condition=~Q(external_identifier=""),
                name="resource_external_identifier_once",
            ),
            models.CheckConstraint(condition=Q(quality__lte=5), name="resource_quality_range"),
            models.CheckConstraint(
                condition=Q(rating_stars__gte=F("rating_count"))
                & Q(rating_stars__lte=F("rating_count") * 5),
                name="resource_one_to_five_stars",
            ),
            models.CheckConstraint(
                condition=Q(licence_seats__isnull=True) | Q(licence_seats__gte=1),
                name="resource_some_seats",
            ),
            models.CheckConstraint(
                condition=Q(open_from__isnull=True)
                | Q(open_to__isnull=True)
                | Q(open_to__gte=F("open_from")),
                name="resource_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True)
                | (Q(state="withdrawn") & ~Q(replaced_by=F("pk"))),
                name="resource_replaced_once_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    # Lists fill these two for all their rows at once (``catalogue.terms``).
    @cached_property
    def shown_levels(self) -> list[Term]:
        """Its levels, in school order."""
        return list(self.levels.all())

    @cached_property
    def shown_domains(self) -> list[Term]:
        """Its domains, the first of which gives its picture."""
        return list(self.domains.all())

    @property
    def rating(self) -> float | None:
        """What teachers gave on average, from 1 to 5; None as long as nobody has."""
        return self.rating_stars / self.rating_count if self.rating_count else None

    @property
    def standing(self) -> int:
        """From 0 to 5: the editors' judgement and the teachers' together, as search weighs it."""
        return rules.standing(self.quality, self.rating_stars, self.rating_count)


class Contribution(models.Model):
    """Somebody's part in a resource, as ScoLOMFR names roles; ``name`` is a public credit."""

    class Kind(models.TextChoices):
        AUTHOR = "author", _("Auteur")
        PUBLISHER = "publisher", _("Éditeur")
        CONTRIBUTOR = "contributor", _("Contributeur")
        ILLUSTRATOR = "illustrator", _("Illustrateur")
        EDITOR = "editor", _("Directeur de la publication")
        DISTRIBUTOR = "distributor", _("Diffuseur")

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="contributions")
    role = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(_("nom"), max_length=160)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["resource", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "role", "name"], name="contribution_credited_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Relation(models.Model):
    """How a resource stands to another, read from ``resource`` to ``other``."""

    class Kind(models.TextChoices):
        PUPIL_VERSION = "pupil_version", _("est la version élève de")
        TEACHER_VERSION = "teacher_version", _("est la version enseignant de")
        PART = "part", _("est une partie de")
        REPLACES = "replaces", _("remplace")

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="related_from")
    kind = models.CharField(_("lien"), max_length=16, choices=Kind.choices)

    class Meta:
        ordering = ["resource", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "other", "kind"], name="relation_once"),
            models.CheckConstraint(
                condition=~Q(resource=F("other")), name="relation_to_another_resource"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.kind} {self.other_id}"
