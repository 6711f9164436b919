"""The only writers of movements."""
