"""API operations of the schools app."""

from ninja import Router

router = Router(tags=["schools"])
