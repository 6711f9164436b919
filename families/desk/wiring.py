"""Registers the agents' side when the app starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.accounts.roles import Role
from families import home
from families.desk import register_queue, timeline_words, triggers
from families.merging import own_rules, situation_rules


def _doubles(user: User) -> int:
    from families.models import DuplicatePair

    return DuplicatePair.objects.waiting().visible_to(user).count()


def register(config: AppConfig) -> None:
    """Register queues, rules of merging, and the triggers installed after each migration."""
    home.register_queues()
    register_queue(
        "families.doubles",
        _("Doublons possibles"),
        _doubles,
        "families:doubles",
        (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR),
        text=_("Deux dossiers qui semblent être ceux de la même personne."),
        icon="copy",
        order=60,
    )
    own_rules.register()
    situation_rules.register()
    timeline_words.register()
    post_migrate.connect(triggers.after_migrate, sender=config, dispatch_uid="families.search")
