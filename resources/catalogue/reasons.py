"""Why a resource was found, in words a teacher reads: from the engine's own figures."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from resources.catalogue.models import Resource
from resources.search.engine import Explanation, WordReason
from resources.search.explaining import as_written


@dataclass(frozen=True)
class Reason:
    """One reason; ``percent`` is what it adds to the score, zero when it only explains."""

    text: str
    percent: int = 0
    missing: bool = False


def reasons_for(explanation: Explanation, resource: Resource) -> list[Reason]:
    """Return the reasons for a resource's place, words first."""
    found = [_word(reason, resource) for reason in explanation.words]
    if explanation.alike:
        found.append(Reason(_("Proche des meilleures réponses : mêmes notions.")))
    named = (
        ("very_title", _("C’est son titre.")),
        ("whole_title", _("Tous vos mots sont dans le titre.")),
        ("as_typed", _("Votre recherche se lit telle quelle dans le titre.")),
        ("level", _("Convient à votre niveau.")),
        ("place", _("Gardée ou montrée en classe dans votre école.")),
    )
    found += [
        Reason(text, round((explanation.factors[name] - 1) * 100))
        for name, text in named
        if name in explanation.factors
    ]
    prior = (
        ("quality", _("Qualité : %(quality)s sur 5.") % {"quality": resource.standing}),
        ("use", _("Ouverte %(count)s fois.") % {"count": resource.opened_count}),
        ("fresh", _("Parue récemment.")),
    )
    found += [
        Reason(text, percent)
        for name, text in prior
        if (percent := round(explanation.prior[name] * 100))
    ]
    return found


def _word(reason: WordReason, resource: Resource) -> Reason:
    """Say how one thing asked for was met."""
    texts = (resource.title, *map(str, resource.keywords), resource.description)
    words = {
        "word": reason.written,
        "met": as_written(reason.met, *texts),
        "where": {
            "title": _("dans le titre"),
            "keywords": _("parmi les mots-clés"),
            "text": _("dans la description"),
        }.get(reason.where, ""),
    }
    sentences = {
        "word": _("« %(word)s » : %(where)s."),
        "synonym": _("« %(word)s » : on y dit « %(met)s », %(where)s."),
        "corrected": _("« %(word)s », lu « %(met)s » : %(where)s."),
        "beginning": _("« %(word)s » commence « %(met)s » : %(where)s."),
        "missing": _("« %(word)s » ne s’y trouve pas."),
    }
    return Reason(sentences[reason.how] % words, missing=reason.how == "missing")
