"""German, as `language` says."""

from bot.memory.phrases.language import Language

GERMAN = Language(
    phrases=r"""
name name: (?:mein (?:\w+ )?name ist|ich hei(?:ß|ss)e) (?P<v>.+)
called name: (?:bitte )?nennt? mich (?:(?:bitte|einfach|doch|ruhig|lieber|nur) )*(?P<v>.+)
called name: (?:alle|meine freunde|meine freundinnen) nennen mich (?:(?:nur|einfach) )?(?P<v>.+)
called name: du (?:kannst|darfst) mich (?:(?:gern|gerne|ruhig|einfach|auch) )*(?P<v>\S+) nennen
home place!: ich (?:wohne|lebe) nicht mehr in (?P<v>.+)
home place: ich (?:wohne|lebe) (?:(?:jetzt|nun|inzwischen|noch|immer|derzeit|gerade|schon|seit \S+|seit (?:ein|zwei|drei|vier|funf|\d+) \w+) )*in (?P<v>.+)
home place: ich bin (?:(?:gerade|jetzt|neulich|endlich|vor kurzem|letzte woche|letzten monat|letztes jahr|gestern) )*nach (?P<v>\S+(?: \S+)?) (?:um)?gezogen
home place: bin ich nach (?P<v>\S+(?: \S+)?) (?:um)?gezogen
origin place: ich (?:komme|stamme) (?:(?:ursprunglich|eigentlich) )?aus (?P<v>.+)
origin place: ich bin in (?P<v>\S+(?: \S+)?) (?:geboren|aufgewachsen)
job thing!: ich bin (?:kein\w{0,2}|nicht mehr) (?P<v>{job})(?: mehr)?$
job thing!: ich arbeite nicht mehr als (?P<v>.+)
job thing: ich arbeite (?:(?:jetzt|derzeit|gerade|noch|inzwischen|seit \S+) )*als (?P<v>.+)
job thing: ich bin (?P<v>\S+) von beruf
job thing: (?:ich bin|von beruf bin ich) (?:(?:jetzt|noch|von beruf) )?(?P<v>{job})\b
study thing: ich studiere (?:(?:jetzt|gerade|noch) )?(?P<v>.+)
birthday date: mein geburtstag ist(?: am)? (?P<v>.+)
birthday date: ich habe (?:immer )?am (?P<v>.+?) geburtstag
birthday date: ich habe (?P<v>heute|morgen) geburtstag
birthday date: ich bin am (?P<v>.+?) geboren
family name: meine? (?:\w+ )?(?P<who>{who})(?: (?:mit|aus|von|in|vom) .{1,40}?)? (?:hei(?:ß|ss)t|nennt sich) (?P<v>.+)
family name: der name mein\w{1,2} (?P<who>{who}) ist (?P<v>.+)
family name: ich habe eine?n? (?:\w+ )?(?P<who>{who}) namens (?P<v>.+)
family Name: mein\w{0,2} (?:(?:alter\w*|kleine\w?|gro(?:ß|ss)e\w?|beste\w?|jungere\w?|altere\w?) )?(?P<who>{who}) (?P<v>.+)
pet name: (?:meine?|unsere?) (?:\w+ )?(?P<who>{animal}) hei(?:ß|ss)t (?P<v>.+)
pet name: (?:ich habe|wir haben) (?:jetzt )?eine?n? (?:\w+ )?(?P<who>{animal}) namens (?P<v>.+)
pet Name: (?:mein\w{0,2}|unser\w{0,2}) (?P<who>{animal}) (?P<v>.+)
taste thing-: ich (?:mag|liebe) (?P<v>.+?) (?:(?:gar|uberhaupt|wirklich|eigentlich|so|einfach) )*nicht(?: mehr)?(?: so)?$
taste thing-: ich (?:mag|liebe) (?:uberhaupt |gar )?keine?n? (?P<v>.+?)(?: mehr)?$
taste thing-: ich (?:hasse|verabscheue) (?P<v>.+)
taste thing-: (?P<v>.+) mag ich (?:(?:gar|uberhaupt|wirklich) )?nicht(?: mehr)?$
taste thing: ich (?:mag|liebe) (?:(?:wirklich|sehr|total|auch) )*(?P<v>.+?)(?: (?:sehr|total|wirklich|gern|gerne))*$
taste thing: ich (?:esse|trinke|hore|lese|schaue) (?:(?:sehr|auch|am liebsten) )*(?:gern|gerne|am liebsten) (?P<v>.+)
favourite thing: mein\w{0,2} lieblings-?(?P<who>\w+) ist (?:(?:jetzt|immer noch|noch) )?(?P<v>.+)
hobby thing: ich (?P<v>spiele (?:klavier|geige|gitarre|cello|schach|floete|flote|trompete|orgel)|sammle .+)
promise whole: ich habe (?P<v>.+ versprochen.*)
promise whole: ich verspreche(?: dir)? (?P<v>.+)
plan whole: (?={soon})ich (?P<v>ziehe .+ nach .+|werde .+|fahre .+|fliege .+|fange .+)
""",
    words={
        "soon": r".*\b(?:morgen|heute abend|nachste\w? \w+|diese\w? \w+|am \w+tag|in (?:eine\w?|zwei|drei|vier|\d+) \w+|im (?:januar|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember))\b",
        "who": "mutter|mama|vater|papa|schwester|bruder|tochter|sohn|frau|mann|partnerin|partner|freundin|freund|verlobte|verlobter|tante|onkel|cousine|cousin|nichte|neffe|oma|opa|gro(?:ß|ss)mutter|gro(?:ß|ss)vater|nachbarin|nachbar|lehrerin|lehrer|chefin|chef|kollegin|kollege|mitbewohnerin|mitbewohner",
        "animal": "hund|hundin|katze|kater|kaninchen|hase|papagei|wellensittich|hamster|pferd|pony|meerschweinchen|schlange|schildkrote|goldfisch|fisch|vogel|ziege",
        "job": r"(?:kranken)?(?:schwester|pfleger(?:in)?)|lehrer(?:in)?|arzt|arztin|ingenieur(?:in)?|programmierer(?:in)?|backer(?:in)?|tischler(?:in)?|klempner(?:in)?|elektriker(?:in)?|anwalt|anwaltin|student(?:in)?|schriftsteller(?:in)?|maler(?:in)?|musiker(?:in)?|koch|kochin|fahrer(?:in)?|bauer|bauerin|gartner(?:in)?|bibliothekar(?:in)?|architekt(?:in)?|zahnarzt|zahnarztin|hebamme|mechaniker(?:in)?|kellner(?:in)?|ubersetzer(?:in)?|fotograf(?:in)?|optiker(?:in)?|friseur(?:in)?|apotheker(?:in)?|journalist(?:in)?",
    },
    before=r"hallo|hi|hey|guten (?:tag|morgen|abend)|also|und|aber|ja|nein|ach|ubrigens|jetzt|inzwischen|letzte woche|letzten monat|letztes jahr|gestern|seit kurzem|dass|weil|ich habe meine meinung geandert|wei(?:ß|ss)t du|ehrlich gesagt",
    joints="und|aber|weil|denn|sondern",
    begins=r"ich|mein|meine|meinen|wir|du|er|sie|es|das|unser|unsere|dann",
    unreal=r"wenn|falls|ware|wurde|wurdest|hatte|konnte|vielleicht|stell dir vor|angenommen|wunsch\w*|hoffe|traum\w*|in (?:der|unserer|dieser) geschichte|im (?:spiel|traum|roman)|meine figur|sagt|sagte|meint|fragt|fragte|fruher|erzahlt|scherz|spa(?:ß|ss)",
    until=r"und|aber|oder|weil|denn|mit|der|die|das|seit|jetzt|auch|ubrigens|bitte|wenn|als|wie|fur|dort|gerade|zurzeit|mehr|von|bei|im|in der|in einem|schon|immer|noch|heute",
    no_value=r"nicht|nie|niemals|kein|keine|keinen|nichts|du|dich|dir|dein|deine|deinen|es|das|dies|ihn|sie|ihr|ihm|mich|uns|was|wie|wann|wo|wer|warum|ob|so|sehr|auch|noch|nur|egal|geheim|wichtig|hier|dort|einem|einer|ein|eine|einen|der|die|den|dem|morgen|spater|euch|alles|etwas|frieden|angst",
    passing=r"dich|dir|es|das|ihn|sie|ihm|dein\w*|diese\w*|was|wie|dass|ich|mein\w*",
    remember=r"(?:bitte )?(?:merk dir|merke dir|denk daran|denk dran|vergiss nicht|erinner dich(?: daran)?|erinnere dich(?: daran)?|notier dir)(?: bitte)?,?(?: dass|:)? (?P<v>.+)",
    mine=r"ich\b|mein|unser|wir\b|morgen|heute",
)
