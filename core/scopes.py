"""What the code in a post's scope stands for: apps that own such things give their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from core.accounts.models import Post

Namer = Callable[[Collection[str]], Mapping[str, str]]
_namers: list[Namer] = []


def register_scope_names(namer: Namer) -> None:
    """Teach the names of some scopes; call it from ``AppConfig.ready``."""
    if namer not in _namers:
        _namers.append(namer)


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
