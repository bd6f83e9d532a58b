"""Spanish, as `language` says."""

from bot.memory.phrases.language import Language

SPANISH = Language(
    phrases=r"""
name name: (?:yo )?(?:me llamo|mi nombre (?:\w+ )?es) (?P<v>.+)
called name: (?:por favor )?(?:llamame|puedes llamarme|me puedes llamar) (?:(?:simplemente|solo) )?(?P<v>.+)
called name: (?:todos|mis amigos|mis amigas|me) (?:me )?(?:llaman|dicen) (?P<v>.+)
home place!: ya no vivo en (?P<v>.+)
home place: (?:yo )?(?:(?:ahora|actualmente|hoy) )?vivo (?:(?:ahora|actualmente) )?en (?P<v>.+)
home place: (?:yo )?(?:(?:ahora|ya) )?me (?:mude|he mudado|acabo de mudar|traslade) a (?P<v>.+)
home place: acabo de mudarme a (?P<v>.+)
origin place: (?:yo )?(?:soy|vengo) (?:originari[oa] )?de (?P<v>.+)
origin place: naci en (?P<v>.+)
job thing!: ya no soy (?:una? )?(?P<v>{job})
job thing!: ya no trabajo (?:como|de) (?P<v>.+)
job thing: (?:yo )?trabajo (?:(?:ahora|actualmente) )?(?:como|de) (?P<v>.+)
job thing: (?:yo )?soy (?:una? )?(?P<v>{job})\b
study thing: (?:yo )?estudio (?P<v>.+)
birthday date: mi cumpleanos es(?: el)? (?P<v>.+)
birthday date: cumplo anos(?: el)? (?P<v>.+)
birthday date: naci el (?P<v>.+)
birthday date: (?P<v>hoy|manana) es mi cumpleanos
family name: mi (?P<who>{who})(?: (?:del?|con|que|en) .{1,40}?)? se llama (?P<v>.+)
family name: el nombre de mi (?P<who>{who}) es (?P<v>.+)
family name: tengo una? (?P<who>{who}) (?:que se llama|llamad[oa]) (?P<v>.+)
family Name: mi (?P<who>{who}) (?P<v>.+)
pet name: (?:mi|nuestr[oa]) (?P<who>{animal}) se llama (?P<v>.+)
pet name: (?:tengo|tenemos|adopte) una? (?P<who>{animal}) (?:que se llama|llamad[oa]) (?P<v>.+)
pet Name: mi (?P<who>{animal}) (?P<v>.+)
taste thing-: (?:a mi )?(?:ya )?no me gustan? (?:(?:nada|mucho) )?(?P<v>.+?)(?: nada| mucho| para nada)?$
taste thing-: (?:yo )?(?:odio|detesto|no soporto|no aguanto) (?P<v>.+)
taste thing: (?:a mi )?(?:si )?me (?:gustan?|encantan?|fascinan?) (?:(?:mucho|muchisimo) )?(?P<v>.+)
favourite thing: mi (?P<who>[\w ]{2,30}?) (?:favorit[oa]|preferid[oa]) es (?:(?:ahora|todavia) )?(?P<v>.+)
hobby thing: (?:yo )?(?P<v>toco (?:el|la) .+|colecciono .+)
promise whole: (?:(?:le|te|les|os) )?(?P<v>(?:prometi|he prometido|prometo) .+)
plan whole: (?={soon})(?:yo )?(?P<v>voy a (?:mudarme|viajar|visitar|empezar|comprar|estudiar) .+)
""",
    words={
        "soon": r".*\b(?:manana|esta (?:noche|semana)|este (?:mes|ano|verano|fin de semana)|proxim[oa] \w+|\w+ que viene|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|en (?:un|una|dos|tres|\d+) \w+|en (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))\b",
        "who": "madre|mama|padre|papa|hermana|hermano|hija|hijo|esposa|esposo|mujer|marido|novia|novio|pareja|tia|tio|prima|primo|sobrina|sobrino|abuela|abuelo|amiga|amigo|vecina|vecino|maestra|maestro|profesora|profesor|jefa|jefe|companera|companero",
        "animal": "perro|perra|gato|gata|conejo|coneja|loro|periquito|hamster|caballo|yegua|cobaya|serpiente|tortuga|pez|pajaro|cabra",
        "job": r"enfermer[oa]|maestr[oa]|profesora?|medic[oa]|ingenier[oa]|programadora?|panader[oa]|carpinter[oa]|fontaner[oa]|electricista|abogad[oa]|estudiante|escritora?|pintora?|musico|cociner[oa]|conductora?|agricultora?|jardiner[oa]|bibliotecari[oa]|cientific[oa]|disenadora?|arquitect[oa]|dentista|mecanic[oa]|camarer[oa]|traductora?|fotograf[oa]|veterinari[oa]|piloto|actor|actriz|peluquer[oa]|periodista",
    },
    before=r"hola|buenas|buenos dias|bueno|pues|y|pero|ah|por cierto|ahora|hoy|ayer|la semana pasada|el mes pasado|el ano pasado|que|porque|he cambiado de opinion|sabes|la verdad",
    joints="y|pero|porque|aunque",
    begins=r"yo|mi|me|mis|soy|vivo|trabajo|tengo|estoy|no|ya|el|ella|tu|nos|nuestro|nuestra",
    unreal=r"si (?:yo|vivo|viviera|fuera|me|mi|tengo|tuviera)|seria|viviria|gustaria|quisiera|tal vez|quizas?|ojala|imagina\w*|supon\w*|sueno|suenos|en (?:la|esta|nuestra) historia|en el (?:juego|cuento)|mi personaje|antes|dijo|dice|dicen que|pregunt\w*|cree|espero|broma|solia",
    until=r"y|pero|o|porque|con|que|desde|ahora|tambien|por favor|por cierto|cuando|donde|como|para|hace|aqui|ya|la semana pasada|el mes pasado|el ano pasado|ayer|hoy",
    no_value=r"no|nunca|nada|nadie|tu|ti|te|usted|lo|eso|esto|esta|este|ese|esa|ella|les|que|como|cuando|donde|quien|porque|muy|tan|mas|asi|tampoco|verte|hablar contigo|hablarte|un|una|manana|luego|secreto|importante|aqui|alli|mi|mis",
    passing=r"te|tu|tus|esto|eso|ese|esa|este|esta|lo|que|como|mi|mis",
    remember=r"(?:por favor )?(?:recuerda|acuerdate(?: de)?|no olvides|no te olvides de|anota)(?: que|:|,)? (?P<v>.+)",
    mine=r"yo\b|mi\b|mis\b|me\b|soy|vivo|tengo|estoy|voy|nuestr|manana|hoy",
)
