"""Pages of the second life."""
