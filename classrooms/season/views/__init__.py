"""Pages of September."""
