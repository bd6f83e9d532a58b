"""Portuguese, as `language` says."""

from bot.memory.phrases.language import Language

PORTUGUESE = Language(
    phrases=r"""
name name: (?:(?:eu )?me chamo|eu chamo-me|chamo-me|(?:o )?meu nome (?:\w+ )?e) (?P<v>.+)
called name: (?:por favor )?(?:me cham[ae]|cham[ae]-me|(?:voce )?pode me chamar|podes chamar-me|podes me chamar)(?: de| so de)? (?P<v>.+)
called name: (?:todos|todo mundo|meus amigos|os meus amigos) (?:me chamam|chamam-me)(?: de)? (?P<v>.+)
home place!: (?:eu )?(?:ja )?nao (?:moro|vivo) mais (?:em|no|na) (?P<v>.+)
home place!: (?:eu )?ja nao (?:moro|vivo) (?:em|no|na) (?P<v>.+)
home place: (?:eu )?(?:(?:agora|hoje|atualmente) )?(?:moro|vivo) (?:(?:agora|atualmente) )?(?:em|no|na|nos|nas) (?P<v>.+)
home place: (?:eu )?(?:acabei de )?(?:me mudei|mudei-me|me mudar|mudei|mudar-me) (?:para|pra|pro) (?:[oa] )?(?P<v>.+)
origin place: (?:eu )?(?:sou|venho) (?:de|do|da) (?P<v>.+)
origin place: (?:eu )?(?:nasci|cresci) (?:em|no|na) (?P<v>.+)
job thing!: (?:eu )?(?:ja )?nao sou mais (?:uma? )?(?P<v>{job})
job thing!: (?:eu )?ja nao sou (?:uma? )?(?P<v>{job})
job thing!: (?:eu )?(?:ja nao trabalho|nao trabalho mais) como (?P<v>.+)
job thing: (?:eu )?trabalho (?:(?:agora|atualmente) )?(?:como|de) (?P<v>.+)
job thing: (?:eu )?sou (?:uma? )?(?P<v>{job})\b
study thing: (?:eu )?(?:estudo|curso) (?P<v>.+)
birthday date: (?:o )?meu aniversario e(?: (?:no dia|dia|em))? (?P<v>.+)
birthday date: (?:eu )?faco anos(?: (?:no dia|a|em))? (?P<v>.+)
birthday date: (?:eu )?nasci (?:no dia|a) (?P<v>.+)
birthday date: (?P<v>hoje|amanha) e (?:o )?meu aniversario
family name: (?:[oa] )?(?:meu|minha) (?P<who>{who})(?: (?:d[oae]|com|que|n[oa]) .{1,40}?)? (?:se chama|chama-se) (?P<v>.+)
family name: (?:eu )?tenho uma? (?P<who>{who}) (?:que se chama|chamad[oa]) (?P<v>.+)
family Name: (?:[oa] )?(?:meu|minha) (?P<who>{who}) (?P<v>.+)
pet name: (?:[oa] )?(?:meu|minha|nosso|nossa) (?P<who>{animal}) (?:se chama|chama-se) (?P<v>.+)
pet name: (?:eu )?(?:tenho|temos|adotei) uma? (?P<who>{animal}) (?:que se chama|chamad[oa]) (?P<v>.+)
pet Name: (?:[oa] )?(?:meu|minha) (?P<who>{animal}) (?P<v>.+)
taste thing-: (?:eu )?(?:ja )?nao gosto (?:(?:mais|nada|muito) )*(?:de|do|da|dos|das) (?P<v>.+?)(?: nada| mais)?$
taste thing-: (?:eu )?(?:odeio|detesto|nao suporto) (?P<v>.+)
taste thing: (?:eu )?gosto (?:(?:muito|tanto|mesmo) )*(?:de|do|da|dos|das) (?P<v>.+)
taste thing: (?:eu )?(?:adoro|amo) (?P<v>.+)
favourite thing: (?:[oa] )?(?:meu|minha) (?P<who>[\w ]{2,30}?) (?:favorit[oa]|preferid[oa]) e (?:(?:agora|ainda) )?(?P<v>.+)
hobby thing: (?:eu )?(?P<v>toco (?:piano|violao|violino|guitarra|flauta|o .+|a .+)|coleciono .+)
promise whole: (?:eu )?(?P<v>(?:lhe |te )?(?:prometi|prometo) .+)
plan whole: (?={soon})(?:eu )?(?P<v>vou (?:me mudar|mudar|viajar|visitar|comecar|comprar|estudar) .+)
""",
    words={
        "soon": r".*\b(?:amanha|esta (?:noite|semana)|este (?:mes|ano|verao|fim de semana)|proxim[oa] \w+|\w+ que vem|n[oa] (?:segunda|terca|quarta|quinta|sexta|sabado|domingo)|em (?:um|uma|dois|duas|tres|\d+) \w+|em (?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro))\b",
        "who": "mae|pai|irma|irmao|filha|filho|esposa|esposo|mulher|marido|namorada|namorado|companheira|companheiro|tia|tio|prima|primo|sobrinha|sobrinho|avo|avó|amiga|amigo|vizinha|vizinho|professora|professor|chefe|colega",
        "animal": "cachorro|cachorra|cadela|cao|gato|gata|coelho|coelha|papagaio|periquito|hamster|cavalo|egua|cobra|tartaruga|peixe|passaro|cabra",
        "job": r"enfermeir[oa]|professora?|medic[oa]|engenheir[oa]|programadora?|padeir[oa]|carpinteir[oa]|encanadora?|eletricista|advogad[oa]|estudante|escritora?|pintora?|music[oa]|cozinheir[oa]|motorista|agricultora?|jardineir[oa]|bibliotecari[oa]|cientista|designer|arquitet[oa]|dentista|mecanic[oa]|garcom|garconete|tradutora?|fotograf[oa]|veterinari[oa]|piloto|ator|atriz|cabeleireir[oa]|jornalista",
    },
    before=r"oi|ola|bom dia|boa (?:tarde|noite)|bem|bom|e|mas|sim|ah|alias|agora|hoje|ontem|semana passada|mes passado|ano passado|que|porque|mudei de ideia|sabe|na verdade",
    joints="e|mas|porque|pois",
    begins=r"eu|meu|minha|me|sou|moro|trabalho|tenho|estou|nao|ja|ele|ela|voce|tu|nosso|nossa|nos|o meu|a minha",
    unreal=r"se (?:eu|moro|morasse|fosse|meu|minha|tenho|tivesse)|seria|moraria|gostaria|queria|talvez|tomara|oxala|imagin\w*|supon\w*|sonho|sonhos|n(?:a|esta|ossa) historia|no (?:jogo|conto)|meu personagem|antes|antigamente|disse|diz|dizem|pergunt\w*|acha que|espero|brincadeira|costumava",
    until=r"e|mas|ou|porque|com|que|desde|agora|tambem|por favor|alias|quando|onde|como|para|ha|aqui|ja|ontem|hoje|semana passada|mes passado",
    no_value=r"nao|nunca|nada|ninguem|tu|ti|voce|voces|isso|isto|esta|este|esse|essa|ele|ela|eles|que|como|quando|onde|quem|porque|muito|tao|mais|assim|te ver|falar com voce|um|uma|amanha|depois|segredo|importante|aqui|ali|meu|minha",
    passing=r"te|teu|tua|seu|sua|isso|isto|esse|essa|este|esta|que|como|meu|minha|voce",
    remember=r"(?:por favor )?(?:lembre-se(?: de)?|lembra-te(?: de)?|lembra(?: de)?|nao (?:se )?esqueca(?: de)?|nao te esquecas(?: de)?|anota|anote)(?: que|:|,)? (?P<v>.+)",
    mine=r"eu\b|meu|minha|me\b|sou|moro|tenho|estou|vou|nos[so]|amanha|hoje",
)
