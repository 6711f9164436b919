"""Reads of counts: what a code names, how a count stands, how far a campaign is."""
