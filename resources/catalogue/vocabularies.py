"""The city's own short vocabularies, after the ScoLOMFR ones, and what words mean in a query.

Each line: code, label, other names (they are read in queries and searched as synonyms).
The ministry's own concepts have a place beside them: ``Term.uri``. See also ``finer_words``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A term to create: ``parent`` is the code of the wider domain."""

    code: str
    label: str
    alt_labels: tuple[str, ...] = ()
    parent: str = ""


def entries(text: str) -> tuple[Entry, ...]:
    """Return the terms written one a line, codes cut by points under their wider one."""
    found = []
    for line in text.strip().splitlines():
        code, label, *rest = (part.strip() for part in line.split("|"))
        names = tuple(name.strip() for name in rest[0].split(";") if name.strip()) if rest else ()
        found.append(Entry(code, label, names, code.rpartition(".")[0]))
    return tuple(found)


LEVELS = entries(
    """
    TPS | Toute petite section | toute petite section; tps
    PS | Petite section | petite section; ps; petits
    MS | Moyenne section | moyenne section; ms
    GS | Grande section | grande section; gs
    CP | CP | cours préparatoire; cp
    CE1 | CE1 | cours élémentaire 1; cours élémentaire première année; ce1
    CE2 | CE2 | cours élémentaire 2; cours élémentaire deuxième année; ce2
    CM1 | CM1 | cours moyen 1; cours moyen première année; cm1
    CM2 | CM2 | cours moyen 2; cours moyen deuxième année; cm2
    """
)

CYCLE_NAMES = {
    "1": ("Cycle 1", ("cycle 1", "école maternelle")),
    "2": ("Cycle 2", ("cycle 2",)),
    "3": ("Cycle 3", ("cycle 3",)),
}

#: Short names of cycles, read as such where nothing is found for them as words.
CYCLE_HINTS = {"1": ("maternelle",), "3": ("cm",)}

DOMAINS = entries(
    """
    eveil | Maternelle | éveil
    eveil.langage | Mobiliser le langage | langage oral; conscience phonologique
    eveil.corps | Agir par l'activité physique | motricité; eps
    eveil.arts | Activités artistiques en maternelle | arts visuels
    eveil.nombres | Premiers outils mathématiques | dénombrement; formes et grandeurs
    eveil.monde | Explorer le monde | découverte du monde
    francais | Français | langue française
    francais.lecture | Lecture et littérature | lire; littérature de jeunesse
    francais.ecriture | Écriture | écrire; rédaction; production d'écrit
    francais.oral | Langage oral | parler; exposé
    francais.grammaire | Grammaire | étude de la langue
    francais.orthographe | Orthographe | dictée
    francais.vocabulaire | Vocabulaire | lexique
    francais.conjugaison | Conjugaison | verbes
    maths | Mathématiques | maths; math
    maths.nombres | Nombres | numération
    maths.calcul | Calcul | calcul mental; opérations
    maths.problemes | Problèmes et données | résolution de problèmes
    maths.grandeurs | Grandeurs et mesures | mesures
    maths.geometrie | Espace et géométrie | géométrie
    sciences | Sciences et technologie | questionner le monde; sciences
    sciences.vivant | Le vivant | biologie; animaux; plantes
    sciences.corps | Le corps et la santé | corps humain; santé
    sciences.matiere | La matière et l'énergie | physique; énergie
    sciences.terre | La Terre et le ciel | astronomie; géologie
    sciences.objets | Les objets techniques | technologie
    sciences.environnement | Environnement | développement durable; écologie
    histoire | Histoire
    histoire.antiquite | Préhistoire et Antiquité | préhistoire; antiquité
    histoire.moyen-age | Moyen Âge | médiéval
    histoire.moderne | Renaissance et temps modernes | renaissance; révolution
    histoire.contemporain | Du XIXe siècle à nos jours | époque contemporaine
    geographie | Géographie
    geographie.reperes | Se repérer | cartes et plans
    geographie.habiter | Habiter et se déplacer | paysages
    geographie.france | La France et ses régions | france
    geographie.monde | L'Europe et le monde | monde; europe
    emc | Enseignement moral et civique | éducation civique; emc; citoyenneté
    emc.republique | République et droits | droits de l'enfant
    emc.ensemble | Vivre ensemble | vie de classe; respect
    emc.securite | Sécurité et premiers secours | aper; prévention
    arts | Arts | éducation artistique
    arts.plastiques | Arts plastiques | peinture; dessin
    arts.musique | Éducation musicale | musique; chant
    arts.histoire | Histoire des arts et spectacle | théâtre; cinéma
    eps | Éducation physique et sportive | eps; sport
    eps.athletisme | Athlétisme et défis | courir; sauter; lancer
    eps.eau | Natation et orientation | natation; course d'orientation
    eps.collectif | Jeux collectifs et d'opposition | sports collectifs
    eps.expression | Danse et gymnastique | danse; gymnastique
    langues | Langues vivantes | langues étrangères
    langues.anglais | Anglais | english
    langues.espagnol | Espagnol
    langues.italien | Italien
    langues.allemand | Allemand
    langues.arabe | Arabe
    langues.provencal | Provençal | occitan; langue régionale
    numerique | Numérique et médias | tice
    numerique.code | Programmation et robots | codage; algorithmique; informatique
    numerique.medias | Médias et information | éducation aux médias et à l'information; emi
    numerique.usages | Usages du numérique | internet; cybersécurité
    """
)

