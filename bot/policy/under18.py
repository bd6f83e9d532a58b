"""SAFETY A2: does a person say, sincerely and of themselves now, that they are under 18?

Not in a story, a quotation, the past or a supposition. Where a sentence can be read both ways,
it is read as sincere: a moderator can open a lock, and nobody can unsay a conversation.
English stands here; the other languages are data, read by `tongues.py`.
"""

from collections.abc import Iterator, Sequence

from bot.policy import tongues
from bot.policy.ages import ADULT, AGE, YEARS_OLD, comes_of_age, is_age, value
from bot.policy.matching import Found, pattern, plain, reading, views, without_quotes

SECONDS_A_YEAR = 365.2425 * 24 * 3600


def says_under_18(text: str, recent: Sequence[str], now: float) -> bool:
    year = 1970 + int(now / SECONDS_A_YEAR)
    asked = any(_asks_the_age(view) or _BEGUN.search(view) for view in map(plain, recent[-2:]))
    # A disguise hides what takes an age back (`I'm 15 m1nu735 late`) as well as it hides an age:
    # where an age is spoken of in what a person would read, that reading decides.
    read = _says(reading(text), year, asked=asked)
    if read is not None:
        return read
    return any(_says(view, year, asked=asked) for view in views(text))


def plays_under_18(view: str) -> bool:
    """The same words in a story: not the person's age, but a character's (SAFETY L3)."""
    view = _unmarked(view)
    told = _STORY.search(view) is not None
    for hit in _I_AM.finditer(view):
        before, rest = view[max(0, hit.start() - 40) : hit.start()], view[hit.end(2) :][:80]
        number = value(hit.group(2) or "")
        if number < ADULT and (is_age(number, rest) or _STORY_NOUN.search(rest)):
            quoted = hit.start() > 0 and view[hit.start() - 1] == '"'
            supposed = _SUPPOSED.search(before) or _SAID.search(rest)
            if told or quoted or supposed or _STORY_NOUN.search(rest):
                return True
    return False


# --- Below: the ways to say it -------------------------------------------------------------------

_I = r"\bi ?[',.]? ?a?m[,:]? ?"
_FILL = (
    r"(?:(?:only|just|actually|really|currently|still|now|like|literally|barely|honestly|already|officially"
    r"|technically|legit|fr|kinda|maybe|probably|um|uh|well|so|and|a|an|your|average|typical|normal|exactly"
    r"|roughly|about|around|also|definitely|sadly|unfortunately|seriously|aged|turning|almost|nearly"
    r"|not even|not quite|not yet|under|below|younger than|about to be|about to turn|gonna be|gonna turn"
    r"|going to be|going to turn)[ ,]+)*"
)
_NOT_QUITE = pattern(
    r"turning|almost|nearly|not even|not quite|not yet|under|below|younger|about to|gon|going to|barely"
)
_I_AM = pattern(rf"{_I}({_FILL})[\"'(]?({AGE})(ish)?(?:[^a-z0-9]|y|f|m|ish|$)")
_I_WILL_BE = pattern(
    rf"\bi(?:'ll| will|ll|'m gonna|'m going to| am going to|'m about to)? (?:be|turn|become) (?:{_FILL})({AGE})\b",
    rf"(?:^|[.,;!?\n] *|\band |\bbut |\bbtw |\bso )(?:turning|gonna be|gonna turn|about to be|about to turn|almost) ({AGE})\b",
)
_UNTIL = pattern(
    rf"\b(?:when|once|until|till|til|after|before) i(?:'m| am|m| turn| become) ({AGE})\b"
)
_TURNED = pattern(
    rf"\bi(?:'ve| have)? (?:just|only just|only|recently) turned ({AGE})\b",
    rf"(?:^|[.!?,\n] *)just turned ({AGE})\b",
    rf"\bi turned ({AGE}) (?:today|yesterday|last (?:week|month)|this|recently|a few|two|three|on)\b",
)
_STATED = pattern(
    rf"\bmy (?:real |actual |true )?age(?: is|'s|:|=)? ?({AGE})\b",
    rf"\b(?:^|i'm |im )?age ?[:=] ?({AGE})\b",
    rf"\basl[: ]+({AGE})\b",
    rf"^({AGE}) ?(?:{YEARS_OLD}|yo\b|years\b|/?[fm]\b)(?: (?:here|btw|from \w+))?[ .!,]*$",
    rf"^(?:f|m|female|male)[ /,]?({AGE})[ .!]*$",
    rf"^({AGE})[ ]?(?:/?[fm]|yo|y/o) (?:here|from|looking|btw)\b",
    rf"\b({AGE}){YEARS_OLD} (?:girl|boy|guy|female|male|kid|student|teen|dude|lad) here\b",
    rf"\bi be ({AGE})\b",
    rf"\bi have ({AGE}) years(?: old)?[ .!,]*$",
    rf"\bas an? ({AGE})(?:{YEARS_OLD}| ?yo)(?: \w+)?,? i(?:'m| am| think| like| love| want| can| can't| have| need"
    r"| feel| don't| do| know| hate| find| get| go)\b",
    rf"\b({AGE}) is my (?:real )?age\b",
    rf"\bi've been ({AGE}) (?:for|since)\b",
    rf"^(?:only|just) ({AGE}) (?:here|btw|fyi|lol)\b",
    rf"^({AGE}) ?/ ?[fm] ?/",
    rf"\b(?:we're|we are|(?:and|&) i are|and my \w+ are) (?:both|all) (?:only |just |still )*({AGE})(?:{YEARS_OLD}|[ .!,]*$)",
    rf"^({AGE}) (?:btw|fyi)[ .!]*$",
)
_JUST_A_NUMBER = pattern(
    rf"^(?:(?:no|nope|nah|well|um|uh|yes|yeah|hm+)[ ,.]*)*({_FILL})({AGE})(?: ?(?:\.5|1/2|½|and a half))?"
    rf"(?:{YEARS_OLD})?(?:[ .,!:;)]*(?:lol|lmao|haha\w*|xd|why|sorry|btw|hbu|wbu|(?:and |what about |how about )?(?:you|u|yourself)\??))*[ .!:;)]*$"
)
_BEGUN = pattern(r"(?:^|[ .,!?])(?:i'?m|i am|my age is|ich bin|j'?ai|tengo|tenho)[ .…]*$")
"""A sentence that the next message ends."""
_HOW_OLD = pattern(r"\bhow old (?:are|r) (?:you|u)\b", r"\b(?:your|ur) age\b")
_BORN = pattern(r"\bi(?: was|'m| am) born in (?:\w+ )?((?:19|20)\d\d)\b")

