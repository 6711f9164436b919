"""Parts every page is built from; their markup lives in ``portal/templates/components``.

Templates write ``{% load ui %}``. Tags take plain values, mappings or objects, so that no
app has to know a class of another to be shown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel.numbers import format_currency
from django import template
from django.core.paginator import Page
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BaseForm, BoundField
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from core.presenting import TONE_ICONS, tone_of
from core.templatetags import ui_steps

register = template.Library()
register.tags.update(ui_steps.register.tags)

#: Icons that point along the line of reading, and so turn round in Arabic.
_DIRECTED = frozenset(
    {
        "arrow-right",
        "arrow-left",
        "chevron-right",
        "chevron-left",
        "external",
        "logout",
        "login",
        "send",
        "undo",
        "list",
    }
)
_ANIMALS = (
    "turtle",
    "octopus",
    "gull",
    "crab",
    "whale",
    "fish",
    "cat",
    "fox",
    "owl",
    "bear",
    "rabbit",
    "seal",
)
_GROUNDS = 8
#: Arabic readers here mostly come from the Maghreb, which writes 0-9.
_MONEY_LOCALES = {"fr": "fr_FR", "en": "en_IE", "ar": "ar_MA"}


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite; with ``label`` it is read aloud, else it is decoration."""
    classes = " ".join(filter(None, ["icon", "icon--flip" if name in _DIRECTED else "", css]))
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href
    )


