"""The vocabularies of the catalogue, after those of ScoLOMFR."""

from __future__ import annotations

from django.db import models
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

    ``uri`` is the official concept where there is one. Domains form a tree by ``parent``.
    """

    vocabulary = models.CharField(max_length=20, choices=Vocabulary.choices)
    code = models.CharField(max_length=60)
    label = models.CharField(_("libellé"), max_length=160)
    alt_labels = models.JSONField(_("autres noms"), default=list, blank=True)
    uri = models.URLField(max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["vocabulary", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code"], name="term_code_once"),
        ]

    def __str__(self) -> str:
        return self.label
