"""API operations of the classrooms app."""

from ninja import Router

router = Router(tags=["classrooms"])
