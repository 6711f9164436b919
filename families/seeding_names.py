"""Words from which the people and streets of the demo city are made."""

from __future__ import annotations

GIVEN_NAMES_CHILDREN = (
    "Adam Adèle Aïcha Alice Alma Amine Ambre Anaïs Anna Antoine Arthur Assia Augustin Ayoub "
    "Baptiste Bilal Camille Capucine Célia Charlie Chloé Clara Clémence Côme Dalia Diego Dina "
    "Éden Elena Éliott Élise Élyes Emma Enzo Esteban Éva Fatima Félix Gabin Gabriel Giulia "
    "Hana Hugo Ibrahim Ilyes Imane Inaya Isaac Ismaël Jade Joseph Jules Juliette Kaïs Kenza "
    "Léa Léandre Léna Léo Léonie Lila Livia Lola Lou Louis Louise Lucas Lucie Lyna Maël Malek "
    "Manon Margaux Marius Marwan Mathis Maya Mehdi Mia Mila Mohamed Myriam Nael Naïm Naïs "
    "Nassim Nina Noah Noémie Nolan Nora Olivia Omar Oscar Paola Pablo Rafaël Rania Raphaël "
    "Rayan Romane Romy Rose Sacha Salomé Samuel Sarah Selma Simon Sirine Soan Sofia Soline "
    "Souleymane Taïna Théa Théo Tiago Timéo Tom Victoire Victor Yanis Yasmine Youssef Zélie "
    "Zoé"
).split()

GIVEN_NAMES_WOMEN = (
    "Agnès Amel Amélie Angélique Anissa Aurélie Béatrice Carole Caroline Cécile Céline "
    "Chantal Christelle Corinne Delphine Djamila Élodie Émilie Estelle Fanny Farida Fatoumata "
    "Florence Graziella Hélène Houria Isabelle Julie Karima Laëtitia Latifa Laura Leïla Lucia "
    "Magali Malika Marie Marion Mélanie Mireille Mounia Nathalie Nawel Pauline Rachida "
    "Sabrina Samia Sandra Sonia Stéphanie Sylvie Valérie Vanessa Virginie Yamina Zaïna"
).split()

GIVEN_NAMES_MEN = (
    "Abdel Alain Alexandre Ali Antonio Arnaud Aziz Benoît Bruno Cédric Christophe Cyril "
    "Damien David Didier Driss Emmanuel Éric Fabien Fabrice Farid Florian Franck Frédéric "
    "Giovanni Grégory Guillaume Hakim Hassan Hervé Idriss Jérôme Jean-Marc Julien Kader Kamel "
    "Laurent Ludovic Mamadou Marcel Mathieu Maxime Michaël Mourad Nicolas Olivier Pascal "
    "Philippe Pierre Rachid Rémi Romain Samir Saïd Sébastien Stéphane Sylvain Tarek Thierry "
    "Vincent Xavier Yacine Youcef"
).split()

FAMILY_NAMES = (
    "Abdou Achard Agostini Ahamada Albertini Allègre Amar Amrani Andréani Arnaud Attia Aubert "
    "Audibert Ayache Bacri Barthélemy Baudouin Belkacem Bellini Benhamou Bensaïd Bérenger "
    "Bertrand Blanc Boissier Bonifay Bonnet Bouazza Boucher Boudjema Bouvier Boyer Bremond "
    "Bruno Cacciari Camoin Carbone Castelli Cauvin Chabert Chaïb Chaumont Cheikh Chevalier "
    "Colonna Coste Dahan Daumas Delgado Deluy Diallo Djebbar Durbec Dumas Esposito Estrade "
    "Fabre Faure Ferrero Ferri Filippi Flandin Fontana Fournier Gaillard Garcia Garcin "
    "Gasparian Gastaldi Gauthier Giordano Girard Gras Grimaldi Guérin Guidicelli Haddou "
    "Hamidou Hassani Honoré Icard Imbert Isnard Jaubert Jourdan Kaced Kassim Khelifi Lambert "
    "Lanza Laugier Léonetti Leroy Lombardo Lopez Maillet Mansour Marchetti Marin Mariani "
    "Martinez Massoni Mattei Maurel Meftah Melkonian Meunier Michel Mohamed Monnier Morel "
    "Moretti Mouren Nasri Navarro Negrel Nicolaï Olive Orsini Ouali Padovani Pagès Paoli "
    "Pastor Pellegrin Pereira Perrin Petit Pons Poggi Quilici Rahmani Raynaud Renucci Reynier "
    "Ricard Richaud Rigaud Rivière Robert Romano Rossi Roux Sabatier Saïdi Salducci Sanchez "
    "Santini Sarkissian Sauvaire Savelli Sicard Silvestre Simian Soulé Tassy Taïbi Teissier "
    "Testa Tourniaire Traoré Troin Vallet Venturini Vial Vidal Vincenti Yahiaoui Zerbib "
    "Zitouni"
).split()

