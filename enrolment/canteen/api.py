"""API operations of the canteen app."""

from ninja import Router

router = Router(tags=["canteen"])
