"""The city's own words for the finer metadata: activities, places, special needs, common core.

Plain words first; behind them the terms of art under which notices and the ministry's table
know the same thing. They describe, and are not read as filters in a query.
"""

from __future__ import annotations

from resources.catalogue.vocabularies import entries

#: What one does with it.
ACTIVITIES = entries(
    """
    lire | Lire
    ecrire | Écrire
    ecouter | Écouter
    parler | Parler | s'exprimer; raconter
    observer | Observer | regarder; décrire
    chercher | Chercher | rechercher; s'informer; se documenter
    manipuler | Manipuler | trier; classer
    essayer | Essayer pour voir | expérimenter; tester
    comprendre | Comprendre | découvrir
    calculer | Calculer | compter; dénombrer
    dessiner | Dessiner | tracer
    fabriquer | Fabriquer | réaliser; créer; produire
    jouer | Jouer
    bouger | Bouger
    ensemble | Travailler à plusieurs | coopérer; collaborer
    entrainer | S'entraîner | s'exercer; réviser
    bilan | Voir ce que l'on sait | s'évaluer
    former | Se former, entre adultes | se former
    """
)
#: Where it is used.
PLACES = entries(
    """
    classe | En classe | en salle de classe
    informatique | En salle informatique
    bcd | À la bibliothèque de l'école | en bibliothèque; BCD
    cour | Dans la cour
    sport | Au gymnase ou au stade | en installation sportive
    cantine | À la cantine | en restauration scolaire
    loisirs | Au centre de loisirs | en accueil de loisirs
    musee | Au musée | en musée
    dehors | Dehors, en sortie | en terrain d'observation
    maison | À la maison | en milieu familial
    """
)
#: Whom it suits beside all others.
NEEDS = entries(
    """
    entendre | Difficulté à entendre | trouble auditif; surdité; malentendant; sourd
    voir | Difficulté à voir | trouble visuel; malvoyant; aveugle
    lire | Dyslexie, difficulté à lire, à écrire ou à parler | trouble spécifique du langage et des apprentissages; troubles dys; dyslexie; dyspraxie; dysphasie
    bouger | Difficulté à bouger | trouble moteur
    comprendre | Difficulté à comprendre | trouble intellectuel et cognitif
    autisme | Autisme | trouble envahissant du développement et autisme; TSA
    attention | Difficulté à se concentrer | trouble de l'attention; TDAH
    emotions | Souffrance psychique | trouble psychique
    maladie | Maladie de longue durée | trouble viscéral
    francais | Français encore à apprendre | allophone; UPE2A; FLE
    """  # noqa: E501 — one term a line
)
#: What it works towards, by the numbers of décret n° 2015-372 (Code de l'éducation, D122-1).
COMPETENCES = entries(
    """
    1 | Les langages pour penser et communiquer | domaine 1 : les langages pour penser et communiquer
    1.1 | La langue française, dite et écrite | domaine 1.1
    1.2 | Une langue étrangère ou régionale | domaine 1.2
    1.3 | Les langages mathématiques, scientifiques et informatiques | domaine 1.3
    1.4 | Les langages des arts et du corps | domaine 1.4
    2 | Les méthodes et outils pour apprendre | domaine 2 : les méthodes et outils pour apprendre
    3 | La formation de la personne et du citoyen | domaine 3 : la formation de la personne et du citoyen
    4 | Les systèmes naturels et les systèmes techniques | domaine 4 : les systèmes naturels et les systèmes techniques
    5 | Les représentations du monde et l'activité humaine | domaine 5 : les représentations du monde et l'activité humaine
    """  # noqa: E501 — one term a line
)