@register.simple_tag
def drawing(name: str, css: str = "empty__drawing") -> SafeString:
    """Draw one of the small pictures of ``drawings.svg``, as decoration."""
    return format_html(
        '<svg class="{}" viewBox="0 0 160 100" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("img/drawings.svg"),
        name,
    )


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """Draw the animal of a child: always the same one, chosen from its key.

    ``size`` is ``small``, ``big`` or nothing. It is decoration: the name stands beside it.
    """
    key = getattr(person, "pk", person) or 0
    number = int(key) if str(key).isdigit() else sum(str(key).encode())
    animal = _ANIMALS[number % len(_ANIMALS)]
    ground = (number * 5 + number // len(_ANIMALS)) % _GROUNDS + 1
    return format_html(
        '<svg class="avatar avatar--g{}{}" viewBox="0 0 64 64" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        ground,
        f" avatar--{size}" if size else "",
        static("img/avatars.svg"),
        animal,
    )


@register.simple_tag
def badge(text: Any, tone: str = "plain", icon_name: str = "") -> SafeString:
    """Show a state as a word on a coloured ground; the word carries the meaning."""
    return format_html(
        '<span class="badge badge--{}">{}{}</span>',
        tone_of(tone),
        icon(icon_name) if icon_name else "",
        text,
    )


@register.filter(name="money")
def money_filter(cents: int | None) -> str:
    """Write cents of euro in the reader's language; nothing for None."""
    if cents is None:
        return ""
    locale = _MONEY_LOCALES.get((get_language() or "fr")[:2], "fr_FR")
    return str(format_currency(cents / 100, "EUR", locale=locale))


@register.simple_tag(name="money")
def money_tag(cents: int | None) -> SafeString:
    """Write cents of euro, kept whole on its line and in its own direction."""
    return format_html('<bdi class="money">{}</bdi>', money_filter(cents))


@register.filter
def midline(sentence: Any) -> str:
    """Begin a sentence in lower case, to follow a colon."""
    text = str(sentence)
    return text[:1].lower() + text[1:]


@register.filter
def whole(code: str) -> SafeString:
    """Keep a number of ours on one line, in its own order (2026-000123)."""
    return format_html('<bdi class="nowrap" dir="ltr">{}</bdi>', code)


@register.filter
def ltr(code: str) -> str:
    """Keep a number of ours in its own order inside an Arabic sentence (2026-000123)."""
    return f"\u2066{code}\u2069" if get_language_bidi() else code


@register.filter
def tone(word: str) -> str:
    """Return the tone a word stands for (``waiting`` → ``warning``)."""
    return tone_of(word)


@register.simple_tag
def field(bound: BoundField, **extra: Any) -> SafeString:
    """Render a form field with label, hint and error; ``hint`` or ``label`` may be given anew."""
    if "label" in extra:
        bound.label = extra["label"]
    if "hint" in extra:
        bound.help_text = extra["hint"]
    return mark_safe(bound.as_field_group())  # noqa: S308 — Django rendered and escaped it


_DASHES = BLANK_CHOICE_DASH[0][1]


@register.simple_tag
def select_options(groups: list[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """Write the options of a ``<select>``: a template for each makes 444 schools cost 20 ms."""
    written = []
    for name, options, _index in groups:
        lines = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((str(each["value"]), flatatt(each["attrs"]), _worded(each)) for each in options),
        )
        written.append(
            format_html('<optgroup label="{}">{}</optgroup>', name, lines) if name else lines
        )
    return mark_safe("".join(written))  # noqa: S308 — every part was escaped above


def _worded(option: dict[str, Any]) -> Any:
    """Return an option's label; Django's dashes for "nothing chosen yet" become a word."""
    return _("Choisissez…") if option["label"] == _DASHES else option["label"]


@register.inclusion_tag("components/error_summary.html")
def form_errors(*forms: BaseForm, focus: bool = True) -> dict[str, Any]:
    """List what is wrong in one or several forms, each linked to its field, with focus."""
    lines: list[dict[str, Any]] = []
    for form in forms:
        lines += [{"text": text, "label": "", "target": ""} for text in form.non_field_errors()]
        for bound in form:
            target = bound.id_for_label or bound.auto_id
            # A colon follows the label: "À quoi vous opposez-vous ?" and sentences lose their own.
            label = str(bound.label).rstrip(" \u00a0\u202f.?؟!:…")
            lines += [{"text": text, "label": label, "target": target} for text in bound.errors]
    return {"lines": lines, "focus": focus}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page_obj: Page[Any] | None, name: str = "page") -> Any:
    """Link to the other pages of a list, keeping its filters; nothing for a single page."""
    if page_obj is None or page_obj.paginator.num_pages < 2:
        return {"page": None}
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def link(number: int) -> str:
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    entries = [
        {
            "number": number if isinstance(number, int) else None,
            "url": link(number) if isinstance(number, int) else "",
        }
        for number in page_obj.paginator.get_elided_page_range(
            page_obj.number, on_each_side=1, on_ends=1
        )
    ]
    return {
        "page": page_obj,
        "entries": entries,
        "previous": link(page_obj.previous_page_number()) if page_obj.has_previous() else "",
        "following": link(page_obj.next_page_number()) if page_obj.has_next() else "",
    }


@register.inclusion_tag("components/empty.html")
def empty(  # noqa: PLR0917
    title: str = "",
    text: str = "",
    url: str = "",
    action: str = "",
    icon: str = "",
    picture: str = "",
) -> dict[str, Any]:
    """Say that there is nothing here, kindly, and what to do next.

    ``picture`` is one of the drawings (boat, letter, tray, books, tablet, search, done,
    calendar, family, school); without it an ``icon`` of that subject chooses one.
    """
    chosen = picture or _PICTURES.get(icon, "boat")
    return {"title": title, "text": text, "url": url, "action": action, "picture": chosen}


#: The drawing that goes with an icon's subject.
_PICTURES = {
    "inbox": "letter",
    "mail": "letter",
    "bell": "letter",
    "message": "letter",
    "utensils": "tray",
    "meal": "tray",
    "book": "books",
    "books": "books",
    "star": "books",
    "heart": "books",
    "tablet": "tablet",
    "laptop": "tablet",
    "cart": "tablet",
    "tools": "tablet",
    "wifi": "tablet",
    "search": "search",
    "filter": "search",
    "check": "done",
    "check-circle": "done",
    "euro": "done",
    "invoice": "letter",
    "card": "done",
    "calendar": "calendar",
    "clock": "calendar",
    "users": "family",
    "family": "family",
    "child": "family",
    "user": "family",
    "school": "school",
    "file": "letter",
    "folder": "letter",
    "clipboard": "letter",
}

register.tag("empty_state", register.tags["empty"])


@register.simple_block_tag(end_name="endcard")
def card(  # noqa: PLR0917
    content: str,
    title: str = "",
    icon: str = "",
    tone: str = "",
    url: str = "",
    level: int = 2,
    css: str = "",
) -> SafeString:
    """Frame its content; ``title`` becomes a heading of ``level``, a link if ``url`` is given."""
    heading: SafeString | str = ""
    if title:
        inner = format_html('<a href="{}">{}</a>', url, title) if url else title
        disc = (
            format_html(
                '<span class="icon-disc icon-disc--{}">{}</span>', tone_of(tone), _icon(icon)
            )
            if icon
            else ""
        )
        heading = format_html(
            '<div class="card__head">{}<h{} class="card__title">{}</h{}></div>',
            disc,
            level,
            inner,
            level,
        )
    classes = " ".join(filter(None, ["card", f"card--{tone_of(tone)}" if tone else "", css]))
    if url:
        classes += " card--link"
    return format_html('<div class="{}">{}{}</div>', classes, heading, content)


_icon = icon


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "info", title: str = "", level: int = 2) -> SafeString:
    """Set a sentence apart so that it is not missed."""
    kind = tone_of(tone)
    heading = format_html("<h{}>{}</h{}>", level, title, level) if title else ""
    return format_html(
        '<div class="notice notice--{}">{}<div>{}{}</div></div>',
        kind,
        _icon(TONE_ICONS.get(kind, "info")),
        heading,
        content,
    )


@register.simple_tag
def breadcrumb(*parts: str) -> SafeString:
    """Show the way here: label, url, label, url, … and last the label of this page.

    Home comes first by itself.
    """
    pairs = [(_("Accueil"), "/")] + [
        (parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)
    ]
    chevron = icon("chevron-right")
    items = [
        format_html('<a href="{}">{}</a>{}', url, label, chevron)
        if url
        else format_html('<span aria-current="page">{}</span>', label)
        for label, url in pairs
    ]
    return format_html(
        '<nav class="breadcrumb" aria-label="{}"><ol>{}</ol></nav>',
        _("Fil d’Ariane"),
        format_html_join("", "<li>{}</li>", ((item,) for item in items)),
    )


@register.filter
def widget_kind(bound: BoundField) -> str:
    """Return the kind of a field's widget: ``radio``, ``checkboxes``, ``checkbox`` or ``other``."""
    return {
        "radioselect": "radio",
        "checkboxselectmultiple": "checkboxes",
        "checkboxinput": "checkbox",
    }.get(bound.widget_type + "input" if bound.widget_type == "checkbox" else bound.widget_type, "")
