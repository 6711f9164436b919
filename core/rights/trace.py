"""Who looked at my file: the journal's reads and acts by staff, in plain words.

Told are the role and the service of whoever read or acted, never a name: agents answer to the
city, not in person. Apps say which rows are a person's own (``register_subjects``), and how to
say verbs, kinds of rows and reasons.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acting, clock
from core.accounts.models import Post, User
from core.accounts.roles import STAFF_ROLES, Role
from core.journal import JournalEntry
from core.rights.registry import Words


@dataclass(frozen=True)
class Subjects:
    """Rows of one model that are a person's own; ``whose`` names the child of a row, if any."""

    model: str
    whose: dict[str, str]


@dataclass(frozen=True)
class Trace:
    """One line of the log."""

    at: dt.datetime
    is_read: bool
    sentence: str


_subjects: list[Callable[[User], Iterable[Subjects]]] = []
_reads: dict[str, Words] = {}
_reasons: dict[str, Words] = {}
_things: dict[str, Words] = {}

_WHO: dict[str, Words] = {
    Role.TEACHER: gettext_lazy("Une personne qui enseigne à l’école"),
    Role.HEAD_TEACHER: gettext_lazy("La direction de l’école"),
    Role.ENROLMENT_AGENT: gettext_lazy("Une personne du service scolaire"),
    Role.CANTEEN_MANAGER: gettext_lazy("Une personne de la restauration scolaire"),
    Role.REVENUE_OFFICER: gettext_lazy("Une personne de la régie"),
    Role.IT_TECHNICIAN: gettext_lazy("Une personne du service informatique"),
    Role.IT_MANAGER: gettext_lazy("Une personne du service informatique"),
    Role.CATALOGUE_EDITOR: gettext_lazy("Une personne du service documentaire"),
    Role.HELPER: gettext_lazy("Une personne qui vous aide, avec votre accord"),
    Role.ADMINISTRATOR: gettext_lazy("Une personne qui administre le portail"),
}
#: Of several roles held at once, the one that most likely led to the file.
_FIRST = [
    Role.ENROLMENT_AGENT,
    Role.HEAD_TEACHER,
    Role.TEACHER,
    Role.CANTEEN_MANAGER,
    Role.REVENUE_OFFICER,
    Role.ADMINISTRATOR,
]


def register_subjects(subjects: Callable[[User], Iterable[Subjects]]) -> None:
    """Let an app say which of its rows are somebody's own; call it from ``AppConfig.ready``."""
    if subjects not in _subjects:
        _subjects.append(subjects)


def register_words(
    *,
    reads: Mapping[str, Words] | None = None,
    reasons: Mapping[str, Words] | None = None,
    things: Mapping[str, Words] | None = None,
) -> None:
    """Say what is read (``income``), why (``meals``), and what a row is (``families.child``)."""
    _reads.update(reads or {})
    _reasons.update(reasons or {})
    _things.update(things or {})


def own_subjects(user: User) -> dict[str, dict[str, str]]:
    """Return the ids of one's own rows by model, each with the child it is about."""
    found: dict[str, dict[str, str]] = {
        "accounts.user": {str(user.pk): ""},
    }
    for subjects in _subjects:
        for own in subjects(user):
            found.setdefault(own.model, {}).update(own.whose)
    return found


def entries_for(
    user: User, subjects: dict[str, dict[str, str]], *, what: str = "", child: str = ""
) -> QuerySet[JournalEntry]:
    """Return what staff read or did on one's own rows, newest first.

    ``what`` is ``lectures`` or ``actes``, or nothing for both; ``child`` narrows to the rows
    about a child of that name.
    """
    condition = Q(pk__in=[])
    for model, whose in subjects.items():
        ids = [pk for pk, name in whose.items() if not child or name == child]
        if ids:
            condition |= Q(subject_type=model, subject_id__in=ids)
    staff = Post.objects.filter(user=OuterRef("actor"), role__in=STAFF_ROLES)
    found = JournalEntry.objects.filter(condition).filter(Exists(staff)).exclude(actor=user)
    if what == "lectures":
        found = found.filter(verb__startswith="read.")
    elif what == "actes":
        found = found.exclude(verb__startswith="read.")
    return found.order_by("-at", "-pk")


def tell(entries: Sequence[JournalEntry], subjects: dict[str, dict[str, str]]) -> list[Trace]:
    """Say a page of entries in plain words; one query for the roles of all their actors."""
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.filter(user__in={entry.actor_id for entry in entries}).order_by("pk"):
        posts.setdefault(post.user_id, []).append(post)
    return [_told(entry, posts.get(entry.actor_id or 0, []), subjects) for entry in entries]


def _told(entry: JournalEntry, posts: list[Post], subjects: dict[str, dict[str, str]]) -> Trace:
    is_read = entry.verb.startswith("read.")
    child = subjects.get(entry.subject_type, {}).get(entry.subject_id, "")
    words = {
        "who": who(posts, clock.service_day(entry.at)),
        "what": _what(entry, is_read=is_read),
        "child": child,
        "day": formats.date_format(clock.service_day(entry.at), "j F Y"),
        "why": str(_reasons.get(_reason_code(entry), "")),
    }
    if is_read:
        if child and words["why"]:
            sentence = _("%(who)s a consulté %(what)s de %(child)s le %(day)s, %(why)s.")
        elif child:
            sentence = _("%(who)s a consulté %(what)s de %(child)s le %(day)s.")
        elif words["why"]:
            sentence = _("%(who)s a consulté %(what)s le %(day)s, %(why)s.")
        else:
            sentence = _("%(who)s a consulté %(what)s le %(day)s.")
    elif child:
        sentence = _("%(who)s a agi le %(day)s pour %(child)s : %(what)s.")
    else:
        sentence = _("%(who)s a agi le %(day)s : %(what)s.")
    return Trace(entry.at, is_read, sentence % words)


def _reason_code(entry: JournalEntry) -> str:
    return entry.reason.split(" ", 1)[0]


def _what(entry: JournalEntry, *, is_read: bool) -> str:
    if is_read:
        code = entry.verb.removeprefix("read.")
        return str(_reads.get(code) or _things.get(entry.subject_type) or _("votre dossier"))
    said = acting.words_of([entry.verb])
    if said:
        return said[0][:1].lower() + said[0][1:]
    return str(_things.get(entry.subject_type) or _("votre dossier"))


def who(posts: list[Post], day: dt.date) -> str:
    """Say the role that somebody held on a day, in words."""
    held = [p.role for p in posts if p.starts_on <= day and (not p.ends_on or day < p.ends_on)]
    roles = [role for role in held or [p.role for p in posts] if role in _WHO]
    first = next((role for role in _FIRST if role in roles), roles[0] if roles else "")
    return str(_WHO.get(first) or _("Une personne de la ville"))