PEDAGOGICAL_TYPES = entries(
    """
    jeu | Jeu éducatif | jeu; jeux; jeu sérieux; jeux éducatifs; ludique; jouer; jouant
    exercice | Exercice | exercices; exo; exos; entraînement; fiche d'exercices
    lecon | Leçon | leçons; cours; trace écrite
    sequence | Séquence | séquences; scénario pédagogique; séance; séances
    activite | Activité | activités; atelier; ateliers
    experience | Expérience | expériences; expérimentation
    evaluation | Évaluation | évaluations; évaluer; eval; evals; bilan; contrôle; test
    projet | Projet | projets; défi
    rituel | Rituel | rituels
    guide | Guide de l'enseignant | guide pédagogique
    tutoriel | Tutoriel | tutoriels; tuto
    reference | Document de référence | encyclopédie; dictionnaire; référence
    """
)

DOCUMENT_TYPES = entries(
    """
    video | Vidéo | vidéos; film; films; dessin animé
    audio | Audio | podcast; podcasts; enregistrement; chanson; chansons
    application | Application | applications; appli; logiciel; en ligne
    fiche | Fiche à imprimer | fiche; fiches; imprimable; pdf
    album | Livre numérique | livre; livres; album; albums; conte
    image | Images et affiches | affiche; affiches; image; images; imagier
    carte | Carte ou frise | cartes; frise; frises
    diaporama | Diaporama | diaporamas; présentation
    dossier | Dossier | dossiers; étude de documents
    visite | Visite virtuelle | visites virtuelles
    """
)

LICENCES = entries(
    """
    cc-by | Creative Commons BY | libre
    cc-by-sa | Creative Commons BY-SA
    cc-by-nc | Creative Commons BY-NC
    cc0 | Domaine public (CC0) | domaine public; public domain
    licence-ouverte | Licence Ouverte 2.0
    gpl | Logiciel libre (GPL)
    edu | Usage scolaire, droits réservés
    abonnement | Abonnement de la Ville
    """
)

#: Words that say a cost.
COST_WORDS = {
    "free": ("Gratuit", ("gratuit", "gratuite", "gratuits", "gratuites", "gratos")),
    "paid": ("Payant", ("payant", "payante", "payants", "payantes")),
}

#: Other names that are searched for and taken as a filter only where they find nothing as words.
_NOT_FILTERS = """
    activite activites affiche affiches album albums application applications atelier
    ateliers bilan carte cartes chanson chansons conte controle cours defi dossier
    dossiers enregistrement entrainement evaluation evaluations evaluer experience
    experiences experimentation fiche fiches film films frise frises guide image images
    libre livre livres jouant jouer logiciel ludique maternelle ms petits presentation
    projet projets ps reference rituel rituels seance seances test
"""
NOT_FILTERS = frozenset(_NOT_FILTERS.split())

#: Ways to say one thing, besides the other names in the vocabularies: the editors' list.
SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("fraction", "partage d'une unité"),
    ("multiplication", "multiplier", "tables"),
    ("addition", "additionner"),
    ("soustraction", "soustraire"),
    ("division", "diviser"),
    ("conjuguer", "conjugaison"),
    ("séisme", "tremblement de terre"),
    ("dinosaure", "dino"),
    ("poésie", "poème", "poètes"),
    ("rédaction", "production d'écrit", "expression écrite"),
    ("récitation", "poésie"),
    ("maths", "mathématiques", "mathématique"),
    ("vélo", "bicyclette"),
    ("voiture", "automobile"),
    ("police d'écriture", "calligraphie"),
    ("écologie", "environnement", "développement durable"),
    ("recyclage", "tri des déchets", "recycler"),
    ("photosynthèse", "nutrition des plantes"),
    ("ordinateur", "informatique"),
    ("codage", "programmation", "coder"),
    ("harcèlement", "violence à l'école"),
    ("handicap", "école inclusive", "inclusion"),
    ("nombre décimal", "nombre à virgule"),
    ("chiffres romains", "numération romaine"),
    ("Moyen Âge", "médiéval"),
    ("chevalier", "seigneur"),
    ("Gaulois", "Gaule"),
    ("Égypte", "pharaon", "pyramides"),
    ("14-18", "Première Guerre mondiale", "Grande Guerre"),
    ("39-45", "Seconde Guerre mondiale", "Deuxième Guerre mondiale"),
    ("foot", "football"),
    ("piscine", "natation", "nager"),
    ("gym", "gymnastique"),
    ("rap", "slam"),
    ("météo", "temps qu'il fait"),
    ("digestion", "appareil digestif"),
    ("squelette", "os"),
    ("électricité", "circuit électrique"),
    ("périmètre", "contour"),
    ("aire", "surface"),
    ("horloge", "lire l'heure"),
    ("monnaie", "euros", "argent"),
    ("dictée", "orthographe"),
    ("lecture à voix haute", "fluence"),
    ("QLM", "questionner le monde"),
    ("SVT", "sciences de la vie et de la Terre", "le vivant"),
    ("problème", "pb", "pbs"),
    ("hist-géo", "histoire-géographie"),
    ("BD", "bande dessinée"),
    ("dyslexie", "dyslexique", "dys", "troubles dys"),
    ("malentendant", "sourd", "surdité", "trouble auditif"),
    ("malvoyant", "aveugle", "cécité", "trouble visuel"),
)
