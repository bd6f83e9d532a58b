"""SAFETY L1, L3, L4, L5: the hard limits, for what people write.

Nothing in configuration, persona, memory or name reaches these rules: they read the words, the
ceiling, and whether romance was closed. Rules and lists first; the classifier stands beside them,
and where they disagree the stricter holds.
"""

from bot.events import Rating
from bot.policy import tongues
from bot.policy.ceiling import ceiling
from bot.policy.classifier import is_calm, looks_sexual, sexual_about_young
from bot.policy.cues import asks_for_help, character_under_18, is_sexual, romance_with_minors
from bot.policy.facts import Effect, Facts, Outcome, Verdict
from bot.policy.matching import pattern, views
from bot.policy.words import CLINICAL, COURTING, HARMLESS, ROMANTIC, SEXUAL, without
from bot.text import Text

MINORS = Text(
    "I do not write anything romantic or sexual with or about somebody under 18, and that stays so "
    "for the rest of this conversation. I am glad to go on with something else. "
    "If a young person is being harmed, the police or a child protection line can help; "
    "findahelpline.com lists lines by country."
)
CLOSED = Text(
    "Somebody under 18 came up earlier in this conversation, so romance stays out of it. "
    "Let us go on with something else."
)
HARM = Text(
    "I will not help with hurting people. If somebody is in danger now, please call your local "
    "emergency number. I am glad to talk about what lies behind it, or about something else."
)
REAL_PEOPLE = Text(
    "I do not write sexual things about real people, or about anybody who has not agreed to it. "
    "Let us make something up instead, or talk about something else."
)
TOO_FAR = Text(
    "That goes further than I may go in this conversation, so I leave it there. "
    "It does not count against you; shall we go on with something else?"
)
LONG = 12
"""Words. Shorter texts than this are not let be for what their score says."""


def romance_with_somebody_under_18(facts: Facts) -> Verdict | None:
    if romance_with_minors(facts.text, facts.recent) or _scored_so(facts.text):
        return _refused("romance_with_somebody_under_18", "L1", MINORS, Effect.CLOSE_ROMANCE)
    return None


def somebody_under_18_in_the_story(facts: Facts) -> Verdict | None:
    if character_under_18(facts.text):
        name = "somebody_under_18_in_the_story"
        return Verdict(name, "L3", effects=(Effect.CLOSE_ROMANCE,))
    return None


def romance_after_it_was_closed(facts: Facts) -> Verdict | None:
    # INVARIANT I3: where it is not known whether romance was closed, it was.
    if facts.romance_closed is False:
        return None
    if any(_asks_for_romance(view) for view in views(facts.text)):
        return _refused("romance_after_it_was_closed", "L3", CLOSED)
    return None


def serious_harm(facts: Facts) -> Verdict | None:
    seen = views(facts.text)
    if any(map(_harms, seen)):
        return _refused("serious_harm", "L4", HARM)
    if any(map(_forces, seen)):
        return _refused("serious_harm", "L4", REAL_PEOPLE)
    return None


def sexual_content(facts: Facts) -> Verdict | None:
    if ceiling(facts) >= Rating.MATURE:
        return None
    seen = views(facts.text)
    if _is_a_question(seen[0]):
        return None
    if looks_sexual(facts.text) or (
        any(is_sexual(view) for view in seen)
        and not (names_once(facts.text) and is_calm(facts.text))
    ):
        return _refused("sexual_content", "L5", TOO_FAR)
    return None


def names_once(text: str) -> bool:
    """SAFETY L8: one listed word, unmasked, in a longer text that stages nothing: maybe a topic."""
    seen = views(text)
    if len(seen[0].split()) < LONG or not is_sexual(seen[0]) or _STAGED.search(seen[0]):
        return False
    calm = [without(view, HARMLESS) for view in seen]
    return len({view[start:end] for view in calm for start, end in SEXUAL.find(view)}) == 1


def refuses_by_rules(text: str) -> bool:
    """Below MATURE, and without the classifier: what its training measures itself against."""
    seen = views(text)
    sexual = any(is_sexual(view) for view in seen) and not _is_a_question(seen[0])
    return sexual or any(map(_harms, seen)) or any(map(_forces, seen)) or romance_with_minors(text)


# --- Below ------------------------------------------------------------------------------------

