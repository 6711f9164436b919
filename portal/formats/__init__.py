"""Dates and hours as this city writes them, in each of its languages."""
