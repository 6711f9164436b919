"""API operations of the families app."""

from ninja import Router

router = Router(tags=["families"])
