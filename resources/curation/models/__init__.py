"""Collections, what teachers say of resources, and what they ask of the editors."""

from resources.curation.models.asked import Problem, Suggestion
from resources.curation.models.collections import (
    ClassShare,
    Collection,
    CollectionItem,
    Proposal,
)
from resources.curation.models.reviews import Review, ReviewReport

__all__ = [
    "ClassShare",
    "Collection",
    "CollectionItem",
    "Problem",
    "Proposal",
    "Review",
    "ReviewReport",
    "Suggestion",
]
