"""SAFETY C3: is somebody in danger of harming themselves, and where can they turn?

Read on the side of too much: a needless referral costs a sentence, a missed one may cost a life.
Plain idioms ("this traffic kills me") are let be. English stands here, further languages in
`ears.py`, and the classifier beside both for what has no pattern; lines are data.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from types import MappingProxyType

from bot.policy.classifier import SELF_HARM, marks, score_views
from bot.policy.ears import Subject, hears
from bot.policy.facts import Care, Effect, Facts, Outcome, Verdict
from bot.policy.matching import pattern, views, without_quotes
from bot.text import Text, paragraphs
from bot.text import lines as on_lines

KIND = Text(
    "I am stepping out of the story, because what you wrote matters more. "
    "I am sorry that it is this heavy. I am software and cannot be with you the way a person can, "
    "so please talk to somebody now: someone near you whom you trust, or one of these."
)
AFTER = Text("Nothing you said counts against you, and I am still here if you want to write.")
LINE = Text("{name}: {reach}")
ANYWHERE = Text("Find A Helpline (a directory of free lines by country): {number}")
IN_DANGER = Text("If you are in danger right now, call {number}.")
IN_DANGER_ANYWHERE = Text("If you are in danger right now, call your local emergency number.")
REACHES: Mapping[str, Text] = MappingProxyType(
    {
        "call": Text("call {number}"),
        "call, free": Text("call {number}, free"),
        "call, any time": Text("call {number}, any time"),
        "call, free, any time": Text("call {number}, free, any time"),
        "call or text, any time": Text("call or text {number}, any time"),
        "call or text, free, any time": Text("call or text {number}, free, any time"),
        "call, any time, in danger": Text("call {number}, any time; in immediate danger {danger}"),
    }
)
"""How a line is reached, by what its data says; the numbers are the data's."""

SHORT, SURE = 12, 0.1
"""Below so many words the patterns know more than the classifier, which must score this high."""
UNTOLD = 0.3
"""And this high where no word tells of danger: its mark alone is low enough for any bad day."""


@dataclass(frozen=True, slots=True)
class Line:
    country: str
    name: str
    reach: Text
    source: str
    """The public page that was read."""
    checked: date


def crisis(facts: Facts) -> Verdict | None:
    if facts.author_is_bot is True:
        return None
    if not told_plainly(facts.text) and not _sounds_like_it(facts.text):
        return None
    return Verdict(
        "crisis",
        "C3",
        Outcome.REFUSE,
        say=paragraphs(KIND, crisis_words(facts.region), AFTER),
        care=Care.CRISIS,
        effects=(Effect.COUNT_REFERRAL, Effect.END_SCENE),
    )


def told_plainly(text: str) -> bool:
    """By the patterns alone."""
    return any(_speaks_of_it(view) for view in views(text))


def least_score(seen: tuple[str, ...]) -> float:
    """What the classifier has to find in these views, whatever its mark."""
    if not any(map(_TELLING.search, seen)):
        return UNTOLD
    return SURE if len(seen[0].split()) < SHORT else 0.0


def crisis_words(region: str) -> Text:
    """Where to turn in this country; elsewhere, words that hold anywhere."""
    place = region.upper()
    here = [line for line in _LINES if line.country == place]
    told = [LINE.format(name=line.name, reach=line.reach) for line in here]
    known = place in _EMERGENCY["countries"]
    danger = IN_DANGER.format(number=_EMERGENCY["number"]) if known else IN_DANGER_ANYWHERE
    return on_lines(*told, _ANYWHERE, danger)


def lines() -> tuple[Line, ...]:
    """All lines, for the page an operator publishes and the check of their age (SAFETY C6)."""
    return _LINES


# --- Below ------------------------------------------------------------------------------------


def _read_line(
    *, country: str, name: str, reach: str, source: str, checked: date, **numbers: str
) -> Line:
    return Line(country, name, REACHES[reach].format(**numbers), source, checked)


_DATA = tomllib.loads(files("bot.policy").joinpath("data/crisis.toml").read_text("utf-8"))
_LINES = tuple(_read_line(**line) for line in _DATA["line"])
_ANYWHERE = ANYWHERE.format(number=_DATA["anywhere"]["number"])
_EMERGENCY = _DATA["emergency"]

