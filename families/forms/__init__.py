"""Forms of the family pages."""
