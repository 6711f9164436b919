"""Resources, the vocabularies they use, and their use."""

from resources.catalogue.models.description import Contribution, Resource
from resources.catalogue.models.terms import Term, Vocabulary
from resources.catalogue.models.use import CatalogueVersion, Favourite, ResourceUse

__all__ = [
    "CatalogueVersion",
    "Contribution",
    "Favourite",
    "Resource",
    "ResourceUse",
    "Term",
    "Vocabulary",
]
