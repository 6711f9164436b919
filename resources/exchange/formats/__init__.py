"""The forms in which notices travel: LOM, Dublin Core, JSON-LD, GAR."""
