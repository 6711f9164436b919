"""Which column of a supplier's table holds which fact, recognised by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.spreadsheets.columns import Target
from core.spreadsheets.columns import guess as guess_by
from resources.search.analysis import fold

TARGETS = (
    Target("key", _("Identifiant chez le fournisseur"),
           ("id", "identifiant", "identifier", "reference", "ark", "doi"), required=True),
    Target("title", _("Titre"), ("titre", "title", "nom"), required=True),
    Target("description", _("Description"), ("description", "resume", "summary", "abstract")),
    Target("language", _("Langue"), ("langue", "language", "lang")),
    Target("kind", _("Type (documentaire ou pédagogique)"), ("type", "nature", "genre")),
    Target("document_type", _("Type documentaire"), ("type documentaire", "document_type")),
    Target("pedagogical_type", _("Type pédagogique"),
           ("type pedagogique", "pedagogical_type", "learning_resource_type")),
    Target("levels", _("Niveaux"), ("niveaux", "niveau", "levels", "level", "public")),
    Target("domains", _("Domaines"),
           ("domaines", "domaine", "disciplines", "discipline", "domains", "matieres", "matiere")),
    Target("publisher", pgettext_lazy("maison d’édition", "Éditeur"),
           ("editeur", "publisher", "source")),
    Target("author", _("Auteur"), ("auteur", "auteurs", "author", "authors")),
    Target("licence", _("Licence"), ("licence", "license")),
    Target("rights", _("Droits"), ("droits", "rights", "copyright")),
    Target("url", _("Adresse"), ("url", "adresse", "lien", "link", "location")),
    Target("keywords", _("Mots-clés"), ("mots-cles", "mots_cles", "mots cles", "keywords", "tags")),
    Target("duration_minutes", _("Durée en minutes"), ("duree", "duration", "duree (min)")),
    Target("cost", _("Coût"), ("cout", "cost", "prix")),
    Target("activities", _("Activités induites"), ("activites", "activities")),
    Target("places", _("Lieux d’apprentissage"), ("lieux", "places")),
    Target("needs", _("Besoins particuliers"), ("besoins", "needs")),
    Target("competences", _("Socle commun"), ("socle", "competences")),
    Target("audience", _("Public"), ("public vise", "audience", "destinataires")),
    Target("difficulty", _("Difficulté"), ("difficulte", "difficulty")),
    Target("personal_data_level", _("Données personnelles"),
           ("donnees personnelles", "personal_data_level")),
    Target("format", _("Format"), ("format", "mime")),
    Target("published_on", _("Parue le"), ("parue le", "date de parution", "published_on")),
    Target("size_bytes", _("Poids"), ("poids", "taille", "size", "content_size")),
    Target("thumbnail_url", _("Adresse de l’image"),
           ("image", "vignette", "thumbnail", "thumbnail_url")),
    Target("open_from", _("Ouverte à partir du"), ("ouverte du", "ouverture", "open_from")),
    Target("open_to", _("Ouverte jusqu’au"), ("ouverte au", "expiration", "open_to")),
    Target("licence_seats", _("Nombre d’accès achetés"),
           ("acces achetes", "licence_seats")),
    Target("licence_unit", _("Qui prend un accès"), ("acces par", "licence_unit")),
    Target("illustrator", _("Illustrateur"), ("illustrateur", "illustrator")),
    Target("contributor", _("Contributeur"), ("contributeur", "contributor")),
)  # fmt: skip
BY_CODE: Mapping[str, Target] = {target.code: target for target in TARGETS}


def guess(header: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each fact: as last time for this supplier, else by its name."""
    return guess_by(header, remembered, TARGETS, fold)