STREET_KINDS = (
    ("Rue", 60),
    ("Avenue", 10),
    ("Boulevard", 10),
    ("Traverse", 8),
    ("Chemin", 6),
    ("Impasse", 6),
    ("Allée", 5),
    ("Place", 4),
    ("Montée", 3),
    ("Cours", 2),
)

STREET_NAMES = (
    "des Tamaris|des Voiliers|du Vieux-Lavoir|de la Criée|des Câpriers|du Four-à-Chaux|"
    "des Figuiers|de la Vigie|des Calfats|du Mûrier|des Cordiers|de l'Anse-Bleue|du Phare|"
    "des Oursins|de la Madrague|des Amandiers|du Moulin-Neuf|de la Tuilerie|des Pins-Penchés|"
    "du Lavandin|des Alysses|de la Darse|des Grenadiers|du Sémaphore|des Palangres|"
    "de la Savonnerie|des Cigales|du Jas|des Restanques|de la Bastide|du Puits-Clair|"
    "des Genêts|de la Source|du Belvédère|des Micocouliers|de la Fraternité|de l'Égalité|"
    "des Tisserands|du Vallon|des Oliviers|de la Carrière|des Salines|du Levant|du Ponant|"
    "des Goélands|des Martinets|de la Poudrière|du Bon-Secours|des Trois-Moulins|"
    "de la Grande-Ourse|des Charpentiers|du Radoub|des Muriers-Blancs|de la Pinède|"
    "du Petit-Port|des Romarins|de la Calade|des Lauriers|du Roucas|des Ruches|"
    "de la Fontaine-Verte|du Marché|des Pêcheurs|de la Tour-Carrée|des Arceaux|de l'Horloge|"
    "du Colombier|des Abeilles|de l'Étoile|des Sardiniers|du Grand-Large|de la Halle|"
    "des Tanneurs|du Castelet|des Fenouils|de la Treille|de la Croisée|des Jonquilles|"
    "du Cap-Noir|des Remparts|de la Joliesse|des Verriers|du Chanvre|des Bateliers|"
    "des Hirondelles|Ange-Bonifay|Jeanne-Olivéri|Marius-Sauvaire|Lucie-Achard|Élie-Camoin|"
    "Rose-Tourniaire|Docteur-Paul-Isnard|Capitaine-Reynier|Thérèse-Maurel|Félix-Garcin|"
    "Honorine-Jaubert|Louis-Durbec|Sœur-Clémence|Amédée-Vidal|Irène-Laugier|Professeur-Sicard|"
    "Antoinette-Pons|Joseph-Pellegrin|Marthe-Imbert|Gaston-Tassy|Blanche-Aubert|Émile-Raynaud|"
    "Denise-Chabert|Victorin-Coste|Madeleine-Bremond|Augustin-Fabre|Yvonne-Melkonian|"
    "Désiré-Cauvin|Hortense-Vial|Auguste-Daumas|Simone-Richaud|Jules-Audibert|Eugénie-Blanc|"
    "Théodore-Sabatier|Germaine-Rigaud|Léon-Teissier|du 8-Novembre-1942|"
    "des Droits-de-l'Enfant|de la Paix|de la République|des Arts|de l'Observatoire"
).split("|")

DISTRICTS = (
    "Le Vieux-Bassin|Les Tamaris|La Pointe-Blanche|Saint-Elme|Les Restanques|La Savonnerie|"
    "Grand-Vallon|L'Anse-Bleue|Les Trois-Moulins|La Madrague|Le Castelet|Les Salines|"
    "Le Sémaphore|Bel-Horizon|La Tuilerie|Les Amandiers|Cap-Noir|Le Colombier|Les Cigales|"
    "Notre-Dame-du-Large|La Pinède|Le Jas-Neuf|Les Arceaux|La Poudrière|Fontaine-Verte|"
    "Les Calades|Le Petit-Port|Les Goélands|La Croisée|Plan-de-l'Étoile"
).split("|")

SCHOOL_NAMES = (
    "Jeanne-Olivéri|Marius-Sauvaire|Les Câpriers|La Vigie|Rose-Tourniaire|Le Mûrier|"
    "Élie-Camoin|Les Hirondelles|Honorine-Jaubert|Les Figuiers|Lucie-Achard|Le Moulin-Neuf|"
    "Thérèse-Maurel|La Source|Félix-Garcin|Les Goélands|Yvonne-Melkonian|Les Alysses|"
    "Antoinette-Pons|La Calade|Joseph-Pellegrin|Les Romarins|Marthe-Imbert|Le Belvédère|"
    "Blanche-Aubert|Les Micocouliers|Denise-Chabert|Le Vallon|Madeleine-Bremond|Les Martinets|"
    "Simone-Richaud|La Fontaine-Verte|Germaine-Rigaud|Les Abeilles|Hortense-Vial|"
    "Le Grand-Large|Irène-Laugier|Les Genêts|Amédée-Vidal|La Treille"
).split("|")
