"""Reads of the fleet: lists, grids, figures. Nothing here writes."""
