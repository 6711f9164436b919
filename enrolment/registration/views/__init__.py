"""Pages of the registration app."""
