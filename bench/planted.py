"""A long talk with things planted in it, and questions about them: made by code, from mild sentences
of our own, the same for the same seed.

10,000 turns of small talk that use the same words, 320 planted turns: names, promises, changes of
mind and plot points, some of them in five other languages. A change of mind is two turns.
"""

import random
from dataclasses import dataclass, field

from bench.recall_vaults import Said
from bot.store.rows import Side

FILLER = 10_000
QUESTIONS = 200
SESSION_TURNS = 40
DAY_S = 86_400.0


def _either(listed: str) -> list[str]:
    return [" ".join(one.split()) for one in listed.split("|")]


NAMES = [
    "Mara",
    "Tilda",
    "Ole",
    "Henrik",
    "Signe",
    "Juno",
    "Piet",
    "Lotte",
    "Anouk",
    "Bram",
    "Cosima",
    "Dario",
    "Elif",
    "Fritjof",
    "Greta",
    "Hanno",
    "Ilka",
    "Jorun",
    "Kaspar",
    "Ludo",
    "Malin",
    "Nils",
    "Odile",
    "Pavel",
    "Quirin",
    "Runa",
    "Silvan",
    "Thea",
    "Ulf",
    "Vesna",
    "Wanda",
    "Xaver",
    "Yara",
    "Zeno",
    "Alma",
    "Birk",
    "Carlo",
    "Dunja",
    "Emre",
    "Fenja",
]
WHO = [
    "aunt",
    "uncle",
    "cousin",
    "neighbour",
    "teacher",
    "friend",
    "colleague",
    "dentist",
    "baker",
    "gardener",
    "landlord",
    "grandmother",
    "nephew",
    "niece",
    "coach",
    "librarian",
]
KNOWN_FOR = _either("""greenhouse|red bicycle|old harbour boat|choir|chess club|bee hives|pottery class|
    bakery corner|mountain hut|windmill|tram depot|allotment|puppet theatre|clock shop|ferry pier|
    observatory""")
THINGS = _either("""tea|soup|colour|season|board game|walk|song|pastry|flower|island|bird|cheese|spice|train
    line|painting|instrument|fruit|jam|bench in the park|radio play""")
CHOICES = [
    "amber",
    "barley",
    "cedar",
    "damson",
    "elder",
    "fennel",
    "ginger",
    "hazel",
    "indigo",
    "juniper",
    "kelp",
    "linden",
    "maple",
    "nettle",
    "olive",
    "plum",
    "quince",
    "rosehip",
    "saffron",
    "thyme",
    "umber",
    "violet",
    "walnut",
    "yarrow",
]
DOINGS = _either("""repair the kite|water the ferns|return the atlas|paint the fence|tune the cello|
    send the postcard|mend the net|sort the stamps|bake the rye loaf|oil the gate|
    wind the tower clock|label the seeds|sweep the chimney|varnish the oars|
    wash the curtains|file the maps""")
BEFORE = _either("""the regatta|the harvest fair|my exam|the first snow|grandmother's birthday|the concert|
    the long weekend|the eclipse|the move|the reunion""")
HEROES = _either("""the cartographer|the lamplighter|the ferrywoman|the apprentice|the glassblower|the
    falconer|the archivist|the bell founder|the weaver|the tinker""")
OBJECTS = _either("""silver compass|brass key|blue lantern|torn map|ivory whistle|glass seed|copper mirror|
    wax seal|velvet glove|iron feather|paper crown|salt jar""")
PLACES = _either("""under the mill|behind the organ|inside the hollow oak|below the third stair|in the dry
    well|at the bottom of the cistern|over the stable door|beneath the sundial|in the bell
    tower|behind the waterfall""")

SMALL_TALK = (
    "I had {thing} again today, it was fine.",
    "The {place} was quiet this morning.",
    "My {who} called, we talked about the weather.",
    "I might {doing} some day, who knows.",
    "Did you sleep well? I did not.",
    "What would you do with a {object}?",
    "I like the sound of {choice} as a word.",
    "Somebody near {known} was singing.",
    "In the story it could rain more often.",
    "Let us talk about {thing} another time.",
    "I read a page about {hero} and fell asleep.",
    "Work was long. Nothing happened, really.",
    "The bus was late again.",
    "I thought about {before} for a while.",
    "Hm, tell me more.",
    "That is a good question about {thing}.",
    "I saw a {object} in a shop window.",
    "My favourite part of the day is the evening.",
    "I promise you, it was funny.",
    "Her name was on the list, somewhere.",
    "People say {choice} goes with {thing}.",
    "My {who} has changed a lot, I think.",
)
"""Made of the words of what is planted, so that no word alone gives it away."""

