"""Resources, the vocabularies they use, and their use."""

from resources.catalogue.models.description import Contribution, Relation, Resource
from resources.catalogue.models.importing import ImportProfile, ImportRun
from resources.catalogue.models.terms import Term, Vocabulary
from resources.catalogue.models.use import CatalogueVersion, Favourite, ResourceUse

__all__ = [
    "CatalogueVersion",
    "Contribution",
    "Favourite",
    "ImportProfile",
    "ImportRun",
    "Relation",
    "Resource",
    "ResourceUse",
    "Term",
    "Vocabulary",
]
