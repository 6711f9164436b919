"""Resources, the vocabularies they use, and their use."""

from resources.catalogue.models.description import Contribution, Relation, Resource
from resources.catalogue.models.importing import ImportProfile, ImportRun
from resources.catalogue.models.searches import (
    MissedAsker,
    MissedCount,
    MissedQuery,
    SavedSearch,
    SynonymChange,
    SynonymGroup,
)
from resources.catalogue.models.terms import Term, Vocabulary
from resources.catalogue.models.use import CatalogueVersion, Favourite, ResourceUse

__all__ = [
    "CatalogueVersion",
    "Contribution",
    "Favourite",
    "ImportProfile",
    "ImportRun",
    "MissedAsker",
    "MissedCount",
    "MissedQuery",
    "Relation",
    "Resource",
    "ResourceUse",
    "SavedSearch",
    "SynonymChange",
    "SynonymGroup",
    "Term",
    "Vocabulary",
]
