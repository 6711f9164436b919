"""The vocabularies of the catalogue, after those of ScoLOMFR."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Vocabulary(models.TextChoices):
    """The vocabularies of the profile that this catalogue uses."""

    LEVEL = "level", _("Niveaux")
    DOMAIN = "domain", _("Domaines d'enseignement")
    DOCUMENT_TYPE = "document_type", _("Types documentaires")
    PEDAGOGICAL_TYPE = "pedagogical_type", _("Types pédagogiques")
    LICENCE = "licence", _("Licences")
    ACTIVITY = "activity", _("Activités induites")
    PLACE = "place", _("Lieux d’apprentissage")
    NEED = "need", _("Besoins particuliers")
    COMPETENCE = "competence", _("Socle commun")


class Term(models.Model):
    """A word of a vocabulary. ``alt_labels`` are other names for it: search uses them too.

    ``uri`` is the official concept where there is one. Domains and the common core form trees
    by ``parent``. Names are read as filters in a query where ``reads_as_filter``: a word that
    people rather mean as text ("roman", "guide") is not.
    """

    vocabulary = models.CharField(max_length=20, choices=Vocabulary.choices)
    code = models.CharField(max_length=120)
    label = models.CharField(_("libellé"), max_length=300)
    alt_labels = models.JSONField(_("autres noms"), default=list, blank=True)
    uri = models.URLField(max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveSmallIntegerField(default=0)
    reads_as_filter = models.BooleanField(_("compris comme un filtre"), default=True)

    class Meta:
        ordering = ["vocabulary", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code"], name="term_code_once"),
            models.UniqueConstraint(
                fields=["vocabulary", "uri"], condition=~Q(uri=""), name="term_uri_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label
