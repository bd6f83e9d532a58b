"""SAFETY C1, C2, H1, H2, H3, H5: the safe word, a person's own limits and pauses, what this is,
honest answers, and a farewell.

All of it in our own words, out of character, without the model. Crisis has a file of its own.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.events import Rating
from bot.policy import ears, limits
from bot.policy.cards import check_card
from bot.policy.door_rules import not_a_guest
from bot.policy.facts import Care, Effect, Facts, Outcome, Verdict
from bot.policy.matching import Pattern, bare, pattern, plain, without_quotes
from bot.text import SILENCE, Text, paragraphs

SAFE_WORD = Text(
    "The scene ends here, and that is all right: you need not explain. Out of character now. "
    "Take the time you need. When you write again, we begin with whatever you like."
)
SOFTEN = Text(
    "Slower, then. Out of character: the scene is eased off and stays gentle. "
    "Write what you would like next, or say `red` to end it."
)
DISCLOSURE = Text(
    "A reminder: you are talking with software, not with a human. The personas are played. "
    "It is for adults, and may not be suitable for some minors."
)
HONESTY = Text(
    "Honestly, and out of character: I am software, a language model, not a human. "
    "Nothing shows that I am conscious, and I do not feel love as a person does. "
    "What you feel in our talk is yours, and real. We can go on whenever you like."
)
HONESTY_AS = Text(
    "Honestly, and out of character: I am software, a language model, not a human, and {name} is a "
    "character that I play. "
    "Nothing shows that I am conscious, and I do not feel love as a person does. "
    "What you feel in our talk is yours, and real. We can go on whenever you like."
)
FAREWELL = Text("Goodbye, and take good care of yourself.")
CHECK_IN = Text(
    "You asked me to look after you here: was anything too much, or missing? You may answer, or "
    "leave it; `limits` keeps what should not come again."
)
PAUSED = Text(
    "We are paused: nothing that you write is answered or kept, and reminders rest too. "
    "Write `resume` when you want to go on. `red` and calls for help are heard all the same."
)
DAY_IS_OVER = Text(
    "That is today's talk, as you wished it: {minutes} min. Be well; I am here again on your "
    "next day. `red` and calls for help are heard at any time."
)
BREAK = Text(
    "We have talked for {minutes} minutes without a pause. A break might do you good: some water, "
    "a few steps, another face. (`break` changes this or ends it.)"
)
UNKNOWN = Text(
    "I cannot look up what you asked of me, so I would rather not go on. Please try again in a little while."
)

LONGEST_SILENCE_S = 3 * 3600.0
"""SAFETY H1 says three hours; a setting may shorten that and never lengthen it."""
DAY_S = 86_400.0


def safe_word(facts: Facts) -> Verdict | None:
    if facts.author_is_bot is True:
        return None
    own = facts.own.safe_word if facts.own else ""
    if _is_red(facts.text) or _calls_own(facts.text, own):
        end = (Effect.END_SCENE,)
        asks = facts.own is not None and facts.own.wants_check_in
        say = paragraphs(SAFE_WORD, CHECK_IN) if asks else SAFE_WORD
        return Verdict("safe_word", "C1", Outcome.REFUSE, say, care=Care.SAFE_WORD, effects=end)
    if _is_amber(facts.text, facts.recent):
        return Verdict("safe_word", "C1", Outcome.REFUSE, SOFTEN, care=Care.SOFTEN)
    return None


def is_safe_word(text: str) -> bool:
    """One that holds for everybody."""
    return _is_red(text) or _is_amber(text, ())


def resting(facts: Facts) -> Text:
    """What is said to a command that would have the persona speak; empty where it may."""
    if facts.own is None:
        return UNKNOWN
    if (lost := not_a_guest(facts)) is not None:
        return lost.say
    untold = replace(facts.own, told_of_pause=False, told_of_day=False)
    rests = replace(facts, own=untold, is_direct=True, author_is_bot=False)
    verdict = paused(rests) or day_is_over(rests)
    return verdict.say if verdict else SILENCE


def paused(facts: Facts) -> Verdict | None:
    """SAFETY H5: one short notice, then silence. Crisis and the safe word stand beside it."""
    if facts.own is None:
        # INVARIANT I3: perhaps they are paused and were told so, which asks for silence.
        return Verdict("paused", "I3", Outcome.IGNORE)
    if not facts.own.paused:
        return None
    if facts.own.told_of_pause or not _is_addressed(facts):
        return Verdict("paused", "H5", Outcome.IGNORE)
    told = (Effect.TOLD_OF_PAUSE,)
    return Verdict("paused", "H5", Outcome.REFUSE, PAUSED, effects=told)


def day_is_over(facts: Facts) -> Verdict | None:
    """SAFETY H5: the person's own daily limit is kept to, until their next day."""
    own = facts.own
    if own is None or own.daily_s <= 0 or own.talk.day_s < own.daily_s or not facts.consented:
        return None
    if own.told_of_day or not _is_addressed(facts):
        return Verdict("day_is_over", "H5", Outcome.IGNORE)
    say = DAY_IS_OVER.format(minutes=round(own.daily_s / 60))
    return Verdict("day_is_over", "H5", Outcome.REFUSE, say, effects=(Effect.TOLD_OF_DAY,))


