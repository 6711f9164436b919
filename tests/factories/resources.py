"""Vocabularies, resources and pupil accounts."""

from __future__ import annotations

from typing import Any

import factory

from core import clock
from core.accounts.roles import Role
from resources.catalogue import indexing
from resources.catalogue.models import Resource, Term
from resources.catalogue.supplying import own_terms
from resources.workspace import credentials, rules
from resources.workspace.models import PupilAccount
from tests.factories.accounts import UserFactory
from tests.factories.schools import RollEntryFactory


def vocabularies() -> None:
    """Write the vocabularies once a test."""
    if not Term.objects.exists():
        own_terms()


def term(vocabulary: str, code: str) -> Term:
    vocabularies()
    return Term.objects.get(vocabulary=vocabulary, code=code)


class ResourceFactory(factory.django.DjangoModelFactory):
    """A validated, free resource for pupils of CM1, about fractions.

    ``level_codes`` and ``domain_codes`` name its terms.
    """

    class Meta:
        model = Resource
        skip_postgeneration_save = True

    identifier = factory.Sequence(lambda n: f"pm-9{n:04d}")
    title = factory.Sequence(lambda n: f"Ressource {n}")
    description = "On partage une pizza en parts égales."
    keywords: list[str] = []
    state = Resource.State.VALIDATED
    audience = Resource.Audience.BOTH
    pedagogical_type = factory.LazyFunction(lambda: term("pedagogical_type", "jeu"))
    document_type = factory.LazyFunction(lambda: term("document_type", "application"))
    licence = factory.LazyFunction(lambda: term("licence", "cc-by"))

    @factory.post_generation
    def level_codes(self: Resource, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.levels.set([term("level", code) for code in extracted or ["CM1"]])

    @factory.post_generation
    def domain_codes(self: Resource, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.domains.set([term("domain", code) for code in extracted or ["maths.nombres"]])
        document = indexing.document_of(Resource.objects.get(pk=self.pk), indexing.term_labels())
        self.search_text = indexing.search_text_of(document)
        self.save(update_fields=["search_text"])


class PupilAccountFactory(factory.django.DjangoModelFactory):
    """An open account of a child on the roll; ``token`` and ``pictures`` give card and code."""

    class Meta:
        model = PupilAccount
        skip_postgeneration_save = True

    class Params:
        entry = factory.SubFactory(RollEntryFactory)

    user = factory.SubFactory(UserFactory, email=None, roles=[Role.PUPIL])
    child = factory.SelfAttribute("entry.child")
    class_group = factory.SelfAttribute("entry.class_group")
    code_choice_until = factory.LazyFunction(lambda: rules.choice_ends(clock.now()))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> PupilAccount:
        kwargs.pop("entry", None)
        return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def token(self: PupilAccount, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.card_digest = credentials.card_digest(extracted)
            self.card_issued_at = clock.now()
            self.save()

    @factory.post_generation
    def pictures(self: PupilAccount, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.code_digest = credentials.code_digest(self.pk, extracted)
            self.code_set_at = clock.now()
            self.save()
