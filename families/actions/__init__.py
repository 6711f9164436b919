"""The only writers of family facts, by sub-domain."""
