"""Who sees and keeps which collection, review, suggestion and problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Q

from core.access import reach_of
from core.accounts.roles import Role
from resources.catalogue.access import EDITORS, READERS, TEACHING, window_of
from resources.workspace.access import managed_classes

if TYPE_CHECKING:
    from core.accounts.models import User

#: Who makes collections, gives stars and suggests.
CURATORS = (*TEACHING, *EDITORS)
__all__ = ["CURATORS", "EDITORS", "READERS", "TEACHING"]


def own_class(user: User) -> Any:
    """Return the class in which a pupil has an open account, as a query of class keys."""
    from resources.workspace.models import PupilAccount

    return PupilAccount.objects.filter(user=user, state="active").values("class_group")


def shown_in(classes: Any) -> Any:
    """Return the collections shown in some classes, as a query of keys."""
    from resources.curation.models import ClassShare

    return ClassShare.objects.filter(class_group__in=classes).values("collection")


class CollectionQuerySet(models.QuerySet[Any]):
    """Collections by what a person may see and do; those in the bin are nobody's to see."""

    def alive(self) -> CollectionQuerySet:
        """Leave out what was deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> CollectionQuerySet:
        """One's own, those of one's schools and of the city, those shown in one's class.

        Editors also read what is proposed to them. A pupil sees only what is shown in the
        class where the account is open.
        """
        found = self.alive()
        if user.has_role(*CURATORS):
            return found.filter(self._seen_by(user))
        if user.has_role(Role.PUPIL):
            return found.filter(pk__in=shown_in(own_class(user)))
        return found.none()

    def _seen_by(self, user: User) -> Q:
        seen = Q(owner=user) | Q(reach="city")
        schools = reach_of(user, *TEACHING)
        if schools:
            seen |= Q(reach="school") & schools.school_filter()
            seen |= Q(pk__in=shown_in(managed_classes(user).values("pk")))
        if user.has_role(*EDITORS):
            seen |= Q(pk__in=self._proposed())
        return seen

    @staticmethod
    def _proposed() -> Any:
        from resources.curation.models import Proposal

        return Proposal.objects.filter(state="waiting").values("collection")

    def of_city(self) -> CollectionQuerySet:
        """Keep the city's: what partner systems read."""
        return self.alive().filter(reach="city")

    def editable_by(self, user: User) -> CollectionQuerySet:
        """Keep what a person may change: one's own, a head's school's, an editor's city."""
        return self.alive().filter(_kept_by(user))

    def restorable_by(self, user: User) -> CollectionQuerySet:
        """Keep what a person may take back out of the bin."""
        return self.filter(_kept_by(user), deleted_at__isnull=False)

    def counted_for(self, resources: models.QuerySet[Any]) -> CollectionQuerySet:
        """Add ``shown_count``: the resources among ``resources``, which the reader may open."""
        found: CollectionQuerySet = self.annotate(
            shown_count=Count("items", filter=Q(items__resource__in=resources.values("pk")))
        )
        return found


def _kept_by(user: User) -> Q:
    if not user.has_role(*CURATORS):
        return Q(pk__in=[])
    kept = Q(owner=user)
    heads = reach_of(user, Role.HEAD_TEACHER)
    if heads:
        kept |= Q(reach="school") & heads.school_filter()
    if user.has_role(*EDITORS):
        kept |= Q(reach="city")
    return kept


class EditableCollections:
    """The collections a person may change, behind the ``visible_to`` that look-ups use."""

    def visible_to(self, user: User) -> CollectionQuerySet:
        """Return ``editable_by``."""
        from resources.curation.models import Collection

        found: CollectionQuerySet = Collection.objects.editable_by(user)
        return found.select_related("owner", "school")


class DeletedCollections:
    """The collections a person may take back."""

    def visible_to(self, user: User) -> CollectionQuerySet:
        """Return ``restorable_by``."""
        from resources.curation.models import Collection

        found: CollectionQuerySet = Collection.objects.restorable_by(user)
        return found


class ItemQuerySet(models.QuerySet[Any]):
    """Items of collections by the resources one may open."""

    def visible_to(self, user: User) -> ItemQuerySet:
        """Keep resources that the person may open, in collections they may read."""
        from resources.curation.models import Collection

        return self.filter(
            collection__in=Collection.objects.visible_to(user).values("pk"),
            resource__in=openable(user).values("pk"),
        )


class ClassShareQuerySet(models.QuerySet[Any]):
    """Collections in class spaces."""

    def visible_to(self, user: User) -> ClassShareQuerySet:
        """Those of the classes one looks after; of one's own class for a pupil."""
        alive = self.filter(collection__deleted_at__isnull=True)
        if user.has_role(Role.PUPIL):
            return alive.filter(class_group__in=own_class(user))
        return alive.filter(class_group__in=managed_classes(user).values("pk"))


class ProposalQuerySet(models.QuerySet[Any]):
    """Collections proposed to the city."""

    def visible_to(self, user: User) -> ProposalQuerySet:
        """All for editors, one's own for the others; none of a deleted collection."""
        alive = self.filter(collection__deleted_at__isnull=True)
        if reach_of(user, *EDITORS).city:
            return alive
        return alive.filter(proposed_by=user)

    def waiting(self) -> ProposalQuerySet:
        """Keep those to decide."""
        return self.filter(state="waiting")


class ReviewQuerySet(models.QuerySet[Any]):
    """Stars and comments."""

    def visible_to(self, user: User) -> ReviewQuerySet:
        """All for editors; for teaching staff what is shown, and their own; none for pupils."""
        if reach_of(user, *EDITORS).city:
            return self
        if not user.has_role(*TEACHING):
            return self.none()
        return self.filter(Q(state="shown") | Q(author=user))

    def shown(self) -> ReviewQuerySet:
        """Keep what counts and is read."""
        return self.filter(state="shown")

    def reported(self) -> ReviewQuerySet:
        """Keep those with a report that nobody has settled."""
        from resources.curation.models import ReviewReport

        waiting = ReviewReport.objects.filter(settled_at__isnull=True)
        return self.filter(pk__in=waiting.values("review"))


class SuggestionQuerySet(models.QuerySet[Any]):
    """Resources that teachers would like to see."""

    def visible_to(self, user: User) -> SuggestionQuerySet:
        """All for editors, one's own for teaching staff."""
        if reach_of(user, *EDITORS).city:
            return self
        return self.filter(suggested_by=user)

    def waiting(self) -> SuggestionQuerySet:
        """Keep those to decide."""
        return self.filter(state="waiting")


class ProblemQuerySet(models.QuerySet[Any]):
    """What people find wrong with resources."""

    def visible_to(self, user: User) -> ProblemQuerySet:
        """All for editors, one's own for the others."""
        if reach_of(user, *EDITORS).city:
            return self
        return self.filter(reporter=user)

    def waiting(self) -> ProblemQuerySet:
        """Keep those that nobody has settled."""
        return self.filter(state="open")


def schools_of(user: User) -> Any:
    """Return the schools on whose shelf a person may put a collection."""
    from enrolment.schools.models import School

    reach = reach_of(user, *TEACHING)
    return School.objects.filter(reach.school_filter("uai")) if reach else School.objects.none()


def openable(user: User | None) -> Any:
    """Return the resources that a person finds in the catalogue today; None: a partner system.

    Also for editors: what was withdrawn is on nobody's shelf.
    """
    from resources.catalogue.models import Resource

    return Resource.objects.within(window_of(user))
