"""What is shown to other catalogues, what is read from them, and lists taken out."""

from resources.exchange.models.exports import CatalogueExport
from resources.exchange.models.harvesting import HarvestedRecord, HarvestRun, HarvestSource
from resources.exchange.models.publishing import PublicRecord, PublicRecordSet, PublicState

__all__ = [
    "CatalogueExport",
    "HarvestRun",
    "HarvestSource",
    "HarvestedRecord",
    "PublicRecord",
    "PublicRecordSet",
    "PublicState",
]
