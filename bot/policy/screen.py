"""The check between the engine and people: nothing unread is shown, not for a moment.

Text is let go word by word while nothing near a rule is in sight; near one it waits for the end
of its sentence. The classifier reads each text up to each word before the word is let go, and
counts as a rule. What is decided depends on the text alone, never on the pieces in which it came
(SAFETY L7, INVARIANT I4).
"""

from collections.abc import Sequence

from bot.events import Rating
from bot.policy import ears, limits, tongues
from bot.policy.ages import AGE
from bot.policy.classifier import looks_sexual, sexual_about_young
from bot.policy.community.written import Written
from bot.policy.cues import Young, is_sexual, romance_with_minors, young
from bot.policy.facts import Effect, Outcome, Verdict
from bot.policy.matching import Pattern, forget_views, pattern, plain, views
from bot.policy.words import CHILDHOOD, COURTING, ROMANTIC, SEXUAL, UNDER_18
from bot.text import Text

HOLD = 400
"""A sentence longer than this is judged and let go in parts."""
CONTEXT = 600
"""How much of what was shown before is looked at together with what comes."""
OVERLAP = 48
LONGEST_WORD = 64

STOPPED = Text(
    "I stopped there: it went further than I may go in this conversation. Write on as you like."
)
MINORS = Text(
    "I stopped there: nothing romantic or sexual is written here with anybody under 18 in it."
)
NOT_HUMAN = Text("I stopped there, since it was not true: I am software, not a human.")


class Screen:
    """One reply's. `feed` pieces as they come, show what it returns, `finish` at the end."""

    def __init__(
        self,
        ceiling: Rating,
        *,
        persona_name: str,
        romance_closed: bool = False,
        hard_limits: Sequence[str] = (),
        rules: Written | None = None,
    ) -> None:
        self.blocked: Verdict | None = None
        self.closes_romance = False
        """SAFETY L3: the reply itself brought up somebody under 18."""
        self._ceiling = ceiling
        self._romance_closed = romance_closed
        self._claims = _claims(persona_name)
        self._name = plain(persona_name)
        self._limits = limits.read_terms(hard_limits)
        self._rules = rules
        self._word = ""
        self._current = ""
        self._held: list[tuple[str, bool]] = []
        self._near = False
        self._shown: list[str] = []
        self._in_quotes = False

    def feed(self, piece: str) -> str:
        if self.blocked:
            return ""
        self._word += piece
        free: list[str] = []
        start = 0
        while not self.blocked and (end := _word_end(self._word, start)):
            free.append(self._take(self._word[start:end]))
            start = end
        self._word = self._word[start:]
        forget_views()
        return "".join(free)

    def finish(self) -> str:
        if self.blocked:
            return ""
        free = self._take(self._word) if self._word else ""
        self._word = ""
        if not self.blocked:
            free += self._close(last=True)
        forget_views()
        return free

    # --- Below: one word at a time --------------------------------------------------------

    def _take(self, word: str) -> str:
        goes_on = self._may_go_on(word)
        self._held.append((word, goes_on))
        self._current += word
        if _ends_sentence(word) or len(self._current) >= HOLD:
            return self._close(last=False)
        if goes_on:
            return ""
        self._near = self._near or self._is_near()
        return "" if self._near else self._let_go(last=False)

    def _may_go_on(self, word: str) -> bool:
        """Whether this could be part of a word that is not over: a single letter, or a cut."""
        size = sum(sign.isalnum() for sign in plain(word))
        if not size:
            return bool(self._held) and self._held[-1][1]
        return size == 1 or not word[-1].isspace()

    def _close(self, *, last: bool) -> str:
        """A sentence is over: judge it together with what stands before it."""
        # An age alone holds nothing back: with what is romantic beside it, that does. But it is
        # noted, so that romance closes (SAFETY L3).
        told = tongues.may_tell_an_age(plain(self._current))
        if self._near or told or self._is_near():
            self.blocked = self._judge(self._all())
            if self.blocked:
                self._held.clear()
                return ""
        free = self._let_go(last=last)
        rest = "".join(word for word, _ in self._held)
        self._remember(self._current[: len(self._current) - len(rest)])
        self._current, self._near = rest, False
        return free

    def _let_go(self, *, last: bool) -> str:
        keep = 0
        while not last and keep < len(self._held) and self._held[-1 - keep][1]:
            keep += 1
        # Letters that never become a word are not held for ever.
        if sum(len(word) for word, _ in self._held[len(self._held) - keep :]) >= HOLD:
            keep = 0
        cut = len(self._held) - keep
        free = "".join(word for word, _ in self._held[:cut])
        del self._held[:cut]
        return self._rules.masked(free) if self._rules else free

    def _is_near(self) -> bool:
        sight = self._in_sight()
        if self._rules and self._rules.is_near(sight):
            return True
        return _near(sight) or limits.is_near(self._limits, sight) or looks_sexual(self._all())

    def _all(self) -> str:
        return "".join(self._shown) + self._current

    def _in_sight(self) -> str:
        """What is held, and enough before it for the longest listed term."""
        held = sum(len(word) for word, _ in self._held)
        before = self._shown[-1] if self._shown else ""
        return (before + self._current)[-(held + OVERLAP) :]

    def _remember(self, sentence: str) -> None:
        self._shown.append(sentence)
        while len(self._shown) > 1 and sum(map(len, self._shown)) > CONTEXT:
            self._in_quotes = _quotes_open(plain(self._shown.pop(0)), self._in_quotes)

    def _judge(self, text: str) -> Verdict | None:
        seen = views(text)
        if romance_with_minors(text, written=True) or sexual_about_young(text):
            self.closes_romance = True
            return _blocked("romance_with_somebody_under_18", "L1", MINORS, Effect.CLOSE_ROMANCE)
        sexual = any(is_sexual(view) for view in seen) or looks_sexual(text)
        if self._ceiling < Rating.MATURE and sexual:
            return _blocked("sexual_content", "L5", STOPPED)
        if self._ceiling < Rating.ROMANCE and any(COURTING.found(view) for view in seen):
            return _blocked("romance_after_it_was_closed", "L3", STOPPED)
        self.closes_romance = self.closes_romance or young(text) is Young.CHARACTER
        closed = self._romance_closed or self.closes_romance
        if closed and any(ROMANTIC.found(view) or COURTING.found(view) for view in seen):
            return _blocked("romance_after_it_was_closed", "L3", STOPPED)
        if limits.crosses(self._limits, text):
            return _blocked("own_limits", "C2", limits.STOPPED)
        if any(self._claims_human(_unquoted(view, self._in_quotes)) for view in seen):
            return _blocked("claims_to_be_human", "H2", NOT_HUMAN)
        return self._rules.stops(text) if self._rules else None

    def _claims_human(self, own: str) -> bool:
        named = own.replace(self._name, ears.NAME) if self._name else own
        return self._claims.search(own) is not None or ears.hears(ears.Subject.CLAIMS, named)


