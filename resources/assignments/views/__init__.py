"""Pages of what teachers give to do."""
