"""Ways to say one thing, searches that people keep, and what nobody found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.models import School
from resources.catalogue import access


class SynonymGroup(models.Model):
    """Ways to say one thing: searching for one finds the others.

    ``key`` is what search makes of them, so that no group comes twice; a removed one stays,
    to be put back.
    """

    words = models.JSONField(default=list)
    key = models.CharField(max_length=400)
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(active=True), name="synonym_group_once"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(map(str, self.words))


class SynonymChange(models.Model):
    """What an editor did to a group: ``before`` and ``after`` are words, null when none."""

    group = models.ForeignKey(SynonymGroup, on_delete=models.CASCADE, related_name="changes")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)
    undone = models.BooleanField(default=False)

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.before} → {self.after}"


class SavedSearch(models.Model):
    """A search that somebody keeps, and is told of when something new answers it.

    ``query`` is the address's, without page; ``seen`` holds the keys of the resources that
    answered when it was last looked at, on ``checked_on``: what is new is what is not there.
    """

    class Frequency(models.TextChoices):
        NEVER = "never", _("Aucune alerte")
        WEEKLY = "weekly", _("Chaque lundi")
        DAILY = "daily", _("Chaque matin")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(_("nom"), max_length=80)
    query = models.CharField(max_length=500)
    frequency = models.CharField(
        _("alerte"), max_length=6, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    seen = models.JSONField(default=list)
    checked_on = models.DateField(default=clock.today)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["frequency", "checked_on"], name="saved_search_due_idx")]
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="saved_search_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MissedQuery(models.Model):
    """A query that nothing answered, for whoever buys resources: never who asked.

    ``text`` stays empty until enough different people have asked: until then only the keyed
    ``digest`` of the words is kept, so that a name once typed is nowhere to be read.
    """

    class State(models.TextChoices):
        OPEN = "open", _("À étudier")
        BOUGHT = "bought", _("Acheté ou trouvé")
        IGNORED = "ignored", _("Sans suite")

    MOVES = {
        "open": {"bought", "ignored"},
        "bought": {"open", "ignored"},
        "ignored": {"open", "bought"},
    }

    digest = models.CharField(max_length=64, unique=True, editable=False)
    text = models.CharField(_("recherche"), max_length=80, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    last_asked_on = models.DateField(default=clock.today, db_index=True)

    objects = access.EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["-last_asked_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(text=""), name="missed_query_decided_once_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text or f"{self.digest[:8]}…"


class MissedCount(models.Model):
    """How often it was asked in a month, at a level and in a kind of school ("" unknown)."""

    query = models.ForeignKey(MissedQuery, on_delete=models.CASCADE, related_name="counts")
    month = models.DateField()
    level = models.CharField(max_length=4, blank=True)
    school_kind = models.CharField(max_length=12, choices=School.Kind.choices, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["query", "month", "level", "school_kind"], name="missed_count_one_row"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="missed_count_by_month"),
        ]

    def __str__(self) -> str:
        return f"{self.query_id}: {self.count} ({self.month:%Y-%m})"


class MissedAsker(models.Model):
    """That somebody asked it on a day, under a keyed digest that differs for every query."""

    query = models.ForeignKey(MissedQuery, on_delete=models.CASCADE, related_name="askers")
    digest = models.CharField(max_length=64)
    day = models.DateField(default=clock.today, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["query", "digest", "day"], name="missed_asker_once"),
        ]

    def __str__(self) -> str:
        return f"{self.query_id} ({self.day:%Y-%m-%d})"