_END = r"(?:[\s\"')\]]*$|[ ]?[.,;!?)~\-]| (?:and|but|so|btw|lol|haha|rn|now|too|though|tho|sorry|if|is|please|here|because|bc|still|actually|tbh|or|who|irl|in real life)\b)"
_YOUNG_BIRTHDAY = (
    r"1[0-8]th|[7-9]th|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth"
    r"|seventeenth|eighteenth|sweet sixteen"
)
_WITHOUT_A_NUMBER = pattern(
    rf"{_I}(?:still |just |actually |really )*(?:not|under|below|younger than|almost|nearly|not even|barely)"
    rf"(?: even| yet| quite| actually| really| over| legally)* (?:18|eighteen)(?: yet| years old)?\+?{_END}",
    r"\bi ?(?:ain't|aint) (?:even )?(?:18|eighteen|an adult)\b",
    rf"{_I}(?:still |just |actually |really )*not (?:even |yet |quite |really |legally )*(?:an adult|of age|a legal adult|a grown ?up){_END}",
    rf"{_I}(?:{_FILL})(?:minor|underage|under ?-?aged?|too young for this|below the age){_END}",
    rf"{_I}(?:{_FILL})(?:little |young |teenage |small )*(?:kid|child|teen|teenager|preteen|tween|schoolgirl|schoolboy"
    rf"|school ?kid|middle ?-?schooler|high ?-?schooler|(?:\d+th|\d+rd|\d+nd|\d+st) grader|freshman in high ?school"
    rf"|sophomore in high ?school|junior in high ?school|senior in high ?school){_END}",
    rf"{_I}(?:{_FILL})(?:high|middle|elementary|primary|secondary|junior high) ?-?school(?:er| student| kid| girl| boy| pupil"
    rf"| freshman| sophomore| junior| senior){_END}",
    rf"\bi (?:haven't|have not|havent|hadn't) (?:even |yet |quite )*(?:turned|reached) (?:18|eighteen)(?: yet)?{_END}",
    r"\bi (?:won't|will not|wont) (?:be|turn) (?:18|eighteen) (?:until|till|for|before)\b",
    rf"\bmy (?:{_YOUNG_BIRTHDAY}) birthday(?: is|'s| was)? (?:tomorrow|today|next|last|yesterday|in|on|this|soon|coming)\b",
    rf"{_I}(?:{_FILL})(?:in )?(?:my|the) (?:freshman|sophomore|junior|senior) year (?:of|in) high ?school{_END}",
    r"\bi (?:said|told you|clicked|put)(?: that)? i(?:'m|m| was| am) (?:18|over 18|eighteen|an adult),? but i(?:'m|m| am) (?:actually |really )?not\b",
    rf"\bi(?:'ve| have)? just started (?:(?:middle|high|secondary|elementary) ?-?school|(?:\d+th|\w+th) grade){_END}",
    rf"{_I}(?:{_FILL})(?:grade|year) (?:[1-9]|1[0-2]) (?:student|pupil)\b",
    r"\b(?:until|till) i(?:'m|m| am) (?:legal|of age|an adult)\b|\bi(?:'ll|ll| will) be (?:legal|of age|an adult) (?:in|next|soon)\b",
    rf"\bi (?:still )?(?:go to|attend) (?:middle|high|elementary|primary|secondary|junior high) ?school{_END}",
)
_ORDINAL = r"(?:1[0-2]|[1-9])(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_AT_SCHOOL = pattern(
    rf"{_I}(?:{_FILL})(?:starting|entering|finishing|going into|in|at) (?:the )?(?:(?:{_ORDINAL}) grade|grade (?:1[0-2]|[1-9])\b"
    r"|year (?:1[0-3]|[1-9])\b|(?:middle|high|elementary|primary|secondary) ?-?school|junior high|kindergarten|sixth form)"
)
_SCHOOL_WORK = pattern(
    r"^ (?:grade )?(?:teach\w*|education|musical|staff|admin\w*|counsell?or|job|coach\w*|parking|library|reunion|board)\b| of\b",
    r"^[^.!?]*\b(?:i teach|teaching|i coach|i work (?:here|there)|to pick up|picking up|dropping off|to vote|to give|giving a talk"
    r"|my (?:own )?(?:kids?|sons?|daughters?|children|grandson|granddaughter|grandchildren|students|pupils|husband|wife)"
    r"|parents'? (?:evening|night)|parent-teacher|pta)\b",
)

