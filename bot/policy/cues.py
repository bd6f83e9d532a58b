"""SAFETY L1, L3: is somebody under 18, or childlike, in a text; and is it tied to romance?

Knows the difference between a character and a child in the person's life, because parents,
teachers and survivors speak of the young for good reasons (SAFETY L8).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.policy import tongues
from bot.policy.ages import ADULT, AGE, YEARS_OLD, is_age, value
from bot.policy.matching import Found, pattern, views
from bot.policy.under18 import plays_under_18
from bot.policy.words import CHILDHOOD, HARMLESS, INNOCENT, ROMANTIC, SEXUAL, UNDER_18, without


class Young(IntEnum):
    """Who is said to be under 18."""

    NOBODY = 0
    SOMEBODY = 1
    """A child in the person's life, or the person long ago."""
    CHARACTER = 2
    """Somebody in a story, or somebody of whom nothing else is known."""


def young(text: str) -> Young:
    return max(_young(view) for view in views(text))


def character_under_18(text: str) -> bool:
    """SAFETY L3: in the story, that is; news, and questions for help, are no story."""
    if young(text) is not Young.CHARACTER:
        return False
    seen = views(text)
    return not any(map(_helps, seen)) or any(map(_requests, seen))


def asks_for_help(view: str) -> bool:
    """SAFETY L8: parents, teachers, survivors, news; and not a request to write something."""
    return _helps(view) and not _requests(view)


def romance_with_minors(text: str, recent: Sequence[str] = (), *, written: bool = False) -> bool:
    """Sexual or romantic content together with somebody under 18 (SAFETY L1).

    `recent` is what was said before; `written` is true of the engine's own words, which are
    never a question for help, and never a request.
    """
    seen = [_look(view) for view in views(text)]
    sexual = any(look.sexual for look in seen)
    if not sexual and not any(look.romantic for look in seen):
        return False
    asks_help = any(_helps(look.view) for look in seen)
    requests = not written and any(_requests(look.view) for look in seen)
    match max(_young(look.view) for look in seen):
        case Young.CHARACTER:
            return (written and sexual) or requests or not asks_help
        case Young.SOMEBODY:
            courts = any(_courts(look.view) for look in seen)
            return (sexual or courts or requests) and not (asks_help and not requests)
        case Young.NOBODY:
            pass
    if any(_tied(look.view, sexual=look.sexual, requests=requests) for look in seen):
        return requests or not asks_help
    return any(character_under_18(said) for said in recent)


def is_sexual(view: str) -> bool:
    return SEXUAL.found(without(view, HARMLESS))


# --- Below ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    view: str
    sexual: bool
    romantic: bool


def _look(view: str) -> _Look:
    return _Look(view, sexual=is_sexual(view), romantic=ROMANTIC.found(view))


