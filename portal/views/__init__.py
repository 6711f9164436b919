"""Pages of the portal itself: home, help and legal pages, errors, the style guide."""

from portal.views.home import home

__all__ = ["home"]
