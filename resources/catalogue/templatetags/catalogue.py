"""How resources are shown: marked words, themes of domains, icons of types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.templatetags.ui import badge, form_errors, icon
from resources.catalogue import panels
from resources.catalogue.addresses import address_of
from resources.catalogue.asking import Facet, Option
from resources.catalogue.models import Resource
from resources.search.engine import Answer
from resources.search.excerpts import mark

register = template.Library()

#: Icon of the sprite for each document type.
_DOCUMENT_ICONS = {
    "video": "video",
    "audio": "audio",
    "application": "tablet",
    "fiche": "file",
    "album": "book",
    "image": "image",
    "carte": "map",
    "diaporama": "play",
    "dossier": "folder",
    "visite": "eye",
}


@register.simple_tag
def marked(text: str, answer: Answer | None = None, length: int = 0) -> SafeString:
    """Show a text with the words of the search marked, cut to its best ``length`` characters."""
    marks = answer.marks if answer else frozenset()
    prefixes = answer.prefixes if answer else frozenset()
    pieces = mark(text, marks, prefixes, length=length)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece.text) if piece.hit else piece.text,)
            for piece in pieces
        ),
    )


@register.simple_tag(takes_context=True)
def card_acts(context: template.Context, resource: Resource) -> SafeString:
    """Show the small buttons that apps add to a resource in a list."""
    return panels.card_acts(context["request"], resource)


@register.inclusion_tag("catalogue/_panels.html", takes_context=True)
def results_panels(context: template.Context) -> dict[str, Any]:
    """Show what apps add below the results of a search."""
    request = context["request"]
    return {"acts": panels.results_panels(request), "request": request}


@register.simple_tag
def facet_value(facet: Facet, option: Option) -> SafeString:
    """Show a value of a facet as a box to tick, with how many it would leave.

    In Python and not in a template: a page of results shows some fifty of them.
    """
    spoken = ""
    if option.spoken:
        said = _("(dit dans votre recherche)")
        spoken = format_html(' <span class="visually-hidden">{}</span>', said)
    return format_html(
        '<label class="facet__value"><input type="checkbox" form="recherche" id="f-{}-{}" '
        'name="{}" value="{}"{}{}><span>{}{}</span><span class="facet__count">{}</span></label>',
        facet.parameter,
        slugify(option.value),
        facet.parameter,
        option.value,
        " checked" if option.checked else "",
        " disabled" if option.spoken else "",
        option.label,
        spoken,
        option.count,
    )


def theme_of(code: str) -> str:
    """Return the drawing of a domain: that of its widest one."""
    return code.partition(".")[0] or "francais"


@register.simple_tag
def theme(code: str, css: str = "theme-picture") -> SafeString:
    """Draw the picture of a domain, as decoration."""
    name = theme_of(code)
    return format_html(
        '<svg class="{} theme--{}" viewBox="0 0 96 96" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        css,
        name,
        static("catalogue/themes.svg"),
        name,
    )


@register.simple_tag
def cover(resource: Resource, size: str = "small", css: str = "theme-picture") -> SafeString:
    """Show a resource's picture, served from here, or the drawing of its domain.

    The picture is decoration in a list, where its title stands beside; alone on a page
    (``large``) it says what is on it.
    """
    if not resource.thumbnail_digest:
        return theme(domain_code(resource), css)
    address = address_of("catalogue:cover", resource.identifier, size)
    return format_html(
        '<img class="{} cover cover--{}" src="{}?v={}" alt="{}" loading="lazy" decoding="async">',
        css,
        size,
        address,
        resource.thumbnail_digest,
        resource.thumbnail_alt if size == "large" else "",
    )


@register.inclusion_tag("components/error_summary.html")
def all_errors(forms: Iterable[Any]) -> dict[str, Any]:
    """List what is wrong in many forms, as ``form_errors`` does for a few."""
    summary: dict[str, Any] = form_errors(*forms)
    return summary


@register.filter
def domain_code(resource: Resource) -> str:
    """Return the code of a resource's first domain."""
    return resource.shown_domains[0].code if resource.shown_domains else ""


