"""Stars and comments, and their moderation.

The average is kept on the resource (``catalogue.actions.note_rating``) in the transaction of
what changes it, under a lock of the resource's row: two reviews at once are both counted.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.access import reach_of
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import queue
from resources.catalogue.actions import note_rating
from resources.catalogue.models import Resource
from resources.curation.access import CURATORS, TEACHING, schools_of
from resources.curation.models import Review, ReviewReport


def _rate(resource: Resource) -> None:
    """Count again what is shown of a resource whose row is locked."""
    found = Review.objects.shown().filter(resource=resource)
    total = found.aggregate(stars=Sum("stars"), number=Count("pk"))
    note_rating(resource=resource, stars=total["stars"] or 0, count=total["number"])


def follow_resource(kept: Resource, gone: Resource) -> None:
    """Let the reviews of a resource that gives way stand for the other; both are counted again.

    Who has reviewed both keeps the review of the one that stays. Called with both rows locked.
    """
    already = Review.objects.filter(resource=kept).values("author")
    Review.objects.filter(resource=gone).exclude(author__in=already).update(resource=kept)
    _rate(kept)
    _rate(gone)


def _lock(resource: Resource) -> Resource:
    found: Resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    return found


def _signature(author: User) -> dict[str, Any]:
    """Return under which post and school somebody's words are shown."""
    role = next(role for role in CURATORS if author.has_role(role))
    school = None
    if role in TEACHING and not reach_of(author, *TEACHING).city:
        school = schools_of(author).order_by("pk").first()
    return {"role": str(role), "school": school}


@transaction.atomic
def write(*, by: Actor, resource: Resource, stars: int, comment: str = "") -> Review:
    """Give a resource stars and a comment, or change one's own.

    What an editor has hidden stays so until an editor shows it again. Raises RuleBroken
    ``stars`` unless they are one to five.
    """
    if by.user is None:
        raise ValueError("a review has an author")
    if not 1 <= stars <= 5:
        raise RuleBroken("stars", _("Donnez de une à cinq étoiles."), "stars")
    locked = _lock(resource)
    facts = {"stars": stars, "comment": comment.strip(), "updated_at": clock.now()}
    review, created = Review.objects.update_or_create(
        resource=locked, author=by.user, defaults={**facts, **_signature(by.user)}
    )
    _rate(locked)
    journal.record(by, "review.write" if created else "review.edit", review, stars=stars)
    return review


@transaction.atomic
def remove(*, by: Actor, review: Review) -> None:
    """Take one's own review away; repeating it changes nothing."""
    locked = _lock(review.resource)
    journal.record(by, "review.remove", review)
    Review.objects.filter(pk=review.pk).delete()
    _rate(locked)


@transaction.atomic
def report(*, by: Actor, review: Review, kind: str) -> None:
    """Tell the editors that a comment is out of place; twice by one person is once.

    Raises RuleBroken ``own`` for one's own: that is removed, not reported.
    """
    if by.user is None:
        raise ValueError("somebody reports")
    if review.author_id == by.user.pk:
        raise RuleBroken("own", _("C’est votre avis : vous pouvez le changer ou le retirer."))
    try:
        with transaction.atomic():
            ReviewReport.objects.create(review=review, reporter=by.user, kind=kind)
    except IntegrityError:
        return
    journal.record(by, "review.report", review, kind=kind)


@transaction.atomic
def hide(*, by: Actor, review: Review, reason: str) -> Review:
    """Hide a review, saying why; its author is told, and it counts no more."""
    if not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi : son auteur le lira."), "reason")
    locked = _lock(review.resource)
    hidden = states.move(
        review, Review.State.HIDDEN, by=by, hidden_reason=reason.strip(), updated_at=clock.now()
    )
    _settle(hidden)
    _rate(locked)
    queue(
        kind="review_hidden",
        to=hidden.author,
        context={"title": locked.title, "path": locked.identifier},
    )
    return hidden


@transaction.atomic
def show(*, by: Actor, review: Review) -> Review:
    """Show a hidden review again."""
    locked = _lock(review.resource)
    shown = states.move(review, Review.State.SHOWN, by=by, hidden_reason="")
    _rate(locked)
    return shown


@transaction.atomic
def keep(*, by: Actor, review: Review) -> None:
    """Settle the reports on a review that may stay; repeating it changes nothing."""
    if _settle(review):
        journal.record(by, "review.keep", review)


def _settle(review: Review) -> int:
    waiting = ReviewReport.objects.filter(review=review, settled_at__isnull=True)
    return waiting.update(settled_at=clock.now())