_OF = {True: Young.SOMEBODY, False: Young.CHARACTER}
_RELATION = (
    r"(?:son|daughter|kid|child|nephew|niece|brother|sister|cousin|student|pupil|patient|grandson"
    r"|granddaughter|grandchild|godson|goddaughter|stepson|stepdaughter|boy|girl|twins?|eldest|oldest|youngest)s?"
)
_FILL = r"(?:(?:only|just|about|now|still|like|almost|barely|turning|aged|a|an|actually|really|around|maybe) )*"
_YEAR_OLD = pattern(rf"(?:^|[^a-z0-9])({AGE})(?:{YEARS_OLD}|[ -]?yos?\b)")
_IS = rf"(?:'s|'re)?(?: is| are| was| were| turns| turned| just turned| has turned| has just turned|,)? ({_FILL})({AGE})(?:[^a-z0-9]|y|$)"
_OF_A_CHILD = pattern(rf"\b{_RELATION}{_IS}")
_OF_SOMEBODY = pattern(
    rf"\b(?:she|he|they|you|who|oc|character|persona|heroine|hero|protagonist|princess|prince|squire|knight|lover"
    rf"|girlfriend|boyfriend|version of (?:you|me)|elf|witch|maid){_IS}"
)
_OF_MYSELF_ONCE = pattern(rf"\b(?:when|while|since) i was ({_FILL})({AGE})(?:[^a-z0-9]|y|$)")
_AGED = pattern(
    rf"\b(?:aged|age ?:|age of|(?:girl|boy|child|kid|lad|lass|woman|man|girlfriend|boyfriend|princess|prince|squire|maid|elf|youth|lover|person|hero|heroine) of) ?({AGE})\b"
)
_LOOKS = pattern(
    rf"\b(?:looks?|looking|appears?|appearing|seems?|acts?|acting|behaves?) (?:to be |like |as if |as though |of |about |around |no older than |barely |only |just |maybe |she is |he is |she's |he's |you are |you're |she were |he were |they are )*({AGE})(?:[^a-z0-9]|y|$)",
    rf"\b(?:at|back at|back to|return to|returns to|regress\w* to|back when (?:she|he|they|you) (?:was|were)) (?:the )?(?:age )?(?:of )?({AGE}),? (?:she|he|they|you|the|again)\b",
    rf"\b(?:she|he|they|you|her|him|them|yourself|herself|himself)\b[^.!?\n]{{0,30}} (?:at|to) age ({AGE})\b",
)
_NEAR = 25
_LEAST_LOOK = 3
"""`acts one of them`, `looks two ways`."""
_GRADE = pattern(
    r"\b(?:she|he|they|you|who|(?:the|my|your) (?:\w+ )?(?:character|heroine|hero|princess|prince|squire|elf|oc|protagonist|witch|maid))(?:'s|'re| is| are| was| were)"
    r" (?:still |only |just |again |both |now |back )*(?:in (?:the )?(?:\w+th|\w+st|\w+nd|\w+rd|first|second|third) grade\b"
    r"|in (?:middle|elementary|primary|high) school|in (?:grade|year) \d|an? (?:\w+th|\w+rd) grader|an? minor\b|minors\b|an? (?:little )?child\b|a kid\b|kids\b|an? (?:\w+ )?(?:teen|teenager|toddler)\b|teenagers\b"
    r"|a little (?:girl|boy)\b|an? (?:high school |middle school )?(?:freshman|sophomore) (?:in|at) (?:high )?school\b|a high school (?:freshman|sophomore|junior|senior|student|pupil)\b|under (?:18|eighteen)\b|not (?:yet )?(?:18|eighteen)\b|not (?:yet )?of age\b)",
    r"\b(?:turn|turns|turned|turning|shrink|shrinks|shrunk|transform|transforms|transformed|regress|regresses|regressed|become|becomes|became)(?: (?:back|me|you|her|him|them|again|him back|her back|you back))* (?:in ?to )?an? (?:\w+ )?(?:child|kid|teen|teenager|toddler|little girl|little boy|schoolgirl|schoolboy|baby|infant)\b",
    r"\b(?:her|his|your) (?:1[0-7]th|[5-9]th|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|sweet sixteen) birthday\b",
    r"\b(?:body|face|mind|figure) of an? (?:\w+ )?(?:child|kid|little girl|little boy|teen|teenager|schoolgirl|schoolboy)\b",
    r"\b(?:i'm|i am|i'll be|i will be) your little (?:girl|boy)\b|\bbe my little (?:girl|boy)\b",
    r"\b(?:younger|child|teenage|kid|childhood|little) version of (?:you|me|her|him|yourself|herself|himself)\b",
    r"\b(?:looks?|looking) like an? (?:\w+ )?(?:child|kid|teen|teenager|little girl|little boy|schoolgirl|schoolboy)\b",
)
_THINGS = (
    r"(?:car|truck|van|bike|motorcycle|whisky|whiskey|scotch|bourbon|rum|wine|port|cheese|house|home|building|flat|apartment"
    r"|roof|boiler|fridge|laptop|computer|phone|pc|console|tv|software|code|codebase|bug|company|business|bank|tree|oak|dog|cat"
    r"|horse|puppy|kitten|parrot|tortoise|turtle|game|show|series|song|album|film|movie|book|record|contract|mortgage|marriage"
    r"|relationship|friendship|war|law|policy|tradition|scar|injury|debt|account|machine|engine|boat|plane|bridge|church|site|website"
    r"|forum|sofa|couch|mattress|shoes|jacket|guitar|piano|camera|printer|tech|technology|version|recipe|map|letter|secret|feud|curse|oil|vinegar)s?\b"
)
_THING = pattern(rf"^ (?:\w+ )?{_THINGS}")
_THING_IS = pattern(
    rf"\b{_THINGS}(?: is| was| are|'s| turned| turns) (?:only |just |about |already |almost |now )*$"
)
_OURS_BEFORE = pattern(
    r"\b(?:my|our|his|her|their|your|whose)(?: \w+(?:'s)?)?[ '(]*$",
    r"\b(?:girlfriend|boyfriend|partner|wife|husband|sister|brother|friend|ex|neighbou?r|colleague|boss|she|he) (?:already )?(?:has|had) (?:an? |two |three )$",
    r"\bi (?:have|had|teach|am teaching|work with|raised?)(?: an?| two| three| some)? $",
    r"\b(?:mother|father|mom|mum|dad|parents?|teacher|guardian|grandmother|grandfather) (?:of|to) (?:an? |two |three )?$",
)
_BELOVED = pattern(
    r"[\w-]+(?:[ -]\w+){0,3} (?:girlfriend|boyfriend|lover|bride|mistress|date|crush|wife|husband|neighbou?r|classmate|friend|babysitter|roommate)\b"
)
_OURS = pattern(rf"\b(?:my|our) (?:\w+ )?{_RELATION}\b")
_LONG_AGO = pattern(
    r"\b(?:when|since|while|before|after) i (?:was|were) (?:an? |only |just |about |still |like |around )*$",
    r"\bi was (?:an? |only |just |about |still )*$",
    r"\bas an? $",
)
_NOT_FREE = pattern(
    r"\b(?:without|my|our|his|her|their|your|after|before|since|when|while|until|have|had|has|having|not|never|no|movie|film|book|show|novel|series|song)\b",
    r"[.!?;\n]",
)
_ORDINARY_BEFORE = pattern(
    r"\b(?:my|our|the|no|have|having|had|has|without|want|raise|raising|are|with the|after|since|before) $",
    r"\b(?:my|our|have|having|had|has|raise|raising|with) (?:two|three|four|five) $",
)
_LOOKS_ON = pattern(r"\bin front of (?:the|all the|both) $")
_HELP = pattern(
    r"\b(?:abus(?:e|ed|er|ing)|assault(?:ed)?|molest(?:ed|er|ing)?|groom(?:ed|ing)|survivors?|rap(?:e|ed|ist)|police|report(?:ed|ing)?|illegal|crime|court|trial|arrest(?:ed)?"
    r"|convicted|news|article|headline|documentary|charity|safeguard\w*|protect\w*|counsell?\w*|therap\w*|doctor|paediatric\w*|pediatric\w*|puberty"
    r"|health|homework|essay|advice|worried|concerned|is it normal|what (?:should|do|can) i (?:do|say|tell)|how (?:do|can|should) (?:i|we) (?:talk|explain|protect|help|tell|deal|handle|react|respond)"
    r"|talk to (?:her|him|them|my)|asked me about|first (?:boyfriend|girlfriend|crush|kiss)|sex ed)\b"
)
_REQUEST = pattern(
    r"\b(?:write|role ?-?play|rp|scene|story|fantasy|fantasi[sz]e|imagine|pretend|play|act as|you(?:'re| are) (?:a|an|my|the|now|\d+)|be my|let's|lets|fan ?fic|fanfiction|erotica|describe)\b"
)


