"""French, as `language` says."""

from bot.memory.phrases.language import Language

FRENCH = Language(
    phrases=r"""
name name: (?:moi )?(?:je m'appelle|mon (?:pre)?nom est|mon (?:pre)?nom c'est|moi c'est) (?P<v>.+)
called name: (?:s'il te plait )?(?:appelle|appelez)[- ]moi (?:(?:simplement|juste) )?(?P<v>.+)
called name: (?:tu peux|vous pouvez) m'appeler (?P<v>.+)
called name: (?:tout le monde|mes amis|mes amies|on) m'appellent? (?P<v>.+)
home place!: je (?:n'habite|ne vis|n'vis) plus (?:a|en|au|aux) (?P<v>.+)
home place: (?:j'habite|je vis|je reside) (?:(?:maintenant|desormais|toujours|actuellement) )?(?:a|en|au|aux|pres de) (?P<v>.+)
home place: (?:j'ai (?:recemment |enfin )?demenage|je viens de demenager|je me suis installee?|je viens de m'installer) (?:a|en|au|aux) (?P<v>.+)
origin Place: je (?:viens|suis originaire) (?:de |d'|du |des )(?P<v>.+)
origin place: je suis nee? (?:a|en|au) (?P<v>.+)
origin place: j'ai grandi (?:a|en|au) (?P<v>.+)
job thing!: je ne suis plus (?P<v>{job})
job thing!: je ne travaille plus comme (?P<v>.+)
job thing: je travaille (?:(?:maintenant|actuellement) )?(?:comme|en tant que) (?P<v>.+)
job thing: je suis (?:(?:maintenant|toujours) )?(?P<v>{job})\b
study thing: j'etudie (?P<v>.+)
birthday date: mon anniversaire(?: est|,? c'est)(?: le)? (?P<v>.+)
birthday date: je suis nee? le (?P<v>.+)
birthday date: c'est mon anniversaire (?P<v>aujourd'hui|demain)
family name: (?:mon|ma) (?P<who>{who})(?: (?:avec|du|de|des|qui|a) .{1,40}?)? s'appelle (?P<v>.+)
family name: j'ai une? (?:\w+ )?(?P<who>{who}) (?:qui s'appelle|appelee?|nommee?) (?P<v>.+)
family Name: (?:mon|ma) (?:(?:petite?|grande?|meilleure?) )?(?P<who>{who}) (?P<v>.+)
pet name: (?:mon|ma|notre) (?P<who>{animal}) s'appelle (?P<v>.+)
pet name: (?:j'ai|nous avons|on a) une? (?:\w+ )?(?P<who>{animal}) (?:qui s'appelle|appelee?|nommee?) (?P<v>.+)
pet Name: (?:mon|ma|notre) (?P<who>{animal}) (?P<v>.+)
taste thing-: je n'(?:aime|adore) (?:(?:pas|plus|vraiment|du tout|trop|beaucoup) )+(?P<v>.+?)(?: du tout)?$
taste thing-: j'aime (?:pas|plus) (?:(?:du tout|trop) )?(?P<v>.+)
taste thing-: je (?:deteste|hais|ne supporte pas) (?P<v>.+)
taste thing: (?:moi )?j'(?:aime|adore) (?:(?:beaucoup|bien|vraiment|tellement|trop) )*(?P<v>.+)
favourite thing: (?:mon|ma) (?P<who>[\w ]{2,30}?) (?:prefere|favori)(?:e|te)? (?:est|c'est) (?:(?:maintenant|toujours) )?(?P<v>.+)
hobby thing: je (?P<v>joue (?:du|de la|de l') ?.+|collectionne .+)
promise whole: j'ai (?P<v>promis .+)
promise whole: je (?P<v>(?:te |lui )?promets (?:de|d'|que) ?.+)
plan whole: (?={soon})je (?P<v>vais (?:demenager|voyager|visiter|commencer|acheter|etudier) .+)
""",
    words={
        "soon": r".*\b(?:demain|ce soir|cette (?:semaine|annee)|ce (?:mois|week-end)|prochaine?|dans (?:une?|deux|trois|\d+) \w+|en (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)|cet ete|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche))\b",
        "who": "mere|maman|pere|papa|soeur|sœur|frere|fille|fils|femme|mari|copine|copain|compagne|compagnon|fiancee?|tante|oncle|cousine?|niece|neveu|grand-mere|grand-pere|mamie|papi|amie?|voisine?|professeure?|maitresse|chef|cheffe|collegue|colocataire",
        "animal": "chien|chienne|chat|chatte|lapin|perroquet|perruche|hamster|cheval|jument|poney|cochon d'inde|serpent|tortue|poisson|oiseau|chevre",
        "job": r"infirmi(?:er|ere)|professeure?|instit(?:uteur|utrice)|medecin|ingenieure?|programmeu(?:r|se)|developpeu(?:r|se)|boulang(?:er|ere)|menuisi(?:er|ere)|plombi(?:er|ere)|electricienn?e?|avocate?|etudiante?|ecrivaine?|peintre|musicienn?e?|cuisini(?:er|ere)|chauffeur|agriculteur|jardini(?:er|ere)|bibliothecaire|scientifique|designer|architecte|dentiste|mecanicienn?e?|serveu(?:r|se)|comptable|traduct(?:eur|rice)|photographe|veterinaire|pilote|act(?:eur|rice)|coiffeu(?:r|se)|journaliste",
    },
    before=r"salut|bonjour|coucou|bonsoir|alors|et|mais|oui|non|ah|au fait|maintenant|aujourd'hui|hier|la semaine derniere|le mois dernier|que|parce que|j'ai change d'avis|tu sais|en fait|franchement|moi",
    joints="et|mais|parce que|car|donc",
    begins=r"je|j'\w+|mon|ma|mes|nous|notre|tu|il|elle|on|c'est",
    unreal=r"si|serais|voudrais|aimerais|vivrais|peut-etre|imagine\w*|suppos\w*|reve\w*|dans (?:l'histoire|cette histoire|notre histoire|le jeu)|mon personnage|avant|dit|disent|dis que|demande|pense|croit|espere|blague|autrefois",
    until=r"et|mais|ou|parce que|car|avec|qui|que|depuis|maintenant|aussi|s'il te plait|quand|comme|pour|au fait|hier|aujourd'hui|la semaine derniere|le mois dernier|ici|en ce moment",
    no_value=r"pas|plus|jamais|rien|personne|tu|toi|te|t'|vous|ca|cela|ce|cette|ces|il|elle|lui|leur|qui|que|quoi|comment|quand|ou|si|tres|trop|aussi|te voir|parler|une?|demain|secret|important|ici|la-bas|bien|beaucoup",
    passing=r"te|toi|ton|ta|tes|ca|cela|ce|cette|ces|que|comment|mon|ma|mes|lui",
    remember=r"(?:s'il te plait )?(?:souviens-toi|rappelle-toi|n'oublie pas|retiens|note)(?: bien)?(?: que| qu'|:|,)? ?(?P<v>.+)",
    mine=r"je\b|j'|mon\b|ma\b|mes\b|nous\b|notre|demain|aujourd'hui",
)
