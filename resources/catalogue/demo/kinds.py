"""How invented resources of each type are titled, introduced and used. Data, no logic.

In titles ``{np}`` is the notion with its article, ``{Np}`` the same with a capital, ``{de}``
and ``{a}`` contracted with "de" and "à", ``{Bare}`` without article.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A pedagogical type: document types it comes as, title forms, first and last sentences."""

    code: str
    documents: tuple[str, ...]
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    uses: tuple[str, ...]
    minutes: tuple[int, int]
    teacher_only: bool = False


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "jeu",
            ("application", "application", "fiche"),
            (
                "Jouer avec {np}",
                "Le mémory {de}",
                "Quiz : {np}",
                "Le jeu de l'oie {de}",
                "Dominos : {np}",
                "Loto {de}",
                "{Bare} : le jeu",
                "Gagne ta voile : {np}",
                "Mission {Bare}",
            ),
            (
                "Un jeu à faire seul ou à deux, en ligne ou sur le plateau à imprimer.",
                "Chaque bonne réponse fait avancer le bateau d'une case.",
                "Trois niveaux de jeu, du plus simple au plus corsé.",
                "On joue par équipes, la correction s'affiche à la fin de la manche.",
                "Un petit défi quotidien qui donne envie de recommencer.",
            ),
            (
                "Aucun compte n'est nécessaire, le score reste sur la tablette.",
                "Parfait en atelier autonome pendant le temps calme.",
                "La règle est lue à voix haute pour les non-lecteurs.",
                "Prévoir une tablette pour deux.",
            ),
            (10, 30),
        ),
        Kind(
            "exercice",
            ("fiche", "application", "fiche"),
            (
                "{Bare} : vingt exercices progressifs",
                "Je m'entraîne : {np}",
                "S'exercer sur {np}",
                "Ceintures : {np}",
                "{Bare}, fichier autonome",
                "Encore un peu : {np}",
                "À toi de jouer : {np}",
            ),
            (
                "Des exercices courts, rangés du plus facile au plus difficile.",
                "Une page d'échauffement, une page d'entraînement, une page de défis.",
                "Des exercices corrigés tout de suite, avec un indice après la première erreur.",
                "Un fichier pour avancer à son rythme, avec les réponses à la fin.",
            ),
            (
                "Une version en gros caractères est fournie.",
                "Les élèves rapides trouvent un défi au dos de chaque fiche.",
                "À glisser dans le plan de travail de la semaine.",
                "Police adaptée aux élèves dyslexiques.",
            ),
            (15, 45),
        ),
        Kind(
            "lecon",
            ("video", "diaporama", "fiche", "video"),
            (
                "{Np} en trois minutes",
                "C'est quoi, {np} ?",
                "{Np}, l'essentiel",
                "Comprendre {np}",
                "{Np} en dessin animé",
                "Carte mentale : {np}",
                "Ce qu'il faut retenir {de}",
            ),
            (
                "Une leçon claire et illustrée, à montrer puis à garder dans le cahier.",
                "Deux enfants se posent la question et trouvent la réponse pas à pas.",
                "Une vidéo courte, sous-titrée, avec une pause pour chercher.",
                "L'essentiel sur une page, avec un exemple et un dessin.",
            ),
            (
                "La trace écrite à trous accompagne la leçon.",
                "Peut être revue à la maison avec les parents.",
                "Sous-titres et transcription disponibles.",
            ),
            (3, 20),
        ),
        Kind(
            "sequence",
            ("dossier", "dossier", "diaporama"),
            (
                "{Np} : séquence en six séances",
                "Enseigner {np}",
                "{Np} pas à pas",
                "Aborder {np} avec toute la classe",
                "Une semaine autour {de}",
            ),
            (
                "De la découverte au bilan, tout est prêt : objectifs, matériel, déroulement.",
                "Une progression testée en classe, avec des variantes pour chaque niveau.",
                "Chaque séance commence par une situation à chercher en groupe.",
            ),
            (
                "Les fiches élèves et les corrigés sont joints.",
                "Des pistes de différenciation sont proposées à chaque étape.",
                "Convient aux classes à deux niveaux.",
            ),
            (120, 360),
            teacher_only=True,
        ),
        Kind(
            "activite",
            ("fiche", "image", "audio", "video"),
            (
                "À la découverte {de}",
                "Atelier : {np}",
                "Manipuler pour comprendre {np}",
                "Premiers pas vers {np}",
                "{Np} en atelier",
                "Explorer {np}",
            ),
            (
                "Une activité à vivre en petit groupe, avec du matériel de tous les jours.",
                "On observe, on essaie, on en parle, puis on garde une trace.",
                "Un atelier court qui laisse toute la place à l'essai.",
            ),
            (
                "Matériel : papier, ciseaux, colle et un peu de patience.",
                "Une photo de chaque étape guide les plus jeunes.",
                "À conduire en demi-classe.",
            ),
            (20, 50),
        ),
        Kind(
            "experience",
            ("fiche", "video"),
            (
                "Expérimenter : {np}",
                "Carnet d'expériences : {np}",
                "Trois expériences sur {np}",
                "Le petit laboratoire {de}",
            ),
            (
                "On émet une hypothèse, on expérimente, on conclut.",
                "Une expérience simple et sans danger, à refaire à la maison.",
            ),
            (
                "La liste du matériel tient dans une boîte à chaussures.",
                "Le carnet de l'élève comporte dessins et mots à compléter.",
            ),
            (30, 60),
        ),
        Kind(
            "evaluation",
            ("fiche", "application"),
            (
                "Évaluer {np}",
                "{Np} : où en sont mes élèves ?",
                "Bilan : {np}",
                "{Bare} : je vérifie ce que je sais",
            ),
            (
                "Un bilan court, avec une grille de réussite claire pour l'élève.",
                "Deux sujets de même niveau pour évaluer avant et après.",
            ),
            (
                "Le tableau de suivi se remplit en quelques minutes.",
                "Les items sont rattachés aux attendus de fin d'année.",
            ),
            (15, 40),
            teacher_only=True,
        ),
        Kind(
            "rituel",
            ("diaporama",),
            (
                "Cinq minutes par jour : {np}",
                "Le rituel du matin : {np}",
                "{Bare}, une question par jour",
            ),
            (
                "Une question au tableau chaque matin pendant un mois.",
                "Un rituel court pour ne rien oublier.",
            ),
            ("Quarante diapositives prêtes à projeter.", "Fonctionne aussi sur l'ardoise."),
            (5, 10),
        ),
        Kind(
            "projet",
            ("dossier", "visite"),
            (
                "Projet de classe : {np}",
                "Notre exposition sur {np}",
                "Un mois pour {np}",
            ),
            (
                "Un projet à mener avec toute la classe, jusqu'à la présentation aux familles.",
                "Chaque groupe prend en charge une partie et la présente aux autres.",
            ),
            (
                "Un calendrier et une fiche de rôle par élève sont fournis.",
                "Peut donner lieu à une sortie en ville.",
            ),
            (180, 600),
        ),
        Kind(
            "reference",
            ("album", "carte", "image", "audio"),
            (
                "{Np} : le petit guide illustré",
                "L'imagier {de}",
                "{Np} en affiches",
                "Tout savoir sur {np}",
                "{Np}, à écouter",
            ),
            (
                "Un document à consulter, à afficher ou à écouter en classe.",
                "De grandes images, des mots simples, une page par idée.",
            ),
            (
                "S'imprime en A3 ou se projette.",
                "Un index aide à retrouver chaque mot.",
            ),
            (10, 30),
        ),
    )
}

