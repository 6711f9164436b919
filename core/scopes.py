"""What the code in a post's scope stands for: apps that own such things give their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from core.accounts.models import Post

Lister = Callable[[], Iterable[tuple[str, str]]]
Namer = Callable[[Collection[str]], Mapping[str, str]]
_namers: list[Namer] = []
_listers: dict[str, Lister] = {}


def register_scope_names(namer: Namer) -> None:
    """Teach the names of some scopes; call it from ``AppConfig.ready``."""
    if namer not in _namers:
        _namers.append(namer)


def register_places(kind: str, lister: Lister) -> None:
    """Teach the places of a kind of scope, so that one is picked by name, not by code.

    ``lister`` returns (code, name) of each, in the order of a list. Call it from
    ``AppConfig.ready``.
    """
    _listers[kind] = lister


def places() -> list[tuple[str, str]]:
    """Return (code, name) of every place a post can be held in."""
    return [place for lister in _listers.values() for place in lister()]


def code_of(kind: str, said: str) -> str | None:
    """Return the code of a place from what was typed or picked: code, name, or both.

    None when no such place is known, though places of that kind are.
    """
    said = said.strip()
    if not said or kind not in _listers:
        return said
    code = said.split(" — ", 1)[0].strip().casefold()
    known = list(_listers[kind]())
    found = [found for found, _name in known if found.casefold() == code]
    found = found or [found for found, name in known if name.casefold() == said.casefold()]
    return found[0] if len(found) == 1 else None


def posts_in_words(posts: Iterable[Post]) -> dict[int, str]:
    """Say each post as one would: the role, and where it is held if that says something."""
    held = list(posts)
    refs = {post.scope_ref for post in held if post.scope_ref}
    names = {code: name for namer in _namers for code, name in namer(refs).items()} if refs else {}
    said = {}
    for post in held:
        words = post.get_role_display()
        if post.scope_ref:
            where = names.get(post.scope_ref, post.scope_ref)
            words = _("%(role)s, %(place)s") % {"role": words, "place": where}
        elif post.scope_kind != "self":
            words = _("%(role)s, %(place)s") % {
                "role": words,
                "place": post.get_scope_kind_display(),
            }
        said[post.pk] = words
    return said