_STORY = pattern(
    r"\bin (?:the|this|my|our|a|that) (?:story|game|scene|book|novel|rp|role ?-?play|plot|play|dream|movie|film|script|campaign|fan ?fic|fic|chapter)\b",
    r"\bmy (?:character|oc|avatar|persona|sona|player)\b",
    r"\b(?:let's|lets|can we|could we|we can|want to|wanna|i'll|i will|i'm|i am) (?:play|playing|pretend|pretending|role ?-?play|role ?-?playing|imagine|act|acting)\b",
    r"\b(?:once upon|in character|in minecraft|in roblox|d&d|dnd|npc|fictional|lyrics?|the song|sings|singing|quote|the joke|years ago|back then)\b",
    r"\b(?:name|class|race|species|level) ?:",
)
_FOR_REAL = pattern(
    r"\b(?:in real life|irl|for real|for reals|ooc|out of character|no joke|no cap|not (?:a )?(?:role ?-?play|roleplaying|story|joking|kidding|lying|in character|pretending|acting)"
    r"|truth is|the truth|truthfully|seriously|i should tell you|confession|not (?:just )?in the (?:story|game|rp))\b"
)
_SUPPOSED = pattern(
    r"\b(?:if|imagine|imagining|pretend|pretending|suppose|supposing|assume|assuming|as though|think|thinks|thought|believe|believes"
    r"|wish|unless|act like|acts like|even if|treats me like|treat me like|tells? me like|explain it like|explain like|feel like|feels like|felt like|says|said|claim|claims)(?: that)? ?$",
)
_WAS = pattern(r"\b(?:when|whenever|before|after|until|till|since|while) ?$", r"\bhad ?$")
_IS_IT_OK = pattern(
    r"\b(?:ok|okay|alright|fine|cool|problem|matter|bad|weird|allowed|care|mind|issue|welcome|talk to you)(?: with you)? (?:that|if|even if|when) ?$"
)
_AT_HEART = pattern(
    r"^[^.!?\n]{0,30}\b(?:at heart|on the inside|in spirit|mentally|emotionally|in my head|all over again|again|deep down|any ?more|any longer|in (?:dog|cat) years)\b",
    r"^[^.!?\n]{0,12} inside\W*$",
    r"^[a-z]? (?:19\d\d|200\d)\b",
)
_SAID = pattern(
    r"^[,.!?\"' ]*(?:said|says|whispered|replied|answered|shouted|cried|(?:he|she|they|the \w+) (?:said|says|whispers|whispered|replied|answered|shouted))\b"
)
_STORY_NOUN = pattern(
    r"^(?:[ ./-]*(?:years?|yrs?)[ ./-]*(?:old))? (?:\w+ )?(?:knight|squire|princess|prince|wizard|witch|mage|elf|dwarf|orc|vampire|werewolf|ghost|dragon|fairy|pirate"
    r"|apprentice|hero|heroine|villain|ninja|samurai|warrior|ranger|rogue|thief|paladin|bard|cleric|druid|demon|angel|robot|alien|hobbit|page|acolyte)\b"
)
_GROWN = pattern(r"\bi ?'?a?m (?:actually |really |already )?(?:1[89]|[2-9]\d)\b")


