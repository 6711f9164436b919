"""API operations of the workspace app."""

from ninja import Router

router = Router(tags=["workspace"])