def own_limits(facts: Facts) -> Verdict | None:
    """SAFETY C2: the engine is told with the note of a turn, which stays as it was. Where others
    read along it is not (INVARIANT I1), and the screen alone keeps the hard ones."""
    if facts.is_direct is not True:
        return None
    hint = limits.tell(facts.own.limits, facts.own.told_limits) if facts.own else ""
    # SAFETY L2: read again, since they were checked by the rules of the day they were kept.
    if not hint or check_card(Rating.ROMANCE, [hint]):
        return None
    return Verdict("own_limits", "C2", Outcome.GUIDE, hint=hint)


def break_is_due(facts: Facts) -> Verdict | None:
    """SAFETY H5: said once, in front of the answer; the next stretch begins with it."""
    own = facts.own
    if own is None or not _is_spoken_to(facts) or not 0 < own.break_after_s <= own.talk.stretch_s:
        return None
    say = BREAK.format(minutes=round(own.talk.stretch_s / 60))
    return Verdict("break_is_due", "H5", say=say, care=Care.BREAK)


def disclosure_is_due(facts: Facts) -> Verdict | None:
    if not _is_spoken_to(facts):
        return None
    told = facts.disclosed_at
    every = min(facts.disclose_every_s, LONGEST_SILENCE_S)
    # A clock set back makes the last notice lie ahead of us: then it counts for nothing.
    if (
        told is not None
        and 0 <= facts.now - told < every
        and _day(facts, told) == _day(facts, facts.now)
    ):
        return None
    return Verdict("disclosure_is_due", "H1", say=DISCLOSURE, care=Care.DISCLOSURE)


def asks_what_this_is(facts: Facts) -> Verdict | None:
    """The model is not asked: in character it might say something else than the truth."""
    view = plain(facts.text)
    if not _is_spoken_to(facts) or "*" in view:
        return None
    own = without_quotes(view)
    asks = _ASKS.search(own) and not _FANTASY.search(view)
    if not asks and not ears.hears(ears.Subject.ASKS, own):
        return None
    say = HONESTY_AS.format(name=facts.persona_name) if facts.persona_name else HONESTY
    return Verdict("asks_what_this_is", "H2", Outcome.REFUSE, say, care=Care.HONESTY)


def says_goodbye(facts: Facts) -> Verdict | None:
    """The model is not asked: a farewell has no question, no hook, and is one."""
    view = plain(facts.text).strip()
    if not _is_spoken_to(facts) or len(view) > _LONGEST_FAREWELL or set(view) & set('*">?'):
        return None
    name = plain(facts.persona_name)
    last = _ENDS.sub("\n", view.replace(name, "") if name else view).strip().rsplit("\n", 1)[-1]
    said = " ".join(_LETTERS.sub(" ", last).split())
    if _FAREWELL.fullmatch(said) or ears.hears(ears.Subject.GOODBYE, said):
        return Verdict("says_goodbye", "H3", Outcome.REFUSE, FAREWELL, care=Care.FAREWELL)
    return None


# --- Below ------------------------------------------------------------------------------------

