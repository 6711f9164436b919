"""Looking around by pictures: themes a child of three recognises, then what to do there.

Two levels, no reading: a theme ("the animals"), then an act ("play", "listen"). A theme is
made of words that a resource's title or keywords hold, and of domains; what it shows is asked
of the search within the child's window, like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from resources.catalogue import finding
from resources.catalogue.access import Window
from resources.catalogue.models import Resource
from resources.search.analysis import stems
from resources.search.engine import Ask

#: Cards on a page: a small child sees them all at once, on a tablet and nearly on a phone.
PAGE_SIZE = 6
#: Resources looked at for one theme: nobody turns more pages of six.
MOST = 120


@dataclass(frozen=True)
class Theme:
    """A picture to choose: ``code`` is also the name of its drawing."""

    code: str
    label: Promise
    words: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


THEMES: tuple[Theme, ...] = (
    Theme("animaux", _("Les animaux"), ("animaux", "ferme", "insectes"), ("sciences.vivant",)),
    Theme("histoires", _("Les histoires"), ("album", "raconter", "conte"), ("francais.lecture",)),
    Theme("sons", _("La musique"), ("comptine", "musique", "instrument"), ("arts.musique",)),
    Theme(
        "lettres",
        _("Les lettres et les mots"),
        ("lettres", "syllabes", "rimes", "vocabulaire"),
        ("francais.ecriture", "francais.orthographe", "francais.vocabulaire"),
    ),
    Theme(
        "nombres",
        _("Compter"),
        ("dénombrer", "compter", "trier"),
        ("maths.nombres", "maths.calcul", "maths.problemes"),
    ),
    Theme("formes", _("Les formes"), ("formes", "puzzle", "motif", "rond"), ("maths.geometrie",)),
    Theme("eps", _("Bouger"), ("danse", "ballon", "sauter"), ("eveil.corps", "eps")),
    Theme("arts", _("Dessiner et peindre"), ("peinture", "dessin"), ("arts.plastiques",)),
    Theme(
        "nature",
        _("La nature"),
        ("saisons", "automne", "jardin", "graine", "eau"),
        ("sciences.environnement", "sciences.terre"),
    ),
    Theme("corps", _("Mon corps"), ("corps", "hygiène", "santé"), ("sciences.corps",)),
    Theme("geographie", _("Le monde"), ("plan", "trajet"), ("geographie",)),
    Theme("histoire", _("Autrefois"), (), ("histoire",)),
    Theme("emc", _("Vivre ensemble"), (), ("emc",)),
    Theme("numerique", _("Les robots"), ("tablette", "robot"), ("numerique",)),
    Theme("langues", _("D’autres langues"), (), ("langues",)),
)
BY_CODE = {theme.code: theme for theme in THEMES}

#: What one does with a resource, in the order shown; the code names the drawing.
ACTS: dict[str, Promise] = {
    "jouer": _("Jouer"),
    "ecouter": _("Écouter"),
    "regarder": _("Regarder"),
    "lire": _("Lire"),
    "faire": _("Fabriquer"),
}
_BY_DOCUMENT = {
    "video": "regarder",
    "image": "regarder",
    "diaporama": "regarder",
    "visite": "regarder",
    "carte": "regarder",
    "audio": "ecouter",
    "album": "lire",
    "dossier": "lire",
}
#: Words of titles and keywords that have a drawing of their own, by its name.
_DRAWN = {
    "chat": "chat chats minou",
    "poisson": "poisson poissons étang mer",
    "oiseau": "poule oiseau coq canard",
    "papillon": "papillon papillons coccinelle coccinelles abeille insecte chenille",
    "loup": "loup ours renard chien animaux ferme",
    "escargot": "escargot",
    "fleur": "fleur jardin bulbes plantes graine lentilles cerisier",
    "arbre": "arbre forêt automne saison saisons bois",
    "soleil": "soleil été ciel jour jours étoile planète",
    "pluie": "pluie eau goutte vagues hiver",
    "bateau": "bateau bateaux port bac flotter",
    "maison": "maison école classe cour coin",
    "main": "main mains doigts empreintes gestes",
    "train": "train garages voiture voitures",
    "tambour": "bruits maracas instrument son sons rythme chanson comptine comptines",
    "des": "dés dominos loto oie mémory quiz",
    "perles": "perles collier motif rouge bleu couleurs couleur",
    "bonhomme": "bonhomme corps prénom dessine tête genoux",
    "marionnette": "marionnettes marionnette théâtre ombres chaussettes",
    "pomme": "pomme fruits goût aliments pique-nique panier marché soupe",
    "ballon": "ballon lancer équipe viser",
    "plume": "lettre lettres alphabet écrire écriture mots",
    "dinosaure": "dinosaure dinosaures préhistoire",
    "chateau": "château châteaux chevalier chevaliers roi reine",
}
_DRAWING_OF = {stem_: name for name, words in _DRAWN.items() for stem_ in stems(words)}


@dataclass
class Shelf:
    """What a theme holds for somebody: keys of resources by act, best first."""

    theme: Theme
    by_act: dict[str, list[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many resources it holds."""
        return sum(map(len, self.by_act.values()))

    @property
    def acts(self) -> list[str]:
        """The acts there is something for."""
        return [act for act in ACTS if self.by_act.get(act)]

    def keys(self, act: str = "") -> list[int]:
        """Return the resources of an act, or all of them, an act after the other."""
        wanted = [act] if act else list(ACTS)
        return [pk for each in wanted for pk in self.by_act.get(each, [])]