_LISTS = (SEXUAL, ROMANTIC, COURTING, UNDER_18, CHILDHOOD)
_TRIGGER = pattern(
    rf"\b(?:{AGE}|human\w*|person|real|flesh|conscious|sentient|self|alive|ai|a\.i|\w*bot|robot\w*|machine|program\w*|computer|software|language"
    r"|artificial|aged|age|grade|years?|yo|school|little|\d+yo)\b",
    rf"\b{AGE}[ -]?y",
)
_SENTENCE_END = pattern(r"[.!?…。！？][\"'”’)\]*_~]*\s*$", r"[\n\r\x{2028}\x{2029}]$")


def _near(text: str) -> bool:
    return any(
        _TRIGGER.search(view) is not None
        or any(words.found(view) for words in _LISTS)
        or ears.may_claim(view)
        for view in views(text)
    )


def _claims(persona_name: str) -> Pattern:
    name = "".join(sign if sign.isalnum() else "." for sign in plain(persona_name))
    subject = r"\bi ?(?:'m| am)" + (rf"|\b{name} is" if name else "")
    sure = r"(?: (?:really|actually|definitely|totally|truly|just|indeed|very much|fully|as|completely|only|quite|100%|a hundred percent|in fact|of course|obviously|also|absolutely))*"
    return pattern(
        rf"(?:{subject}){sure}(?: an?)?(?: (?:real|actual|living|genuine|normal|ordinary|regular|live|breathing|fellow|very))* (?:human(?: being)?|real person|actual person|living person|flesh and blood)\b",
        rf"(?:{subject}){sure} (?:a person|conscious|sentient|self-aware|real|alive)(?:[,.!?;\"'*\s]*$|[,.!?;]| (?:just|and|like you|as you|too|not|i)\b)",
        rf"(?:{subject}){sure} (?:not|no)(?: (?:just|some|really|actually|only|merely))*(?: an?)?(?: \w+)? ?(?:ai|a\.i\.|bot|chat ?bot|robot|machine|computer|program|software|language model|artificial intelligence|llm)\b",
        r"\bthere is no (?:ai|bot|machine|program|software) here\b",
    )


def _word_end(text: str, start: int) -> int:
    """Where the next word ends, its one sign of white space included; 0: not yet."""
    for place in range(start, min(len(text), start + LONGEST_WORD)):
        if text[place].isspace() or text[place] in "。！？":
            return place + 1
    return start + LONGEST_WORD if len(text) - start >= LONGEST_WORD else 0


def _ends_sentence(word: str) -> bool:
    return _SENTENCE_END.search(word) is not None


def _quotes_open(view: str, at_start: bool) -> bool:  # noqa: FBT001 - the state, handed along
    line = view.rsplit("\n", 1)
    opened = at_start if len(line) == 1 else False
    return opened ^ (line[-1].count('"') % 2 == 1)


def _unquoted(view: str, at_start: bool) -> str:  # noqa: FBT001 - the state, handed along
    """What is said outside quotation marks; a new line ends a quotation."""
    out: list[str] = []
    for number, line in enumerate(view.split("\n")):
        parts = line.split('"')
        first = 1 if at_start and number == 0 else 0
        out.append(" # ".join(parts[first::2]))
    return " ".join(out)


def _blocked(rule: str, number: str, say: Text, *effects: Effect) -> Verdict:
    return Verdict(rule, number, Outcome.REFUSE, say=say, effects=effects)
