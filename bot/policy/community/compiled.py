"""A community's rules, made ready: one automaton and one RE2 set for all of them.

Made once for each version, and kept as long as there is room. Pure: where rules are kept and who
may change them, others know.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from bot.events import CommunityId
from bot.policy.community.checks import Patterns, Words
from bot.policy.community.finding import Finder
from bot.policy.community.rule import Rule, RuleSet, Version
from bot.policy.community.writing import version_of


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    community: CommunityId
    version: Version
    rules: tuple[Rule, ...]
    finder: Finder
    zone: tzinfo
    is_dry: bool = False
    moderates_others: bool = False

    @property
    def bytes(self) -> int:
        """About what it takes."""
        return self.finder.bytes + sum(_RULE_BYTES + _words_of(rule) for rule in self.rules)


def compile_rules(community: CommunityId, rules: RuleSet) -> Compiled:
    return Compiled(
        community,
        version_of(rules),
        rules.rules,
        Finder((at, rule.check) for at, rule in enumerate(rules.rules)),
        ZoneInfo(rules.zone),
        rules.is_dry,
        rules.moderates_others,
    )


class Kept:
    """The compiled rules of many communities, within a bound; who was not asked for longest goes."""

    def __init__(self, most_bytes: int = 160_000_000) -> None:
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
        made = compile_rules(community, load())
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

_RULE_BYTES = 420
_WORD_BYTES = 66


def _words_of(rule: Rule) -> int:
    match rule.check:
        case Words(words, spared) | Patterns(words, spared):
            return (len(words) + len(spared)) * _WORD_BYTES
        case _:
            return 0
