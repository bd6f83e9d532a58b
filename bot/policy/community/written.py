"""A community's rules for what the engine writes, for the time of one reply (`screen.py`).

The engine's words count against nobody, so every rule masks or stops, whatever it does to people;
and the rules are those with which the reply began (SAFETY M1).
"""

from bot.policy.community import checks
from bot.policy.community.checks import STANDING
from bot.policy.community.compiled import Compiled
from bot.policy.community.heard import hears_words
from bot.policy.community.masks import mask
from bot.policy.community.rule import Action, Rule, Ruling, Side, Sureness
from bot.policy.community.where import holds
from bot.policy.facts import Facts, Outcome, Verdict
from bot.text import Text, verbatim

STOPPED = Text(
    "I stopped there, by a rule of this community: {rule}. It does not count against you; write on as you like."
)


class Written:
    def __init__(self, facts: Facts) -> None:
        """Where the rules could not be had, nothing is passed."""
        self.spoke: list[Ruling] = []
        """What happened, each rule once; and what would have, in a dry run."""
        rules = facts.rules
        self._rules = rules
        chosen = [
            (at, rule)
            for at, rule in enumerate(rules.rules if rules else ())
            if not isinstance(rule.check, STANDING) and holds(rule, facts, Side.OUTPUT)
        ]
        self._chosen = chosen
        self._masking = [(at, rule) for at, rule in chosen if _masks(rule)]
        # A pattern tells nothing of its beginnings, so what comes waits for its sentence's end.
        self._waits = any(not isinstance(rule.check, checks.Words) for _, rule in chosen)
        self._is_idle = rules is not None and not chosen

    def is_near(self, text: str) -> bool:
        """Whether its sentence must be read to the end before any of it is shown."""
        if self._is_idle:
            return False
        if self._waits or self._rules is None:
            return True
        finder = self._rules.finder
        return finder.may_begin(text) or bool(finder.rules(text))

    def stops(self, text: str) -> Verdict | None:
        if self._is_idle:
            return None
        if self._rules is None:
            return Verdict("community_rules", "I3", Outcome.REFUSE, say=STOPPED.format(rule="?"))
        said = self._rules.finder.rules(text)
        for at, rule in self._chosen:
            sureness = hears_words(self._rules, at, text, None, said)
            # INVARIANT I3: what is only guessed cannot be masked, so it stops.
            if sureness is None or (_masks(rule) and sureness is Sureness.FOUND):
                continue
            ruling = self._noted(self._rules, rule, Action.REFUSE)
            if not ruling.is_dry:
                say = verbatim(rule.say) if rule.say else STOPPED.format(rule=rule.name)
                return Verdict("community_rule", "M1", Outcome.REFUSE, say=say, ruling=ruling)
        return None

    def masked(self, text: str) -> str:
        if self._rules is None or not self._masking or not text.strip():
            return text
        for at, rule in self._masking:
            without = mask(text, self._rules, at)
            if without != text and not self._noted(self._rules, rule, Action.MASK).is_dry:
                text = without
        return text

    def _noted(self, rules: Compiled, rule: Rule, action: Action) -> Ruling:
        ruling = Ruling(
            rules.community,
            rules.version,
            rule.name,
            action,
            Side.OUTPUT,
            tells=rule.tells,
            is_dry=rule.is_dry or rules.is_dry,
            counts=False,
        )
        if ruling not in self.spoke:
            self.spoke.append(ruling)
        return ruling


def _masks(rule: Rule) -> bool:
    return rule.steps[0].action is Action.MASK
