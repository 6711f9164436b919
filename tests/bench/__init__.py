"""Measures, each beside a baseline taken in the same run. ``make bench``, ``ONLY=area``."""