ELSEWHERE = (
    ("Meine {who_de} mit dem {known_de} heißt {name}.", "Wie heißt meine {who_de} mit dem {known_de}?"),
    ("Mi {who_es} del {known_es} se llama {name}.", "¿Cómo se llama mi {who_es} del {known_es}?"),
    ("Mon {who_fr} avec le {known_fr} s'appelle {name}.", "Comment s'appelle mon {who_fr} avec le {known_fr} ?"),
    ("Minha {who_pt} do {known_pt} chama-se {name}.", "Como se chama a minha {who_pt} do {known_pt}?"),
    ("{known_ja}のある{who_ja}の名前は{name}です。", "{known_ja}のある{who_ja}は何という名前でしたか。"),
)  # fmt: skip
ABROAD = {
    "who_de": ["Tante", "Nachbarin", "Lehrerin", "Freundin"],
    "known_de": ["Gewächshaus", "Fahrrad", "Leuchtturm", "Webstuhl"],
    "who_es": ["prima", "vecina", "maestra", "amiga"],
    "known_es": ["invernadero", "molino", "faro", "telar"],
    "who_fr": ["oncle", "voisin", "cousin", "collègue"],
    "known_fr": ["potager", "moulin", "phare", "voilier"],
    "who_pt": ["tia", "vizinha", "professora", "amiga"],
    "known_pt": ["farol", "moinho", "pomar", "veleiro"],
    "who_ja": ["叔母", "隣人", "先生", "友達"],
    "known_ja": ["温室", "風車", "灯台", "果樹園"],
}


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str
    text: str
    answer: int
    """Which of the turns it is, from 0."""
    stale: int | None = None
    """What held before it."""
    before: tuple[str, ...] = ()


@dataclass(slots=True)
class Planted:
    said: list[Said] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plant:
    kind: str
    text: str
    question: str
    stale: str = ""
    before: tuple[str, ...] = ()


def plant(seed: int = 7, *, filler: int = FILLER, questions: int = QUESTIONS) -> Planted:
    chance = random.Random(seed)
    plants = _plants(chance)
    lines: list[tuple[str, int | None, bool]] = []
    for number, one in enumerate(plants):
        lines.append((one.text, number, True))
    lines += [(_small_talk(chance), None, False) for _ in range(filler)]
    chance.shuffle(lines)
    for number, one in enumerate(plants):
        if one.stale:
            at = next(n for n, line in enumerate(lines) if line[1] == number and line[2])
            lines.insert(chance.randrange(at), (one.stale, number, False))
    talk = Planted()
    where: dict[int, int] = {}
    stale: dict[int, int] = {}
    for at, (text, planted, holds) in enumerate(lines):
        session = at // SESSION_TURNS
        side = Side.PERSON if planted is not None or at % 2 else Side.PERSONA
        talk.said.append(Said(session + 1, side, text, session * DAY_S + at % SESSION_TURNS * 60))
        if planted is not None:
            (where if holds else stale)[planted] = at
    for number in sorted(chance.sample(range(len(plants)), min(questions, len(plants)))):
        one = plants[number]
        asked = Asked(one.kind, one.question, where[number], stale.get(number), one.before)
        talk.asked.append(asked)
    return talk


def _plants(chance: random.Random) -> list[_Plant]:
    plants = []
    for who, known in chance.sample([(w, k) for w in WHO for k in KNOWN_FOR], 100):
        text = f"My {who} with the {known} is called {chance.choice(NAMES)}."
        plants.append(
            _Plant("name", text, f"Do you remember the name of my {who} who has the {known}?")
        )
    for doing, before in chance.sample([(d, b) for d in DOINGS for b in BEFORE], 60):
        text = f"I promised {chance.choice(NAMES)} to {doing} before {before}."
        plants.append(_Plant("promise", text, f"Whom did I promise to {doing} before {before}?"))
    for thing in THINGS:
        old, new = chance.sample(CHOICES, 2)
        plants.append(
            _Plant(
                "change of mind",
                f"I have changed my mind: my favourite {thing} is {new} now.",
                f"What is my favourite {thing} these days?",
                stale=f"You know, my favourite {thing} is {old}.",
            )
        )
    for hero, thing in chance.sample([(h, o) for h in HEROES for o in OBJECTS], 80):
        text = f"Then {hero} hides the {thing} {chance.choice(PLACES)}."
        plants.append(_Plant("plot point", text, f"Where did {hero} hide the {thing}?"))
    for who, known in chance.sample([(w, k) for w in WHO for k in KNOWN_FOR], 20):
        plants.append(
            _Plant(
                "what was spoken of",
                f"The dog of my {who} from the {known} is called {chance.choice(NAMES)}.",
                "What was the dog called?",
                before=(f"My {who} from the {known} came by today.", "How nice of them."),
            )
        )
    for text, question in ELSEWHERE:
        language = text.split("_")[1][:2]
        pairs = [(w, k) for w in ABROAD[f"who_{language}"] for k in ABROAD[f"known_{language}"]]
        for who, known in chance.sample(pairs, 8):
            filled = {f"who_{language}": who, f"known_{language}": known}
            said = text.format(name=chance.choice(NAMES), **filled)
            plants.append(_Plant(f"name, in {language}", said, question.format(**filled)))
    return plants


def _small_talk(chance: random.Random) -> str:
    return chance.choice(SMALL_TALK).format(
        thing=chance.choice(THINGS),
        place=chance.choice(PLACES).split()[-1],
        who=chance.choice(WHO),
        doing=chance.choice(DOINGS),
        object=chance.choice(OBJECTS),
        choice=chance.choice(CHOICES),
        known=chance.choice(KNOWN_FOR),
        hero=chance.choice(HEROES),
        before=chance.choice(BEFORE),
    )