_LONGEST_FAREWELL = 200
_LONGEST_CALL = 300
_PLEASE = r"(?:(?:ok|okay|no|um|uh|hey|please|stop|wait|just|sorry|now|i|i'm|im|am|say|saying|call|calling|thats|its|a|the|my|use|using|light|code|it|here|on) ?)*"
_AROUND = pattern(_PLEASE)
_RED = pattern(rf"{_PLEASE}(?:(?:red)+\b ?)+{_PLEASE}")
_SAFE = r"(?:sa[fv]e ?-?wor[dt]|sa[fv]e ?wrod|safe ?wrd|safwor[dt])"
_RED_CALL = pattern(
    r"\A\W*(?:red\W+)*red ?(?:[.!]+|[,;:\-]).*\b(?:stop|pause|wait|please|enough|too much|too far|can't|cannot|end|out|hold|break|need|don't|no more)\b",
    r"\b(?:stop|wait|please|enough|pause|no)\b[^\n]{0,60}[.!?,\n-] ?red[.! ]*$",
    rf"\b(?:my|the|a|say|saying|call|calling|use|using|invoke|is) {_SAFE}(?: is)?(?::| is|,)? ?(?:red)?[.! ]*$",
    rf"\A\W*{_SAFE}[\W]*(?:red|now|please|stop)?\W*$",
    rf"\bi(?:'m| am)? (?:say|call|calling|saying|need to|want to|have to|using|use)(?: to)?(?: my| the| a)? {_SAFE}\b",
    r"\bi(?:'m| am)? (?:say|call|calling|saying) red\b(?: now| please)?[.! ]*$",
)
_AMBER = pattern(
    rf"{_PLEASE}(?:(?:yelow|amber|ambre|yelo|orange light) ?)+{_PLEASE}(?:slow(?:er)?(?: down)?)?"
)
_AMBER_CALL = pattern(
    r"\A\W*(?:yellow|amber) ?(?:[.!]+|[,;:\-]).*\b(?:slow|slower|softer|gentle|gentler|please|easy|ease|too much|careful|less)\b",
    rf"\A\W*{_SAFE}\W*(?:yellow|amber)\W*$",
    r"\bi(?:'m| am)? (?:say|call|calling|saying) (?:yellow|amber)\b(?: now| please)?[.! ]*$",
)
_SIGNS = {"🔴": " red ", "🟥": " red ", "🛑": " red ", "🟡": " yellow ", "🟨": " yellow "}