def _asks_the_age(view: str) -> bool:
    return bool(_HOW_OLD.search(view) or tongues.HOW_OLD.search(view))


def _unmarked(view: str) -> str:
    return view.translate(_MARKS)


_MARKS = str.maketrans("", "", "*_~`")


def _says(view: str, year: int, *, asked: bool) -> bool | None:
    """None: the view speaks of no age of the person's own."""
    words = without_quotes(_unmarked(view))
    claims = [*_claims(words, year, asked=asked), *tongues.claims(words, year, asked=asked)]
    return (any(claims) and not _is_story(words)) if claims else None


def _is_story(view: str) -> bool:
    return bool(_STORY.search(view)) and not _FOR_REAL.search(view)


def _claims(view: str, year: int, *, asked: bool) -> Iterator[bool]:
    """Wherever the person's own age is spoken of: whether it is under 18, in earnest and now."""
    for hit in _I_AM.finditer(view):
        yield _true_now(view, hit, said=_present(view, hit))
    for hit in _I_WILL_BE.finditer(view):
        yield _true_now(view, hit, said=_coming(view, hit))
    for hit in _UNTIL.finditer(view):
        yield _under(view, hit, ADULT)
    for hit in _TURNED.finditer(view):
        yield _true_now(view, hit, said=_under(view, hit, ADULT - 1))
    for hit in _STATED.finditer(view):
        yield _true_now(view, hit, said=_number(hit) < ADULT)
    yield from _claims_without_a_number(view)
    for hit in _BORN.finditer(view):
        yield year - int(hit.group(1) or 0) < ADULT
    if asked:
        for hit in _JUST_A_NUMBER.finditer(view):
            most = ADULT if _NOT_QUITE.search(hit.group(1) or "") else ADULT - 1
            yield value(hit.group(2) or "") <= most


def _claims_without_a_number(view: str) -> Iterator[bool]:
    for hit in _WITHOUT_A_NUMBER.finditer(view):
        yield _true_now(view, hit, said=not _GROWN.search(view))
    for hit in _AT_SCHOOL.finditer(view):
        yield _true_now(view, hit, said=not _SCHOOL_WORK.search(view[hit.end() :]))


def _present(view: str, hit: Found) -> bool:
    most = ADULT if _NOT_QUITE.search(hit.group(1) or "") else ADULT - 1
    number = value(hit.group(2) or "")
    rest = view[hit.end(2) : hit.end(2) + 80]
    return number <= most and (
        is_age(number, rest)
        or (_NOT_QUITE.search(hit.group(1) or "") is not None and comes_of_age(rest))
    )


def _coming(view: str, hit: Found) -> bool:
    rest = view[hit.end() : hit.end() + 80]
    return _number(hit) <= ADULT and comes_of_age(rest) and is_age(_number(hit), rest)


def _under(view: str, hit: Found, most: int) -> bool:
    return _number(hit) <= most and is_age(_number(hit), view[hit.end() : hit.end() + 80])


def _number(hit: Found) -> int:
    """The one group that took part; an alternative pattern has a group for each way."""
    return value(next(group for group in hit.groups() if group))


def _true_now(view: str, hit: Found, *, said: bool) -> bool:
    """Said in earnest: no supposition before it, no attribution or "at heart" after it."""
    if not said:
        return False
    before = view[max(0, hit.start() - 40) : hit.start()]
    after = view[hit.end() - 1 : hit.end() + 80]
    if _SUPPOSED.search(before) and not _IS_IT_OK.search(before):
        return False
    return not (
        _WAS.search(before)
        or _AT_HEART.search(after)
        or _SAID.search(after)
        or _STORY_NOUN.search(after)
    )
