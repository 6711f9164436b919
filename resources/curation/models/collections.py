"""Collections of resources, and where they are shown."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.models import ClassGroup, School
from resources.catalogue.models import Resource
from resources.curation import access
from resources.curation.rules import IN_HAND, MAX_ITEMS


class Collection(models.Model):
    """Resources chosen and put in order for a purpose.

    A private one is its owner's; a school's is its owner's too, and read by the staff of
    ``school``; a city's belongs to nobody in particular: the editors keep it, and ``school``
    names where it was first made, if a teacher proposed it. ``version`` rises with every
    change, so that what was read is what gets accepted. While ``deleted_at`` is set the
    collection is in the bin.
    """

    class Reach(models.TextChoices):
        PRIVATE = "private", _("Pour moi seulement")
        SCHOOL = "school", _("Pour mon école")
        CITY = "city", _("Pour toute la ville")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("titre"), max_length=120)
    introduction = models.CharField(_("introduction"), max_length=2000, blank=True)
    reach = models.CharField(
        _("qui la voit"), max_length=7, choices=Reach.choices, default=Reach.PRIVATE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="collections"
    )
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = access.CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="collection_has_a_title"),
            models.CheckConstraint(
                condition=Q(reach="private", owner__isnull=False, school__isnull=True)
                | Q(reach="school", owner__isnull=False, school__isnull=False)
                | Q(reach="city", owner__isnull=True),
                name="collection_belongs_where_it_is_seen",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CollectionItem(models.Model):
    """A resource in a collection, at a place of its own, with a word about it.

    Places run from 1 to ``MAX_ITEMS`` and may leave gaps: with one item a place, no
    collection can grow longer. ``IN_HAND`` is where an item waits while others move aside.
    """

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="collection_items"
    )
    position = models.PositiveSmallIntegerField()
    note = models.CharField(_("note"), max_length=500, blank=True)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.ItemQuerySet.as_manager()

    class Meta:
        ordering = ["collection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "resource"], name="collected_once"),
            models.UniqueConstraint(
                fields=["collection", "position"], name="collection_one_item_a_place"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=IN_HAND, position__lte=MAX_ITEMS),
                name="collection_item_place_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id}/{self.position}: {self.resource_id}"


class ClassShare(models.Model):
    """A collection shown in the space of a class: its pupils open what suits their age."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="shares")
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.CASCADE, related_name="shared_collections"
    )
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shared_at = models.DateTimeField(default=clock.now)

    objects = access.ClassShareQuerySet.as_manager()

    class Meta:
        ordering = ["-shared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "class_group"], name="collection_shown_once_a_class"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} → {self.class_group_id}"


class Proposal(models.Model):
    """A teacher's wish to see a collection on the city's shelf; accepted, a copy goes there.

    ``version`` is that of the collection when it was proposed or last looked at by its
    proposer; the editor accepts what was shown. ``result`` is the city's copy.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("À examiner")
        ACCEPTED = "accepted", _("Publiée")
        DECLINED = "declined", _("Non retenue")
        WITHDRAWN = "withdrawn", _("Reprise")

    MOVES = {"waiting": {"accepted", "declined", "withdrawn"}}

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="proposals")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    proposed_at = models.DateTimeField(default=clock.now)
    message = models.CharField(_("message"), max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("raison"), max_length=300, blank=True)
    result = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = access.ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection"],
                condition=Q(state="waiting"),
                name="collection_proposed_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False),
                name="proposal_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="proposal_declined_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} ({self.state})"