@register.filter
def level_codes(resource: Resource) -> str:
    """Return a resource's levels in school order, short: "CE2, CM1"."""
    return ", ".join(term.code for term in resource.shown_levels)


@register.filter
def document_icon(resource: Resource) -> str:
    """Return the icon of a resource's document type."""
    code = resource.document_type.code if resource.document_type else ""
    return _DOCUMENT_ICONS.get(code, "file")


@register.simple_tag
def card_facts(resource: Resource, is_pupil: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Show what one chooses by: type, support and, for adults, levels, length, stars, cost.

    In Python and not in a template: a page of results shows twenty-four of them.
    """
    parts: list[tuple[SafeString]] = []
    if resource.pedagogical_type:
        parts.append((badge(resource.pedagogical_type.label, "info"),))
    if resource.document_type:
        parts.append((_fact(document_icon(resource), resource.document_type.label),))
    if not is_pupil:
        parts.append((_fact("", level_codes(resource)),))
        if resource.duration_minutes:
            parts.append((_fact("clock", duration(resource.duration_minutes)),))
        if resource.rating_count:
            stars = format_html(
                '{}<span class="visually-hidden"> {}</span>',
                number_format(resource.rating or 0, 1),
                _("étoiles sur 5"),
            )
            parts.append((_fact("star", stars),))
        if resource.cost == Resource.Cost.PAID:
            parts.append((badge(_("Abonnement de la Ville"), "warning"),))
    return format_html_join(" ", "{}", parts)


def _fact(icon_name: str, text: str) -> SafeString:
    return format_html(
        '<span class="badge">{}{}</span>', icon(icon_name) if icon_name else "", text
    )


@register.simple_tag(takes_context=True)
def favourite_button(
    context: template.Context, resource: Resource, favourites: Collection[int]
) -> SafeString:
    """Show the heart that keeps a resource at hand, or lets it go."""
    kept = resource.pk in favourites
    url = address_of("catalogue:favourite", resource.identifier)
    return format_html(
        '<form class="favourite" method="post" action="{0}" data-repeatable hx-post="{0}"'
        ' hx-swap="outerHTML"><input type="hidden" name="csrfmiddlewaretoken" value="{1}">'
        '<input type="hidden" name="kept" value="{2}">'
        '<input type="hidden" name="next" value="{3}">'
        '<button type="submit" id="favori-{4}" aria-pressed="{5}">{6}'
        '<span class="visually-hidden">{7}</span></button></form>',
        url,
        context.get("csrf_token", ""),
        "0" if kept else "1",
        context["request"].get_full_path(),
        resource.identifier,
        "true" if kept else "false",
        icon("heart"),
        _("Garder « %(title)s » dans mes favoris") % {"title": resource.title},
    )


@register.simple_tag
def why_link(resource: Resource, asked: str) -> SafeString:
    """Offer the reasons for a resource's place; ``asked`` is the search's address."""
    return format_html(
        '<p class="why-ask"><a href="{0}" hx-get="{0}" hx-target="closest p"'
        ' hx-swap="outerHTML">{1}<span class="visually-hidden"> : {2}</span></a></p>',
        f"{address_of('catalogue:why', resource.identifier)}?{asked}",
        _("Pourquoi ce résultat ?"),
        resource.title,
    )


@register.filter
def duration(minutes: int) -> str:
    """Write minutes as one says them: "45 min", "1 h 30"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes}\u00a0min"
    return f"{hours}\u00a0h" + (f"\u00a0{rest:02d}" if rest else "")


@register.simple_tag
def resource_url(resource: Resource) -> str:
    """Return the address of a resource's page; quicker than ``url`` in a long list."""
    return address_of("catalogue:resource", resource.identifier)


@register.simple_tag
def picture(name: str, css: str = "drawing") -> SafeString:
    """Draw a picture for children, as decoration: its name is told beside it."""
    return format_html(
        '<svg class="{}" viewBox="0 0 96 96" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("catalogue/themes.svg"),
        name,
    )


@register.filter
def picture_tint(place: int) -> int:
    """Return one of three tints by place: neighbours differ, in rows of two as of three."""
    return (place + place // 6) % 3
