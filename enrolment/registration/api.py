"""API operations of the registration app."""

from ninja import Router

router = Router(tags=["registration"])