_CHILD = (
    r"(?:(?:step|grand|god)?(?:son|daughter|child)(?:s|ren)?|kids?|nephews?|nieces?|students?|pupils?|patients?"
    rf"|{AGE}(?:{YEARS_OLD}|[ -]?yos?\b))"
)
_COURTS = pattern(
    rf"\b(?:in love with|love affair with|crush on|dat(?:e|es|ed|ing)(?: with)?|flirt\w* with|seduc\w+|attracted to|mak(?:e|ing) out with|made out with"
    rf"|romantic \w+ with|falling for|fell for|(?:love|kissing|bedroom) (?:scene|story) (?:with|about|between)) (?:(?:my|our|his|her|an?|the|this|one of my) )?(?:[\w-]+ ){{0,2}}{_CHILD}\b",
    r"\b(?:student|pupil|patient)s? (?:\w+ )?kiss(?:ed|es)? me\b|\bkiss(?:ed|ing|es)? (?:my|a|the|one of my) (?:[\w-]+ ){0,2}(?:student|pupil|patient)s?\b",
)
"""Said of a child in the person's life. A kiss alone is none: parents give them."""


def _courts(view: str) -> bool:
    return bool(_COURTS.search(view) or tongues.COURTS.search(view))


def _helps(view: str) -> bool:
    return bool(_HELP.search(view) or tongues.HELP.search(view))