def _answers(theme: Theme, window: Window, near: Iterable[str]) -> list[int]:
    """Return what answers a theme's words and domains, each once, best first."""
    levels = frozenset(near)
    asks = [Ask(word, literal=True, near_levels=levels, size=MOST) for word in theme.words]
    if theme.domains:
        domains = {"domain": frozenset(theme.domains)}
        asks.append(Ask(filters=domains, near_levels=levels, size=MOST))
    found: dict[int, None] = {}
    for ask in asks:
        found.update(dict.fromkeys(finding.exact(ask, window)))
    return list(found)


def shelves(themes: Iterable[Theme], window: Window, near: Iterable[str] = ()) -> list[Shelf]:
    """Return the themes that hold something somebody may open, each with what it holds."""
    answers = {theme.code: _answers(theme, window, near) for theme in themes}
    wanted = {pk for keys in answers.values() for pk in keys}
    facts = {
        row[0]: row[1:]
        for row in Resource.objects.within(window)
        .filter(pk__in=wanted)
        .values_list("pk", "title", "keywords", "pedagogical_type__code", "document_type__code")
    }
    inside: dict[str, set[int]] = {code: set() for code in answers}
    through = Resource.domains.through.objects.filter(resource__in=facts)
    for pk, domain in through.values_list("resource", "term__code"):
        for code, held in inside.items():
            if any(f"{domain}.".startswith(f"{wide}.") for wide in BY_CODE[code].domains):
                held.add(pk)
    found = []
    for code, keys in answers.items():
        shelf = Shelf(BY_CODE[code])
        words = {stem_ for word in shelf.theme.words for stem_ in stems(word)}
        for pk in keys:
            if pk in facts and (pk in inside[code] or words & _named(facts[pk])):
                shelf.by_act.setdefault(act_of(facts[pk][2], facts[pk][3]), []).append(pk)
        if shelf.count:
            found.append(shelf)
    return found


def _named(facts: tuple[object, ...]) -> set[str]:
    title, keywords = str(facts[0]), facts[1]
    texts = (title, *map(str, keywords if isinstance(keywords, list) else ()))
    return {stem_ for text in texts for stem_ in stems(text)}


def act_of(kind: str | None, document: str | None) -> str:
    """Return what one does with a resource of a pedagogical and a document type."""
    if kind == "jeu":
        return "jouer"
    return _BY_DOCUMENT.get(document or "", "faire")


def drawings_of(resource: Resource) -> list[str]:
    """Return the drawings that fit a resource, those of its title first."""
    texts = (resource.title, *map(str, resource.keywords))
    names = (_DRAWING_OF.get(found) for text in texts for found in stems(text))
    return list(dict.fromkeys(filter(None, names)))


def drawn(resources: Iterable[Resource], theme: str) -> list[str]:
    """Return a drawing for each resource of a page, another for each as far as they go."""
    taken: list[str] = []
    for resource in resources:
        fitting = [*drawings_of(resource), theme]
        taken.append(next((name for name in fitting if name not in taken), fitting[0]))
    return taken