#: How often each type comes up, by the first part of the domain.
MIX: dict[str, tuple[tuple[str, int], ...]] = {
    "default": (
        ("jeu", 5),
        ("exercice", 5),
        ("lecon", 5),
        ("sequence", 3),
        ("activite", 3),
        ("evaluation", 2),
        ("rituel", 1),
        ("reference", 2),
        ("projet", 1),
    ),
    "sciences": (
        ("experience", 5),
        ("lecon", 5),
        ("jeu", 3),
        ("sequence", 3),
        ("exercice", 2),
        ("projet", 2),
        ("reference", 2),
        ("evaluation", 1),
    ),
    "histoire": (
        ("lecon", 6),
        ("reference", 4),
        ("sequence", 3),
        ("jeu", 3),
        ("projet", 2),
        ("exercice", 2),
        ("evaluation", 1),
    ),
    "maths": (
        ("jeu", 8),
        ("exercice", 5),
        ("lecon", 5),
        ("sequence", 3),
        ("activite", 3),
        ("evaluation", 2),
        ("rituel", 2),
    ),
    "eveil": (("activite", 7), ("jeu", 5), ("reference", 3), ("sequence", 3), ("rituel", 2)),
    "eps": (("activite", 6), ("sequence", 4), ("lecon", 2), ("jeu", 3), ("projet", 1)),
    "arts": (("activite", 7), ("reference", 4), ("lecon", 3), ("sequence", 3), ("projet", 2)),
}
MIX["geographie"] = MIX["histoire"]

PUBLISHERS = (
    "Éditions du Môle",
    "La Cabane aux lettres",
    "Canal Préau",
    "Petits Phares",
    "Numéribulle",
    "Médiathèque de Port-Mistral",
    "Muséum de Port-Mistral",
    "Ateliers de la Corniche",
    "Le Cartable bleu",
    "Archives municipales de Port-Mistral",
    "Association Sciences en herbe",
    "Studio Tramontane",
    "École ouverte du Sud",
    "Conservatoire de Port-Mistral",
)
AUTHORS = (
    "Amel Haddad",
    "Bastien Roche",
    "Camille Astier",
    "Diane Marchetti",
    "Elio Fabre",
    "Fatou Diallo",
    "Gaëlle Pons",
    "Hugo Serra",
    "Inès Caron",
    "Jérôme Blanc",
    "Kenza Saïdi",
    "Léo Giraud",
    "Maïssa Abdou",
    "Nicolas Tessier",
    "Olga Petrova",
    "Paul-Antoine Luciani",
    "Rania Mansour",
    "Simon Arnoux",
    "Thi-Mai Nguyen",
    "Yann Le Goff",
)
