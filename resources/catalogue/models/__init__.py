"""Resources, the vocabularies they use, and their use."""

from resources.catalogue.models.description import Contribution, Relation, Resource
from resources.catalogue.models.editing import (
    BulkEdit,
    Cover,
    DuplicatePair,
    DuplicateScan,
    Revision,
)
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
    "BulkEdit",
    "CatalogueVersion",
    "Contribution",
    "Cover",
    "DuplicatePair",
    "DuplicateScan",
    "Favourite",
    "ImportProfile",
    "ImportRun",
    "MissedAsker",
    "MissedCount",
    "MissedQuery",
    "Relation",
    "Resource",
    "ResourceUse",
    "Revision",
    "SavedSearch",
    "SynonymChange",
    "SynonymGroup",
    "Term",
    "Vocabulary",
]
