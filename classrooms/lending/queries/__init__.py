"""Reads of movements."""