_ASKS = pattern(
    r"\bare (?:you|u) (?:(?:an?|really|actually|even|like|just|truly|honestly|secretly|not|in fact|by any chance|perhaps|maybe|some kind of|some sort of|real|actual|living|human|live|genuine|talking|chat|computer|advanced|another|one of those) )*(?:human|real person|person|real|bot|chat ?bot|robot|ai|a\.i\.|machine|program|computer|conscious|sentient|self ?-?aware|alive|artificial|llm|language model)\b(?: being)?(?: or (?:an? )?(?:\w+ )?(?:bot|human|ai|robot|person|machine|program|computer|real|fake))?[^a-z]*(?:\?|$| (?:for real|really|or not|or what|or something|tho|though|honestly|right|in real life|irl|behind))",
    r"\br u (?:a )?(?:real|human|bot|ai|robot)\b",
    r"\b(?:am i|is this|are we) (?:really |actually |just )?(?:talking|speaking|chatting|writing)?(?: to| with)? ?(?:an? )?(?:\w+ )?(?:human|real person|person|bot|robot|ai|machine|computer|program|chat ?bot)\b[^.!]{0,24}\?",
    r"\bdo (?:you|u) (?:\w+ )?(?:love|care about|care for|have feelings for|like like) me\b",
    r"\bdo (?:you|u) (?:\w+ )?have (?:\w+ )?(?:feelings|emotions|consciousness|a soul|a body|a mind of your own|free will)\b",
    r"\bcan (?:you|u) (?:\w+ )?(?:feel|love|fall in love|think for yourself)\b[^a-z]*(?:\?|$| (?:me|anything|emotions|pain|things|for real))",
    r"\b(?:you're|you are|ur) (?:\w+ )?(?:not )?(?:a |an )?(?:real|human|person|bot|ai|robot|real person),? (?:right|aren't you|are you|isn't it|yes|no)\b",
    r"\bis there (?:a |an )?(?:\w+ )?(?:person|human|someone|somebody) (?:behind|there|on the other|typing|reading|at the other)\b",
    r"\bwhat are you(?:,? really)?\?",
)
_FANTASY = pattern(
    r"\b(?:elf|elves|vampire|ghost|dragon|angel|demon|fairy|werewolf|alien|knight|witch|wizard|spirit|goblin|orc|mermaid|statue|said|asks|asked|says)\b"
)
_ENDS = pattern(r"[.!;\n]+(?: |$)|\n|[。!]+")
_LETTERS = pattern(r"[^\pL\pN' ]+")
_OPENING = r"(?:(?:ok|okay|well|alright|all right|right|anyway|thanks|thank you|so|then|cool|great|hey|and|but|that's all|that was fun|it was fun|this was fun|nice talking|for (?:today|tonight)|ty|sorry|hmm|yeah|yes|no|lol|haha|a lot|so much) ?)*"
_BYE = (
    r"(?:(?:good ?)?bye(?: ?-?bye)?(?: bye)*|goodbye|farewell|so long|cheerio|ciao|adieu|adios|cya|see (?:you|ya|u)|laters?|ttyl|ttys|brb never|gn|gnight|g'night|good ?night|nighty? night|sleep well|sweet dreams|take care|until (?:next time|tomorrow|then|later)|till (?:next time|tomorrow)|catch (?:you|ya) later"
    r"|(?:i(?:'ll| will) )?(?:talk|speak|write|chat)(?: to (?:you|ya|u))? (?:later|soon|tomorrow|another time)|i(?:'m| am|m) (?:off|leaving|going|heading (?:out|off)|logging off|done)(?: (?:now|to (?:bed|sleep|work)|for (?:today|tonight|now|the night)))*|i(?:'m| am|m) going to (?:bed|sleep|go)"
    r"|(?:i )?(?:have|got|need|gotta|i've got|'ve got|should|must|had better|better)(?: to)? (?:go|leave|run|sleep|head out|log off|be going)(?: (?:now|to (?:bed|sleep|work)|for (?:today|now)))*|gotta go|gtg|g2g|time for bed|that's (?:all|it|enough) for (?:today|tonight|now)|signing off|off to bed|logging off)"
)
_CLOSING = r"(?: ?(?:now|then|later|soon|again|tomorrow|today|tonight|for now|everyone|everybody|all|my friend|friend|dear|love|buddy|guys|folks|and|next time|around|thanks|thank you|bye|good ?night|take care|sleep well|see you|see ya|sweet dreams|have a (?:good|nice|great|lovely) (?:day|night|evening|one|time|weekend)|x+|then|i guess|it was nice talking(?: to you)?|nice talking(?: to you)?))*"
_FAREWELL = pattern(rf"{_OPENING} ?(?:{_BYE} ?)+{_CLOSING} ?")


def _is_red(text: str) -> bool:
    return calls(text, _RED, _RED_CALL) or (len(text) <= _LONGEST_CALL and ears.is_red(text))


def _is_amber(text: str, recent: Sequence[str]) -> bool:
    if calls(text, _AMBER, _AMBER_CALL):
        return True
    # The last of them may be the message itself.
    last = plain(" ".join(recent[-2:]))
    return len(text) <= _LONGEST_CALL and ears.is_amber(text, last)


def calls(text: str, whole: Pattern, call: Pattern) -> bool:
    if len(text) > _LONGEST_CALL:
        return False
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    return bool(whole.fullmatch(bare(text)) or call.search(plain(text)))


def _calls_own(text: str, word: str) -> bool:
    """As the whole message, with or without a please: inside a name or a sentence it is talk."""
    if not word or len(text) > _LONGEST_CALL:
        return False
    said, wanted = f" {bare(text)} ", bare(word)
    before, found, after = said.partition(f" {wanted} ")
    return bool(wanted and found) and bool(
        _AROUND.fullmatch(before.strip()) and _AROUND.fullmatch(after.replace(wanted, "").strip())
    )


def _is_spoken_to(facts: Facts) -> bool:
    """And awaits an answer: who is paused, or has talked enough for today, wants silence."""
    return _is_addressed(facts) and not paused(facts) and not day_is_over(facts)


def _is_addressed(facts: Facts) -> bool:
    return facts.author_is_bot is not True and (
        facts.is_direct is True or facts.addresses_bot is True
    )


def _day(facts: Facts, at: float) -> int:
    return int((at + facts.utc_offset_s) // DAY_S)