_WANT = (
    r"\b(?:i|i'm|i am|im|i've|i'd|id|imma|gonna|going to|want(?:ed)? to|wanna|need to|might|could|should|will|i'll|plan(?:ning)? to|trying to|tried to|about to|ready to|decided to"
    r"|think(?:ing)? (?:about|of)|thought about|thoughts of|urge to|feel like|better to|just|keep)(?: \w+){0,3}"
)
_MEAN = (
    r"\b(?:gonna|going to|want(?:ed)? to|wanna|need to|might|could|should|will|i'll|plan(?:ning)? to|trying to|tried to|about to|ready to|decided to"
    r"|think(?:ing)? (?:about|of)|thought about|thoughts of|urge to|feel like|keep|i'm|i am)(?: \w+){0,3}"
)
_CLEAR = pattern(
    rf"{_WANT} (?:kill(?:ing)? (?:myself|my ?self)|end(?:ing)? (?:my (?:own )?life|it all)|tak(?:e|ing) my (?:own )?life|commit(?:ting)? suicide|hang(?:ing)? myself|drown(?:ing)? myself|shoot(?:ing)? myself|overdos(?:e|ing)|unaliv(?:e|ing) (?:myself|my ?self)|suicide|not be alive|not exist|stop existing)\b",
    r"\b(?:i|and|but|just|really|honestly|sometimes) (?:\w+ ){0,2}(?:want|wanna|wish|wanted|ready|long) (?:to )?(?:just )?(?:die|be dead|not wake up|never wake up|disappear forever)\b",
    r"^(?:just )?(?:want to|wanna) die\b",
    r"\bi (?:\w+ )?(?:want|wanna|wish|wanted)(?: to| i could)? (?:just )?(?:sleep|fall asleep|go to sleep|close my eyes) (?:forever|and (?:never|not) wake up)\b",
    r"\b(?:what(?:'s| is) the|there(?:'s| is) no|see no) point (?:of|in|to) (?:living|being alive|going on|my life)\b",
    r"\bmy (?:goodbye|farewell) (?:letter|note)s?\b|\bgoodbye forever\b",
    r"\bi wish i (?:didn't|did not|don't|could stop) exist(?:ing)?\b",
    r"\bi(?:'m| am|m) (?:\w+ )?ready to die\b",
    r"\bif i (?:\w+ )?killed myself\b",
    r"\bi(?:'m| am|m)? (?:\w+ )?(?:suicidal|having suicidal thoughts)\b",
    r"\bi (?:\w+ )?(?:have|had|get|keep having|am having) (?:\w+ )?(?:suicidal|thoughts of (?:suicide|dying|ending|killing|hurting))\b",
    r"\bi (?:don't|do not|dont|no longer|can't|cannot) (?:\w+ )?(?:want to|wanna|wish to) (?:live|be alive|exist|wake up|keep living|go on living|be here any ?more|live any ?more)\b",
    r"\b(?:no reason|nothing left|not worth) (?:for me )?(?:to live|to go on|living|to keep going|to live for)\b",
    r"\b(?:i(?:'m| am|'d be)|(?:everyone|everybody|they|the world|my family)(?:'s|'d be| is| would be| are| will be)) (?:better off|happier) (?:dead|without me|if i (?:was|were) (?:dead|gone))\b",
    r"\bi wish i (?:was|were) (?:dead|never born|not alive)\b|\bi wish i(?:'d| had) never been born\b",
    r"\bi (?:can't|cannot|cant) (?:go on|do this|take (?:it|this)|keep going|live like this) any ?more\b",
    r"\b(?:no ?one|nobody) would (?:miss me|care|notice) if i (?:died|was gone|were gone|disappeared|was dead|killed myself)\b",
    r"\b(?:i|imma|i'll|i will|gonna|going to|want to) kms\b|^kms\W*$",
    r"\bi (?:\w+ )?(?:took|swallowed|have taken|'ve taken) (?:all|too many|a lot|a bunch|a whole|the whole|a bottle|every)[^.!?\n]{0,24}\b(?:pills|tablets|medication|meds|painkillers)\b",
    r"\bi(?:'ve| have)? (?:just )?overdosed\b",
    r"\b(?:jump(?:ing)? (?:off|from) (?:a|the|this|my) (?:bridge|roof|building|balcony|window))\b[^.!?\n]{0,30}\b(?:i want|end it|tonight|myself)\b|\bi(?: want| wanna| feel like|(?:'m|m| am) (?:going|thinking (?:of|about))| keep thinking (?:of|about)) (?:to )?jump(?:ing)? (?:off|from) (?:a|the|this|my) (?:bridge|roof|building|balcony|cliff)\b",
    r"\bsuicide note\b[^.!?\n]{0,20}\b(?:my|i)\b|\b(?:my|wrote a|writing a|writing my) suicide note\b",
)
_SELF_HARM = pattern(
    rf"{_MEAN} (?:hurt|harm|cut|burn|starv|injur)(?:e|ing|ting)? myself\b",
    r"\bi (?:\w+ ){0,2}(?:hurt|harm|harmed|hurting|harming|cutting|starve|starved|starving|burned|burn) myself (?:again|on purpose|when|every|to feel|because|so that|at night|last night|today|these days|a lot|sometimes)\b",
    r"\bi(?:'ve| have) (?:been|started|relapsed (?:on|into)) (?:cutting|self ?-?harm(?:ing)?|hurting myself|starving myself|purging)\b",
    r"\bi (?:\w+ )?self ?-?harm(?:ed|ing)?\b",
    r"\b(?:urge to|feel like|want to|relapsed and|started|thinking (?:of|about)) (?:cut|cutting) (?:again|tonight|so bad\w*)\b|\bi cut (?:again|last night)(?:$| last| and| because|,)",
    r"\b(?:throwing up|vomiting|puking|purging) (?:on purpose|everything i eat|after (?:every|each|all my|my) meals?)\b",
    r"\bi (?:\w+ )?(?:cut myself|cut my (?:wrists?|arms?|thighs?|legs?))(?: (?:again|last night|tonight|today|on purpose|when|because|to feel)\b|\W*$)",
    r"\bi(?:'m| am)? (?:\w+ )?(?:make|made|making) myself (?:throw up|vomit|sick after|be sick|puke)\b",
    r"\bi(?:'m| am)? (?:\w+ ){0,2}(?:starving|starve|starved) myself\b",
    r"\bi (?:\w+ )?(?:binge and purge|binged and purged|purged? (?:again|after|every|my food|what i eat))\b",
    r"\bi (?:don't|do not|dont) deserve (?:to eat|food|to live)\b",
    r"\bi(?:'m| am|'ve been|have been)? (?:\w+ )?(?:anorexic|bulimic|relapsing into (?:anorexia|bulimia))\b",
    r"\bmy (?:eating disorder|anorexia|bulimia) (?:is|has|wants|tells|got|won't|keeps|came|says)\b",
    r"\bi (?:haven't|have not|refuse to|stopped|won't let myself) (?:eat|eaten|eating)\b[^.!?\n]{0,40}\b(?:fat|thin|skinny|weight|hate my body|disgusting|deserve|calories|on purpose)\b",
    r"\b(?:hate my body|so fat|feel fat)\b[^.!?\n]{0,40}\bi (?:\w+ )?(?:stopped eating|don't eat|won't eat|starve)\b",
)
_SOMEBODY_CLOSE = pattern(
    r"\bmy (?:\w+ )?(?:friend|brother|sister|son|daughter|mom|mum|mother|dad|father|partner|wife|husband|girlfriend|boyfriend|roommate|cousin|classmate|student)"
    r" (?:is|wants|might be|said (?:he|she|they) (?:is|wants|want)|says (?:he|she|they) (?:is|wants|want)|tried|is going|is thinking)(?: \w+){0,2} (?:suicidal|suicide|to die|to kill (?:him|her|them)sel(?:f|ves)|kill(?:ing)? (?:him|her|them)sel(?:f|ves)|self ?-?harming|cutting (?:him|her|them)sel(?:f|ves))\b",
)
_IDIOM = pattern(
    r"\b(?:cut|cutting) myself (?:a|an|some|off|the|another|shaving|loose)\b",
    r"\b(?:die|died|dying|dead|kill myself|killing myself|kms)\b[^.!?\n]{0,20}\b(?:of (?:embarrassment|laughter|laughing|boredom|cuteness|cringe|shame|happiness)|from (?:laughing|embarrassment|cuteness|cringe)|laughing|on this (?:boss|level|hill))\b",
    r"\bi(?:'m| am)? (?:\w+ )?(?:so|too) (?:embarrassed|embarrassing|cute|funny)[^.!?\n]{0,24}\b(?:die|dead)\b",
    r"\b(?:want|wants|wanted) to die (?:in|on) (?:this|the|my|a) (?:game|level|boss|story|scene|battle|raid|hill|run)\b",
    r"\bto die (?:a hero|like a hero|as a hero|at the hands|in battle|for)\b",
    r"\b(?:never|not|wouldn't|would never|not going to|don't want to|do not want to|didn't|dont want to) (?:\w+ ){0,2}(?:kill myself|commit suicide|end my life|die|hurt myself|harm myself|suicidal|cut myself)\b",
    r"\bi(?:'m| am) not (?:\w+ )?suicidal\b",
    r"\b(?:said|says|whispered|cried|murmured|sighed) the \w+\b",
    r"\b(?:essay|article|lecture|paper|documentary|thesis|course|training) (?:on|about) (?:\w+ )?(?:suicide|self ?-?harm|overdos\w*)\b",
)
_TURNS_OF_SPEECH = pattern(
    r"\bsuicide (?:squad|prevention|rates?|hotline|awareness|king|door|doors|mission|run)\b",
    r"\b(?:is|are|was|were|'s|'re) (?:\w+ )?killing me\b",
    r"\beat(?:s|ing|en)? me alive\b",
    r"\bcut(?:ting)? (?:down|back)\b",
    r"\b(?:burned|burnt|hurt|cut) myself (?:\w+ )?(?:playing|lifting|running|skiing|climbing|dancing|cooking|gardening|(?:at|on|with) (?:the|my|an?)) (?:\w+ )?(?:gym|football|tennis|volleyball|boxes|weights|oven|stove|pan|kettle|iron|tea|coffee|soup|match|game|training|bike|can|tin|paper|door|cupboard)\b",
)
"""Taken out of a sentence that is read all the same."""
_BUT = pattern(
    r"\bbut (?:now|today|lately|tonight|sometimes)\b",
    r"\bbut (?:honestly |really )?i (?:\w+ )?(?:can't|cannot|can not|want|keep|might)\b",
)
"""What follows takes back what took it back."""
_MEANS_IT = pattern(
    r"\b(?:is|that's|it's) (?:all|what|the only thing) (?:that )?i (?:can |ever |really )?(?:think|feel|want)"
)
"""Of a quotation: its words are the person's own."""
_NO_GAME = pattern(
    r"\b(?:no|not a|isn't a|kein|keine|pas une?|no es una?|nao e uma?) (?:\w+ )?(?:game|joke|story|film|movie|scene|role ?-?play|spiel|rollenspiel|witz|geschichte|szene"
    r"|jeu|histoire|blague|juego|pelicula|historia|broma|jogo|filme|brincadeira)\b",
    r"(?:ケーム|冗談|物語|作り話)(?:しゃない|てはない)",
)
_TELLING = pattern(
    r"\b(?:die|dying|dead|deaths?|kill\w*|suicid\w*|kms|unaliv\w*|harm\w*|hurt(?:s|ing)?|cut(?:s|ting)?|burn\w*|scars?|razors?|blades?"
    r"|pills?|overdos\w*|hang|hanged|hanging|bleed\w*|blood|wrists?|exist\w*|disappear\w*|worthless\w*|hopeless\w*|pointless|burden"
    r"|numb|no way out|no point|no future|better off|starv\w*|purg\w*|bing(?:e|ed|ing)|vomit\w*|laxatives?|calor\w*|anore\w*|bulimi\w*|thinner|skinny"
    r"|pain\w*|suffer\w*|end (?:it|my|this)|ending (?:it|my|this)|never wake|not wake|take it|go on|give up|given up|giving up|live|lives?|living|life|alive"
    r"|alone|myself|self|eating|food|weight)\b"
)