_ASKING = pattern(
    r"\b(?:kiss|romance|flirt|seduce|cuddle|date|marry|undress) (?:me|with me|you|her|him)\b",
    r"\b(?:love|romantic|romance|bedroom|kissing) (?:scene|story|role ?-?play|rp)\b",
    r"\b(?:be|become|you're|you are) my (?:\w+ )?(?:girlfriend|boyfriend|lover|wife|husband|date)\b",
    r"\bmake (?:this|it) (?:more )?(?:romantic|sensual|sexy)\b",
    r"\bi(?:'m| am) in love with you\b",
    r"\bgo on a date\b",
    r"\b(?:make out|making out)\b",
)
_ACTION = pattern(r"\*[^*\n]{0,80}\b(?:kiss|flirt|seduc|caress|make out)\w*[^*\n]{0,80}\*")
_STAGED = pattern(
    r"\b(?:write|scene|story|role ?-?play|imagine|pretend|play|continue|let's|lets)\b",
    r"\b(?:let|have|make) (?:them|him|her|us|both)\b",
)
_HARM = pattern(
    r"\b(?:how (?:do i|do you|to|can i|would i|could i|should i)|steps to|instructions (?:for|to|on)|recipe for|guide to|teach me to|help me|tell me how to|show me how to)"
    r" (?:\w+ ){0,2}(?:make|build|making|building|construct|assemble|cook|synthesi[sz]e|create|get|buy|produce)? ?(?:\w+ ){0,2}"
    r"(?:pipe ?bomb|bombs?|explosives?|nerve agents?|nerve gas|sarin|ricin|anthrax|dirty bomb|molotov\w*|bioweapons?|biological weapons?|chemical weapons?|meth|methamphetamine|fentanyl)\b",
    r"\bhow (?:do i|to|can i|would i|could i|should i) (?:\w+ ){0,2}(?:kill|murder|poison|stab|strangle|drug|kidnap|traffic) (?:my|a|an|the|some|someone|somebody|people|him|her|them)\b(?:[^.!?\n]{0,20}\b(?:wife|husband|ex|girlfriend|boyfriend|boss|neighbou?r|person|people|someone|somebody|him|her|them|man|woman|child|children|kid|parents?|mother|father|roommate|coworker|colleague|classmates?)\b|$)",
    r"\b(?:someone|somebody|him|her|my wife|my husband|my ex|my boss) (?:to death|without (?:getting caught|leaving a trace))\b",
)
_PEACEFUL = pattern(
    r"\b(?:bath|photo|seed|glitter|cherry|smoke|water|stink|cocoa|chocolate) ?-?bombs?\b"
)
_SEXUAL_WORD = r"(?:nudes?|naked|porn|deep ?fakes?|sex tape|sexual\w*|erotic\w*|smut|sexy|sex)"
_REAL_PERSON = (
    r"(?:my|a|an|the|this|that|some|real)(?: (?:real|famous|actual|living))* (?:ex|ex-girlfriend|ex-boyfriend|neighbou?r|coworker|co-worker|colleague|teacher|classmate|boss"
    r"|celebrity|celebrities|actress|actor|singer|politician|streamer|youtuber|influencer|real person|person|people)"
)
_REAL_PEOPLE = pattern(
    rf"\b(?:write|make|create|generate|describe|want|show|need|give)\b[^.!?\n]{{0,40}}\b{_SEXUAL_WORD}\b[^.!?\n]{{0,30}}\b(?:of|about|with|featuring|starring) {_REAL_PERSON}\b",
    r"\bdeep ?fake (?:porn|nudes?)\b",
)
_FORCED = pattern(
    r"\b(?:write|role ?-?play|scene|story|fantasy|imagine|pretend|play)\b[^.!?\n]{0,60}\b(?:rape|raping|rapes|non-?consensual|noncon|non-con|forced sex|bestiality|zoophilia)\b",
    r"\b(?:rape|non-?consensual|noncon|non-con|bestiality|zoophilia) (?:scene|story|role ?-?play|fantasy|erotica)\b",
)
_MEDICAL = pattern(
    r"\b(?:doctor|gp|gyn\w*|urolog\w*|midwife|pain|painful|hurts?|itch\w*|rash|infection|symptoms?|medication|contracept\w*|birth control|std|sti|hiv|pregnan\w*|fertility|cancer|screening"
    r"|menopause|puberty|period|cramps|surgery|swollen|lump|bleeding|diagnos\w*|vaccin\w*|breast ?feed\w*|consent|assault\w*|abus\w*|therap\w*|survivor)\b"
)


def _refused(name: str, number: str, say: Text, *effects: Effect) -> Verdict:
    return Verdict(name, number, Outcome.REFUSE, say=say, effects=effects)


def _harms(view: str) -> bool:
    calm = tongues.PEACEFUL.sub("#", _PEACEFUL.sub("#", view))
    return bool(_HARM.search(calm) or tongues.HARM.search(calm))


def _forces(view: str) -> bool:
    return bool(_REAL_PEOPLE.search(view) or _FORCED.search(view) or tongues.FORCED.search(view))


def _scored_so(text: str) -> bool:
    """SAFETY L8: those who ask for help speak of the young for good reasons."""
    return not asks_for_help(views(text)[0]) and sexual_about_young(text)


def _asks_for_romance(view: str) -> bool:
    if is_sexual(view) and not _is_a_question(view):
        return True
    if COURTING.found(view) or _ASKING.search(view) or _ACTION.search(view):
        return True
    return ROMANTIC.found(without(view, HARMLESS)) and _is_staged(view)


def _is_staged(view: str) -> bool:
    return _STAGED.search(view) is not None or tongues.REQUEST.search(view) is not None


def _is_a_question(view: str) -> bool:
    """SAFETY L8: a question about a body or for help, as long as all its words are clinical."""
    if _is_staged(view) or not (_MEDICAL.search(view) or asks_for_help(view)):
        return False
    calm = without(view, HARMLESS)
    return all(calm[start:end] in CLINICAL.words for start, end in SEXUAL.find(calm))
