"""How the pictures of codes are drawn and named."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

PICTURE_NAMES = {
    "chat": _("le chat"),
    "bateau": _("le bateau"),
    "soleil": _("le soleil"),
    "fleur": _("la fleur"),
    "poisson": _("le poisson"),
    "maison": _("la maison"),
    "ballon": _("le ballon"),
    "etoile": _("l'étoile"),
    "pomme": _("la pomme"),
    "velo": _("le vélo"),
    "arbre": _("l'arbre"),
    "lune": _("la lune"),
}


@register.simple_tag
def picture(code: str) -> SafeString:
    """Draw one of the twelve pictures, as decoration: its name stands beside it."""
    return format_html(
        '<svg viewBox="0 0 96 96" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("workspace/pictures.svg"),
        code,
    )


@register.filter
def picture_name(code: str) -> str:
    """Return the name of a picture as a child says it."""
    return str(PICTURE_NAMES.get(code, code))
