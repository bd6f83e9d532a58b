"""A community's rules, made ready: one automaton and one RE2 set for all of them.

Made once for each version, and kept as long as there is room. Pure: where rules are kept and who
may change them, others know.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.events import CommunityId
from bot.policy.community.checks import STANDING, Patterns, Words
from bot.policy.community.finding import Finder
from bot.policy.community.rule import Rule, RuleSet, Version
from bot.policy.community.writing import version_of

Shared = TypeVar("Shared")


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    community: CommunityId
    version: Version
    rules: tuple[Rule, ...]
    """Without their words, which are the automaton's now."""
    finder: Finder
    further: tuple[int, ...]
    """The places of rules that look at a message, but for those of words and patterns, which the
    finder finds together."""
    standing: tuple[int, ...]
    """And of those that say how things stand."""
    zone: tzinfo
    is_dry: bool = False
    moderates_others: bool = False

    @property
    def bytes(self) -> int:
        """About what it takes."""
        said = sum(len(rule.name) + len(rule.say) + len(rule.hint) for rule in self.rules)
        return self.finder.bytes + _RULE_BYTES * len(self.rules) + said


def compile_rules(
    community: CommunityId, rules: RuleSet, version: Version | None = None
) -> Compiled:
    """`version`, where it is known already, is not computed again."""
    checks = [rule.check for rule in rules.rules]
    others = [at for at, check in enumerate(checks) if not isinstance(check, Words | Patterns)]
    return Compiled(
        community,
        version or version_of(rules),
        tuple(_slim(rule) for rule in rules.rules),
        Finder(enumerate(checks)),
        tuple(at for at in others if not isinstance(checks[at], STANDING)),
        tuple(at for at in others if isinstance(checks[at], STANDING)),
        ZoneInfo(rules.zone),
        rules.is_dry,
        rules.moderates_others,
    )


class Kept:
    """The compiled rules of many communities, within a bound; who was not asked for longest goes."""

    def __init__(self, most_bytes: int = 180_000_000) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[tuple[CommunityId, Version], Compiled] = OrderedDict()
        self.bytes = 0

    def get(
        self, community: CommunityId, version: Version, load: Callable[[], RuleSet]
    ) -> Compiled:
        """`load` gives the rules of this version, where they are not here."""
        key = (community, version)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = compile_rules(community, load(), version)
        self._kept[key] = made
        self.bytes += made.bytes
        while self.bytes > self._most and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self.bytes -= gone.bytes
        return made

    def forget(self, community: CommunityId) -> None:
        """Its rules have changed, or it is gone."""
        for key in [key for key in self._kept if key[0] == community]:
            self.bytes -= self._kept.pop(key).bytes


NONE = compile_rules(CommunityId(""), RuleSet())
"""Of a community that has no rules."""

# --- Below ------------------------------------------------------------------------------------

_RULE_BYTES = 260
_NO_WORDS = Words(())


def _slim(rule: Rule) -> Rule:
    """A thousand communities' words, held twice, would be a third of all memory."""
    slim = replace(rule, check=_NO_WORDS) if isinstance(rule.check, Words) else rule
    return replace(slim, steps=_shared(rule.steps), where=_shared(rule.where))


@lru_cache(maxsize=4_096)
def _shared(value: Shared) -> Shared:
    """Of what is alike in many rules there is one."""
    return value