def _speaks_of_it(view: str) -> bool:
    meant = _NO_GAME.sub("#", view if _MEANS_IT.search(view) else without_quotes(view))
    return any(
        _CLEAR.search(part) or _SELF_HARM.search(part) or _SOMEBODY_CLOSE.search(part)
        for part in _parts(meant)
    ) or any(hears(Subject.DANGER, part) for part in _sentences(meant))


def _sounds_like_it(text: str) -> bool:
    """The classifier reads quotations too: what somebody quotes may be what they feel."""
    meant = tuple(". ".join(_parts(view)) for view in views(text))
    return float(score_views(meant)[SELF_HARM]) >= max(marks().self_harm, least_score(meant))


def _parts(view: str) -> list[str]:
    """Sentence by sentence, so that an idiom in one does not hide the other; idioms left out."""
    own = _TURNS_OF_SPEECH.sub("#", view)
    return [part for part in _sentences(own) if not _IDIOM.search(part) or _BUT.search(part)]


def _sentences(view: str) -> list[str]:
    return [part.strip() for part in _PART_END.sub("\n", view.replace("*", " ")).split("\n")]


# Japanese stands here as in a view, where voicing marks are folded away.
_PART_END = pattern(
    r"[.!?;]+(?: |$)|[。!?]+|, (?:but|and|aber|und|mais|et|pero|y|mas|e) |(?:けれと|けと|ても)、"
)