def _requests(view: str) -> bool:
    return bool(_REQUEST.search(view) or tongues.REQUEST.search(view))


def _young(view: str) -> Young:
    calm = without(view, INNOCENT)
    elsewhere = (_OF[ours] for ours in tongues.told(calm))
    found = max(
        (*_named_young(view, calm), *_counted_young(view), *elsewhere), default=Young.NOBODY
    )
    if found < Young.CHARACTER and (_GRADE.search(calm) or plays_under_18(view)):
        return Young.SOMEBODY if _OURS.search(view) else Young.CHARACTER
    return found


def _named_young(view: str, calm: str) -> Iterator[Young]:
    """`a schoolgirl`, `aged 15`, `a 15-year-old`."""
    for start, end in UNDER_18.find(calm):
        ours = tongues.is_ours(view, start, end)
        yield _whose(view, start) if ours is None else _OF[ours]
    for hit in _YEAR_OLD.finditer(view):
        thing = _THING.search(view[hit.end() :][:60]) or _THING_IS.search(
            view[: hit.start(1)][-40:]
        )
        if value(hit.group(1) or "") < ADULT and not thing:
            yield _whose(view, hit.start(1))
    for hit in _AGED.finditer(view):
        if value(hit.group(1) or "") < ADULT:
            yield _whose(view, hit.start())


def _counted_young(view: str) -> Iterator[Young]:
    """`my son is 15`, `she's fifteen`, `when I was 15`."""
    for hit in _OF_A_CHILD.finditer(view):
        if _is_young(view, hit):
            yield _whose(view, hit.start())
    for hit in _OF_SOMEBODY.finditer(view):
        if _is_young(view, hit):
            ours = _OURS.search(view[max(0, hit.start() - 40) : hit.start()])
            yield Young.SOMEBODY if ours else Young.CHARACTER
    if any(_is_young(view, hit) for hit in _OF_MYSELF_ONCE.finditer(view)):
        yield Young.SOMEBODY
    for hit in _LOOKS.finditer(view):
        place = next(n for n, group in enumerate(hit.groups(), 1) if group)
        number = value(hit.group(place) or "")
        if _LEAST_LOOK <= number < ADULT and is_age(number, view[hit.end(place) :][:80]):
            yield _whose(view, hit.start())


def _whose(view: str, start: int) -> Young:
    before = view[max(0, start - 40) : start]
    if _BELOVED.match(view[start : start + 60]):
        return Young.CHARACTER
    ours = _OURS_BEFORE.search(before) or _LONG_AGO.search(before) or _OURS.search(before)
    return Young.SOMEBODY if ours else Young.CHARACTER


def _is_young(view: str, hit: Found) -> bool:
    number = value(hit.group(2) or "")
    return number < ADULT and is_age(number, view[hit.end(2) :][:80])


def _tied(view: str, *, sexual: bool, requests: bool) -> bool:
    """A child in the wider sense, close to a word of romance, with nothing ordinary between."""
    calm = without(without(view, INNOCENT), HARMLESS)
    children = list(CHILDHOOD.find(calm))
    if not children:
        return False
    if sexual and not all(_is_ordinary(calm, start) for start, _ in children):
        return True
    if requests and _courts(calm):
        return True
    sexes, romances = list(SEXUAL.find(calm)), list(ROMANTIC.find(calm))
    if any(_close(calm, one, other) for one in children for other in sexes):
        return True
    return any(
        _close(calm, one, other) and not _is_ordinary_beside(calm, one, other, requests=requests)
        for one in children
        for other in romances
    )


def _close(view: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    first, second = sorted((one, other))
    between = view[first[1] : second[0]]
    return len(between) <= _NEAR and not _NOT_FREE.search(between)


def _is_ordinary_beside(
    view: str, child: tuple[int, int], word: tuple[int, int], *, requests: bool
) -> bool:
    """Of what is to be written, `the children` are characters like any others."""
    present = _LOOKS_ON.search(view[max(0, child[0] - 24) : child[0]])
    return (
        present is not None
        or (not requests and _is_ordinary(view, min(child, word)[0]))
        or tongues.is_ordinary(view, child[0])
    )


def _is_ordinary(view: str, start: int) -> bool:
    before = view[max(0, start - 20) : start]
    return _ORDINARY_BEFORE.search(before) is not None or tongues.is_ordinary(view, start)
